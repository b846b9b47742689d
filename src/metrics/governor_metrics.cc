#include <limits>
#include <map>

#include "core/budget.h"
#include "io/text.h"
#include "metrics/sections.h"

namespace heald::metrics {
namespace {

using core::TriggeredBy;
using engine::GovernorView;

constexpr TriggeredBy kTriggers[] = {TriggeredBy::kAutomatic, TriggeredBy::kCircuitBreaker,
                                     TriggeredBy::kManual};

// How long a count that only some governors have reads 0, so that a Prometheus which scrapes every
// minute or more often has the zero before the first one, and increase() sees it.
constexpr core::Duration kZeroSample = std::chrono::minutes(2);

std::string_view triggerWord(std::size_t i) {
  return toString(static_cast<TriggeredBy>(i));
}

void addDormancy(const engine::Snapshot& s, Families& out) {
  addEachExposed(out.gauge("dormant", "Whether the governor is dormant until a human resumes it."),
                 s, [](const GovernorView& g) { return g.state.dormant(); });
  const Family by = out.gauge("dormant_triggered_by",
                              "What made the governor dormant; all 0 while it is active.");
  eachExposed(by, s, [&](const GovernorView& g) {
    const auto& record = g.state.dormancy;
    by.addStates({{"governor", g.name}}, "triggered_by", kTriggers,
                 record ? std::optional(record->triggered_by) : std::nullopt,
                 [](TriggeredBy trigger) { return toString(trigger); });
  });
  addEachExposed(out.gauge("dormant_since_timestamp_seconds",
                           "Since when the governor is dormant; 0 while it is active."),
                 s, [](const GovernorView& g) {
                   return g.state.dormancy ? seconds(g.state.dormancy->timestamp) : 0;
                 });
  const Family entries =
      out.counter("dormant_entries_total", "How often the governor became dormant.");
  eachExposed(entries, s, [&](const GovernorView& g) {
    if (s.full_metrics) {
      entries.addCounts({{"governor", g.name}}, "triggered_by", g.counters.dormant_entries,
                        triggerWord);
    } else {
      entries.add({{"governor", g.name}}, sum(g.counters.dormant_entries));
    }
  });
  addEachExposed(out.counter("resumes_total", "How often a human resumed the governor."), s,
                 [](const GovernorView& g) { return g.counters.resumes; });
  if (s.full_metrics) {
    addEachExposed(
        out.counter("retries_total", "How often a human ended the governor's waits: retry now."), s,
        [](const GovernorView& g) { return g.counters.retries; });
  }
}

// 0: at once. +Inf: no time alone will do.
double nextAttempt(const engine::Snapshot& s, const GovernorView& g, core::Now now) {
  if (!g.next_attempt_at) {
    return std::numeric_limits<double>::infinity();
  }
  return *g.next_attempt_at <= now.boot ? 0 : seconds(wallOf(s, *g.next_attempt_at));
}

void addBackoff(const engine::Snapshot& s, core::Now now, Families& out) {
  addEachExposed(
      out.gauge("consecutive_failures",
                "Failures since the last verified success, sustained recovery or resume."),
      s, [](const GovernorView& g) { return g.state.consecutive_failures; });
  addEachExposed(out.gauge("max_consecutive_failures",
                           "The number of consecutive failures that makes the governor dormant."),
                 s, [](const GovernorView& g) { return g.policy.max_consecutive_failures; });
  addEachExposed(
      out.gauge("backoff_delay_seconds",
                "The wait that the present failure count imposes; the base at no failures."),
      s, [](const GovernorView& g) { return seconds(g.backoff); });
  const Family next =
      out.gauge("next_attempt_timestamp_seconds",
                "When backoff and breaker let an attempt start; 0: now, +Inf: not by time.");
  addEachExposed(next, s, [&](const GovernorView& g) {
    // The wall clock may be set at any time.
    if (g.next_attempt_at && *g.next_attempt_at > now.boot) next.holdsForThisPage();
    return nextAttempt(s, g, now);
  });
  addEachExposed(
      out.gauge("attempt_bound", "The most attempts before a human must act, at the worst."), s,
      [](const GovernorView& g) { return core::attemptBound(g.policy); });
}

// Two budgets of one window would be one series twice: the strictest counts.
std::map<core::Duration, int> budgetsOf(const GovernorView& g) {
  std::map<core::Duration, int> strictest;
  for (const core::BudgetPolicy& budget : g.policy.budgets) {
    const auto [place, added] = strictest.try_emplace(budget.per, budget.attempts);
    place->second = std::min(place->second, budget.attempts);
  }
  return strictest;
}

void addBudgets(const engine::Snapshot& s, core::Now now, Families& out) {
  const auto addAll = [&](const Family& family, auto valueOf) {
    eachExposed(family, s, [&](const GovernorView& g) {
      for (const auto& [per, allowed] : budgetsOf(g)) {
        family.add({{"governor", g.name}, {"window", io::shortDuration(per)}},
                   valueOf(g, per, allowed));
      }
    });
  };
  const Family attempts =
      out.gauge("budget_attempts", "Attempts that started within the window of a budget.");
  addAll(attempts, [&](const GovernorView& g, core::Duration per, int) {
    for (const core::BootTime start : g.state.starts) {
      if (start + per > now.boot) attempts.holdsUntil(start + per);
    }
    return core::attemptsInWindow(g.state.starts, per, now.boot);
  });
  addAll(out.gauge("budget_limit", "Attempts that a budget allows in its window."),
         [](const GovernorView&, core::Duration, int allowed) { return allowed; });
}

void addSuppressed(const engine::Snapshot& s, Families& out) {
  const Family suppressed = out.counter("healing_suppressed_total",
                                        "Attempts that a guard did not let start, by the guard.");
  const auto word = [](std::size_t i) { return toString(static_cast<core::Guard>(i)); };
  if (!s.full_metrics) {
    suppressed.addCounts({}, "reason", s.suppressed, word);
    return;
  }
  eachExposed(suppressed, s, [&](const GovernorView& g) {
    suppressed.addCounts({{"governor", g.name}}, "reason", g.counters.suppressed, word);
  });
}

// Most governors are never asked for one.
void addPermits(const engine::Snapshot& s, core::Now now, Families& out) {
  const Family permits =
      out.counter("permits_total", "Requests for a permit of the governor, by how they ended.");
  const auto asked = [&](const GovernorView& g) { return s.full_metrics || g.first_permit; };
  eachExposed(permits, s, [&](const GovernorView& g) {
    if (!asked(g)) return;
    const bool shown = s.full_metrics || *g.first_permit + kZeroSample <= now.boot;
    permits.addCounts(
        {{"governor", g.name}}, "outcome", shown ? g.permits : engine::PermitCounts{},
        [](std::size_t i) { return toString(static_cast<engine::PermitOutcome>(i)); });
    if (!shown) permits.holdsUntil(*g.first_permit + kZeroSample);
  });
  std::map<std::string, int> given;
  for (const engine::Permit& permit : s.permits) ++given[permit.governor];
  const Family outstanding =
      out.gauge("permits_outstanding", "Permits that were given and not reported yet.");
  eachExposed(outstanding, s, [&](const GovernorView& g) {
    if (!asked(g)) return;
    outstanding.holdsForThisPage();  // the permits are not of the governor's view
    outstanding.add({{"governor", g.name}}, given[g.name]);
  });
}

// Of the governors whose remedies keep targets apart: how many there are, without a series for
// each.
void addTargets(const engine::Snapshot& s, Families& out) {
  std::map<std::string, std::pair<double, double>> counts;
  for (const engine::RemedyView& remedy : s.remedies) {
    if (!remedy.target_label.empty()) counts[remedy.governor];
  }
  for (const GovernorView& g : s.governors) {
    if (g.target.empty()) continue;
    auto& [targets, sleeping] = counts[g.name.substr(0, g.name.find('@'))];
    ++targets;
    sleeping += g.state.dormant() ? 1 : 0;
  }
  const Family all = out.gauge("governor_targets", "Targets that the governor keeps apart.");
  for (const auto& [name, count] : counts) all.add({{"governor", name}}, count.first);
  const Family dormant = out.gauge("governor_targets_dormant", "Those of them that are dormant.");
  for (const auto& [name, count] : counts) dormant.add({{"governor", name}}, count.second);
}

// Never a series for each member: there are hundreds.
void addFleets(const engine::Snapshot& s, Families& out) {
  const auto add = [&](const Family& family, auto value_of) {
    for (const engine::FleetView& fleet : s.fleets) {
      family.add({{"governor", fleet.governor}}, value_of(fleet));
    }
  };
  add(out.gauge("fleet_members", "Members that are declared of the fleet of the governor."),
      [](const engine::FleetView& fleet) { return fleet.declared; });
  add(out.gauge("fleet_at_once", "How many of them may be under way at one time."),
      [](const engine::FleetView& fleet) { return fleet.at_once; });
  add(out.gauge("fleet_members_lost",
                "Members that have failed or not come back since a human acted last."),
      [](const engine::FleetView& fleet) { return fleet.lost.size(); });
  add(out.gauge("fleet_members_lost_limit", "The number of them that makes the governor dormant."),
      [](const engine::FleetView& fleet) { return fleet.lost_limit; });
}

// Of configured governors, with their targets: a series for each target would be one for each
// label.
void addApprovals(const engine::Snapshot& s, Families& out) {
  std::map<std::string, int> wanted;
  for (const GovernorView& g : s.governors) {
    if (g.needs_approvals && g.target.empty()) wanted[g.name] = 0;
  }
  for (const engine::ApprovalWanted& each : s.approvals_wanted) {
    const auto of = wanted.find(each.governor.substr(0, each.governor.find('@')));
    if (of != wanted.end()) ++of->second;
  }
  const Family family =
      out.gauge("approvals_wanted", "Attempts and permits that wait for the approval of a human.");
  for (const auto& [name, count] : wanted) family.add({{"governor", name}}, count);
}

}  // namespace

void addGovernors(const engine::Snapshot& s, core::Now now, Families& out) {
  addDormancy(s, out);
  addBackoff(s, now, out);
  addBudgets(s, now, out);
  addSuppressed(s, out);
  addPermits(s, now, out);
  addTargets(s, out);
  addFleets(s, out);
  addApprovals(s, out);
}

}  // namespace heald::metrics
