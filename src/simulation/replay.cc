#include "simulation/replay.h"

#include <algorithm>
#include <map>

#include "engine/pauses.h"
#include "simulation/backtest.h"

namespace heald::simulation {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;

constexpr const char* kBy = "backtest";

std::string reasonOr(const HistoryEntry& entry) {
  return entry.message.empty() ? "as in the history" : entry.message;
}

// A file may say anything.
core::Duration lengthOf(const HistoryEntry& entry) {
  constexpr std::int64_t kMost = kLongestBacktest / std::chrono::milliseconds(1);
  for (const auto& [key, value] : entry.details) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (key == "duration" && number != nullptr) {
      return std::chrono::milliseconds(std::clamp(*number, std::int64_t{0}, kMost));
    }
  }
  return {};
}

// An attempt from its first entry to its last.
struct Attempt {
  const HistoryEntry* start;
  const HistoryEntry* end = nullptr;
};

std::vector<Attempt> attemptsOf(const History& history) {
  std::vector<Attempt> attempts;
  std::map<std::pair<std::string, std::uint64_t>, std::size_t> running;
  for (const HistoryEntry& entry : history) {
    if (entry.kind != HistoryKind::kAttempt) continue;
    const auto key = std::make_pair(entry.governor, entry.attempt);
    if (entry.event == "started") {
      running[key] = attempts.size();
      attempts.push_back({&entry});
    } else if (const auto found = running.find(key); found != running.end()) {
      attempts[found->second].end = &entry;
      running.erase(found);
    }
  }
  return attempts;
}

// The recorded length holds the verification too. What is before it is the action.
Outcome outcomeOf(const HistoryEntry& end, const engine::RemedySpec& spec) {
  const core::Duration length = lengthOf(end);
  const auto before = [&](core::Duration verification) {
    return spec.check.empty() && !spec.byAlert()
               ? length
               : std::max(core::Duration{}, length - verification);
  };
  Outcome outcome;
  outcome.output = end.output;
  const std::string reason = detailOf(end, "reason");
  if (end.event == "succeeded") {
    outcome.outcome = engine::ActionOutcome::kOk;
    outcome.takes = spec.byAlert() ? length : before(spec.verify.after);
    outcome.heals_after = length - outcome.takes;
  } else if (reason == "verification") {
    outcome.outcome = engine::ActionOutcome::kOk;
    outcome.takes = before(spec.verify.within);
  } else {
    outcome.outcome =
        reason == "timeout" ? engine::ActionOutcome::kTimeout : engine::ActionOutcome::kFailed;
    outcome.takes = length;
    outcome.text = end.message;
  }
  return outcome;
}

class Replay {
 public:
  Replay(const History& history, const engine::Setup& setup)
      : history_(history), setup_(setup), attempts_(attemptsOf(history)) {}

  Scenario run() {
    scenario_.checks = changesOf(history_);
    for (const auto& spec : setup_.remedies) addOutcomes(spec);
    for (const HistoryEntry& entry : history_) add(entry);
    for (const Attempt& attempt : attempts_) {
      if (attempt.start->remedy.empty()) addPermit(attempt);
    }
    return std::move(scenario_);
  }

 private:
  void addOutcomes(const engine::RemedySpec& spec);
  void add(const HistoryEntry& entry);
  void addHuman(const HistoryEntry& entry);
  core::Duration lengthOfPause(const HistoryEntry& paused) const;
  void addPause(const HistoryEntry& entry);
  void addAlert(const HistoryEntry& entry);
  void addPermit(const Attempt& attempt);
  void addLooks(const HistoryEntry& entry);
  void doing(const HistoryEntry& entry, std::string what, engine::Event event) {
    scenario_.doings.push_back({timeOf(entry), std::move(what), std::move(event)});
  }
  bool hasCheck(const std::string& name) const {
    return std::any_of(setup_.checks.begin(), setup_.checks.end(),
                       [&](const auto& spec) { return spec.name == name; });
  }

  const History& history_;
  const engine::Setup& setup_;
  std::vector<Attempt> attempts_;
  std::map<std::string, std::size_t> episodes_;  // by when they started
  std::map<std::string, core::Duration> ill_;    // when each check became unhealthy last
  Scenario scenario_;
};

void Replay::addOutcomes(const engine::RemedySpec& spec) {
  std::vector<core::Duration> begins;  // of the incidents of its check, but the first
  for (const Incident& incident : incidentsOf(history_)) {
    if (incident.check == spec.check && !spec.check.empty()) begins.push_back(incident.from);
  }
  if (!begins.empty()) begins.erase(begins.begin());
  std::vector<Outcome> outcomes;
  for (const Attempt& attempt : attempts_) {
    if (attempt.start->remedy != spec.name || attempt.end == nullptr) continue;
    Outcome outcome = outcomeOf(*attempt.end, spec);
    const auto next = std::upper_bound(begins.begin(), begins.end(), timeOf(*attempt.start));
    if (next != begins.begin()) outcome.from = *(next - 1);
    if (next != begins.end()) outcome.until = *next;
    outcomes.push_back(std::move(outcome));
  }
  if (!outcomes.empty()) scenario_.remedies.emplace_back(spec.name, std::move(outcomes));
}

