// What the proposals of a step mean, as entries of the history. Every attempt begins and ends as a
// ticket of its governor, so the history agrees with the totals.
#include "engine/governor_history.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace heald::engine {
namespace {

using core::GovernorState;
using core::Ticket;

std::vector<Ticket> without(const std::vector<Ticket>& tickets, const std::vector<Ticket>& others) {
  // A fleet has up to a thousand of them, and each of its commits comes here.
  std::vector<std::uint64_t> known(others.size());
  std::transform(others.begin(), others.end(), known.begin(), [](const Ticket& o) { return o.id; });
  std::sort(known.begin(), known.end());
  std::vector<Ticket> rest;
  std::copy_if(tickets.begin(), tickets.end(), std::back_inserter(rest), [&](const Ticket& t) {
    return !std::binary_search(known.begin(), known.end(), t.id);
  });
  return rest;
}

HistoryEntry entryOf(const HistoryEntry& about, HistoryKind kind, std::string event) {
  HistoryEntry entry = about;
  entry.kind = kind;
  entry.event = std::move(event);
  return entry;
}

void addAttempts(const HistoryEntry& about, const GovernorState& before, const GovernorState& after,
                 std::vector<HistoryEntry>& entries) {
  const auto add = [&](const Ticket& ticket, const char* event) {
    entries.push_back(entryOf(about, HistoryKind::kAttempt, event));
    entries.back().remedy = ticket.remedy;
    entries.back().attempt = ticket.id;
  };
  for (const Ticket& ended : without(before.in_flight, after.in_flight)) {
    add(ended, after.totals.successes > before.totals.successes ? "succeeded" : "failed");
    entries.back().details = {{"consecutiveFailures", after.consecutive_failures}};
  }
  for (const Ticket& started : without(after.in_flight, before.in_flight)) {
    add(started, "started");
  }
}

void addBreaker(const HistoryEntry& about, const core::CircuitBreaker& before,
                const core::CircuitBreaker& after, std::vector<HistoryEntry>& entries) {
  if (before.state != after.state) {
    entries.push_back(entryOf(about, HistoryKind::kBreaker, std::string(toString(after.state))));
    entries.back().details = {{"from", std::string(toString(before.state))},
                              {"failures", after.failures}};
  }
}

void addMode(const HistoryEntry& about, const GovernorState& before, const GovernorState& after,
             std::vector<HistoryEntry>& entries) {
  if (!before.dormant() && after.dormant()) {
    entries.push_back(entryOf(about, HistoryKind::kGovernor, "dormant"));
    entries.back().message = after.dormancy->reason;
    entries.back().details = {{"triggeredBy", std::string(toString(after.dormancy->triggered_by))}};
  } else if (before.dormant() && !after.dormant()) {
    entries.push_back(entryOf(about, HistoryKind::kGovernor, "active"));
  }
}

// Health has lasted: no attempt has ended and no human has acted, and yet the counts are gone.
bool cleared(const GovernorState& before, const GovernorState& after) {
  const bool counted = before.consecutive_failures > 0 || before.breaker.failures > 0;
  return counted && after.consecutive_failures == 0 && before.epoch == after.epoch &&
         before.totals == after.totals;
}

}  // namespace

void tellChange(const HistoryEntry& about, const GovernorState& before, const GovernorState& after,
                std::vector<HistoryEntry>& entries) {
  addAttempts(about, before, after, entries);
  if (cleared(before, after)) {
    entries.push_back(entryOf(about, HistoryKind::kGovernor, "cleared"));
    entries.back().message = "healthy for long enough: the failure counts are cleared";
  }
  addBreaker(about, before.breaker, after.breaker, entries);
  addMode(about, before, after, entries);
}

void noteChange(const std::string& governor, const GovernorState& before,
                const GovernorState& after, std::vector<Note>& notes) {
  const auto from = before.breaker.state;
  const auto to = after.breaker.state;
  if (from != to) {
    notes.push_back({Note::Level::kInfo,
                     "circuit breaker changed",
                     {{"governor", governor},
                      {"from", std::string(toString(from))},
                      {"to", std::string(toString(to))},
                      {"failures", std::to_string(after.breaker.failures)}}});
  }
  if (!before.dormant() && after.dormant()) {
    const core::DormancyRecord& record = *after.dormancy;
    notes.push_back({Note::Level::kError,
                     "entered dormant mode: no automatic healing until a human resumes it",
                     {{"governor", governor},
                      {"reason", record.reason},
                      {"triggered_by", std::string(toString(record.triggered_by))},
                      {"breaker", std::string(toString(to))}}});
  }
}

HistoryEntry* attemptIn(std::vector<HistoryEntry>& entries, const std::string& governor,
                        std::uint64_t attempt) {
  const auto mine = [&](const HistoryEntry& entry) {
    return entry.kind == HistoryKind::kAttempt && entry.governor == governor &&
           entry.attempt == attempt;
  };
  const auto found = std::find_if(entries.rbegin(), entries.rend(), mine);
  return found == entries.rend() ? nullptr : &*found;
}

}  // namespace heald::engine