void Replay::add(const HistoryEntry& entry) {
  switch (entry.kind) {
    case HistoryKind::kCheck:
      if (hasCheck(entry.check)) doing(entry, kLook, engine::RunCheckNow{entry.check, kBy});
      if (entry.event == "unhealthy") ill_[entry.check] = timeOf(entry);
      break;
    case HistoryKind::kHuman:
      addHuman(entry);
      addLooks(entry);
      break;
    case HistoryKind::kFlag:
      if (const auto feature = core::featureNamed(detailOf(entry, "flag"))) {
        doing(entry, "flag " + detailOf(entry, "flag") + " " + entry.event,
              engine::SetFlag{*feature, entry.event == "on", reasonOr(entry), kBy});
      }
      addLooks(entry);
      break;
    case HistoryKind::kPause:
      addPause(entry);
      addLooks(entry);
      break;
    case HistoryKind::kAlert:
      addAlert(entry);
      break;
    default:
      break;
  }
}

// What a human lets go on waits for the next result of its check: that one comes so many intervals
// after the last that is known.
void Replay::addLooks(const HistoryEntry& entry) {
  for (const engine::CheckSpec& spec : setup_.checks) {
    const auto last = ill_.find(spec.name);
    if (last == ill_.end()) continue;
    const auto interval = spec.follows_cycle ? setup_.detection.interval : spec.interval;
    const auto runs = (timeOf(entry) - last->second) / interval + 1;
    scenario_.doings.push_back(
        {last->second + runs * interval, kLook, engine::RunCheckNow{spec.name, kBy}});
  }
}

void Replay::addHuman(const HistoryEntry& entry) {
  const std::string& governor = entry.governor;
  if (entry.event == "resume") {
    doing(entry, "resume " + governor, engine::Resume{governor, reasonOr(entry), kBy});
  } else if (entry.event == "dormant") {
    doing(entry, "dormant " + governor, engine::EnterDormant{governor, reasonOr(entry), kBy});
  } else if (entry.event == "reset") {
    doing(entry, "reset " + governor, engine::Reset{governor, entry.message == "forced", kBy});
  } else if (entry.event == "run_remedy") {
    doing(entry, "run remedy " + entry.remedy, engine::RunRemedyNow{entry.remedy, kBy});
  } else if (entry.event == "run_check" && hasCheck(entry.check)) {
    doing(entry, "run check " + entry.check, engine::RunCheckNow{entry.check, kBy});
  }
}

// Until it was over by itself. Without that it is as long as can be: a human ended it, or the
// history ends sooner.
core::Duration Replay::lengthOfPause(const HistoryEntry& paused) const {
  for (const HistoryEntry* next = &paused + 1; next != history_.data() + history_.size(); ++next) {
    if (next->kind != HistoryKind::kPause || next->remedy != paused.remedy) continue;
    if (next->event != "over") break;
    return std::clamp<core::Duration>(timeOf(*next) - timeOf(paused), std::chrono::seconds(1),
                                      engine::Pauses::kLongest);
  }
  return engine::Pauses::kLongest;
}

void Replay::addPause(const HistoryEntry& entry) {
  const std::string name = entry.remedy.empty() ? "all" : entry.remedy;
  if (entry.event == "paused") {
    doing(entry, "pause " + name,
          engine::PauseRemedy{entry.remedy, lengthOfPause(entry), reasonOr(entry), kBy});
  } else if (entry.event == "unpaused") {
    doing(entry, "unpause " + name, engine::UnpauseRemedy{entry.remedy, kBy});
  }
}

void Replay::addAlert(const HistoryEntry& entry) {
  for (const auto& spec : setup_.remedies) {
    if (spec.name != entry.remedy || !spec.byAlert()) continue;
    engine::Labels labels = spec.alert.matchers;
    if (!spec.alert.target.empty()) labels.emplace_back(spec.alert.target, entry.target);
    // Only that episodes can be told apart counts, not when they started.
    const std::string started = detailOf(entry, "startsAt");
    const auto number = episodes_.emplace(started, episodes_.size()).first->second;
    const engine::Alert alert{detailOf(entry, "fingerprint"),
                              core::WallTime(std::chrono::seconds(number)), entry.event == "firing",
                              std::move(labels)};
    doing(entry, "alert for " + spec.name + " " + entry.event,
          engine::AlertsReceived{{alert}, kBy});
  }
}

void Replay::addPermit(const Attempt& attempt) {
  PermitAsked asked;
  asked.at = timeOf(*attempt.start);
  asked.request = {attempt.start->governor, std::chrono::hours(24), reasonOr(*attempt.start), kBy};
  const bool expired = attempt.end != nullptr && detailOf(*attempt.end, "result") == "expired";
  if (attempt.end != nullptr) {
    asked.after = lengthOf(*attempt.end);
    asked.error = attempt.end->message;
  }
  if (expired) {
    asked.request.deadline = std::max<core::Duration>(asked.after, std::chrono::seconds(1));
  } else if (attempt.end != nullptr) {
    asked.reports = attempt.end->event == "succeeded" ? "ok" : "failed";
  }
  scenario_.permits.push_back(std::move(asked));
}

}  // namespace

Scenario replayOf(const History& history, const engine::Setup& setup) {
  return Replay(history, setup).run();
}

}  // namespace heald::simulation
