#include "simulation/replay.h"

#include <algorithm>
#include <map>

#include "engine/approvals.h"
#include "engine/detection.h"
#include "engine/episodes.h"
#include "engine/pauses.h"
#include "simulation/backtest.h"

namespace heald::simulation {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;

constexpr const char* kBy = "backtest";
// After a human, so that what he has done is done.
constexpr core::Duration kRepeatAfter = std::chrono::seconds(1);

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

// When the incidents of each check began, but the first.
std::map<std::string, std::vector<core::Duration>> beginsOf(const History& history) {
  std::map<std::string, std::vector<core::Duration>> begins;
  for (const Incident& incident : incidentsOf(history)) {
    begins[incident.check].push_back(incident.from);
  }
  for (auto& [check, moments] : begins) moments.erase(moments.begin());
  return begins;
}

// An alert, from its first entry on.
struct Firing {
  engine::Alert alert;
  std::string what;
  core::Duration from{};
};

class Replay {
 public:
  Replay(const History& history, const engine::Setup& setup)
      : history_(history),
        setup_(setup),
        detection_(setup.detection, setup.checks),
        attempts_(attemptsOf(history)) {}

  Scenario run() {
    scenario_.checks = changesOf(history_);
    addOutcomes();
    for (const HistoryEntry& entry : history_) add(entry);
    for (const auto& [key, firing] : firing_) repeat(firing, timeOf(history_.back()));
    for (const Attempt& attempt : attempts_) {
      if (attempt.start->remedy.empty()) addPermit(attempt);
    }
    return std::move(scenario_);
  }

 private:
  void addOutcomes();
  void add(const HistoryEntry& entry);
  bool doneForItsFamily(const HistoryEntry& entry);
  void addHuman(const HistoryEntry& entry);
  void addPause(const HistoryEntry& entry);
  void addApproval(const HistoryEntry& entry);
  void addAlert(const HistoryEntry& entry);
  void addAlert(const HistoryEntry& entry, const engine::RemedySpec& spec);
  void forget(const Firing& firing, core::Duration at);
  void repeat(const Firing& firing, core::Duration until);
  void repeatAt(const Firing& firing, core::Duration at);
  void addPermit(const Attempt& attempt);
  void letGo(const HistoryEntry& entry);
  void addEvent(const HistoryEntry& entry, std::string what, engine::Event event) {
    scenario_.events.push_back({timeOf(entry), std::move(what), std::move(event)});
  }
  bool hasCheck(const std::string& name) const { return detection_.checks().indexOf(name) >= 0; }

  struct Paused {
    std::size_t event;
    core::Duration at;
  };

  const History& history_;
  const engine::Setup& setup_;
  const engine::Detection detection_;
  std::vector<Attempt> attempts_;
  std::map<std::string, std::size_t> episodes_;  // by when they started
  std::map<engine::EpisodeKey, Firing> firing_;
  const core::Duration forget_after_ = setup_.alertmanager.forget_after;
  std::vector<core::Duration> let_go_;                // when a human may have let something go on
  std::map<std::string, const HistoryEntry*> human_;  // the last entry of each governor
  std::map<std::string, Paused> paused_;              // by remedy
  std::map<std::string, core::Duration> ill_;         // when each check became bad last
  Scenario scenario_;
};

void Replay::addOutcomes() {
  auto begins = beginsOf(history_);
  std::map<std::string, std::vector<Outcome>> outcomes;
  std::map<std::string, const engine::RemedySpec*> specs;
  for (const auto& spec : setup_.remedies) specs[spec.name] = &spec;
  for (const Attempt& attempt : attempts_) {
    const auto spec = specs.find(attempt.start->remedy);
    if (spec == specs.end() || attempt.end == nullptr) continue;
    Outcome outcome = outcomeOf(*attempt.end, *spec->second);
    const auto& moments = begins[spec->second->check];
    const auto next = std::upper_bound(moments.begin(), moments.end(), timeOf(*attempt.start));
    if (next != moments.begin()) outcome.from = *(next - 1);
    if (next != moments.end()) outcome.until = *next;
    outcomes[spec->first].push_back(std::move(outcome));
  }
  scenario_.remedies.assign(std::make_move_iterator(outcomes.begin()),
                            std::make_move_iterator(outcomes.end()));
}

void Replay::add(const HistoryEntry& entry) {
  switch (entry.kind) {
    case HistoryKind::kCheck:
      if (hasCheck(entry.check)) addEvent(entry, kLook, engine::RunCheckNow{entry.check, kBy});
      if (entry.event == "unhealthy" || entry.event == "warning") ill_[entry.check] = timeOf(entry);
      break;
    case HistoryKind::kHuman:
      addHuman(entry);
      letGo(entry);
      break;
    case HistoryKind::kFlag:
      if (const auto feature = core::featureNamed(detailOf(entry, "flag"))) {
        addEvent(entry, "flag " + detailOf(entry, "flag") + " " + entry.event,
                 engine::SetFlag{*feature, entry.event == "on", reasonOr(entry), kBy});
      }
      letGo(entry);
      break;
    case HistoryKind::kPause:
      addPause(entry);
      letGo(entry);
      break;
    case HistoryKind::kApproval:
      addApproval(entry);
      letGo(entry);
      break;
    case HistoryKind::kAlert:
      addAlert(entry);
      break;
    default:
      break;
  }
}

// What a human lets go on waits for the next result of its check: that one comes so many intervals
// after the last that is known. For an alert it waits until that is heard of again.
void Replay::letGo(const HistoryEntry& entry) {
  if (let_go_.empty() || let_go_.back() < timeOf(entry)) let_go_.push_back(timeOf(entry));
  for (int i = 0; i < static_cast<int>(detection_.checks().size()); ++i) {
    const engine::CheckSpec& spec = detection_.checks().spec(i);
    const auto last = ill_.find(spec.name);
    if (last == ill_.end()) continue;
    const auto runs = (timeOf(entry) - last->second) / spec.interval + 1;
    scenario_.events.push_back(
        {last->second + runs * spec.interval, kLook, engine::RunCheckNow{spec.name, kBy}});
  }
}

// One command for a name that has targets leaves an entry for the name, and then one for each.
bool Replay::doneForItsFamily(const HistoryEntry& entry) {
  const auto found = human_.find(familyOf(entry));
  human_[entry.governor] = &entry;
  if (entry.target.empty() || found == human_.end()) return false;
  const HistoryEntry& family = *found->second;
  return family.event == entry.event && family.actor == entry.actor &&
         family.message == entry.message && family.at == entry.at;
}

void Replay::addHuman(const HistoryEntry& entry) {
  const std::string& governor = entry.governor;
  if (!governor.empty() && doneForItsFamily(entry)) return;
  if (entry.event == "resume") {
    addEvent(entry, "resume " + governor, engine::Resume{governor, reasonOr(entry), kBy});
  } else if (entry.event == "dormant") {
    addEvent(entry, "dormant " + governor, engine::EnterDormant{governor, reasonOr(entry), kBy});
  } else if (entry.event == "reset") {
    addEvent(entry, "reset " + governor, engine::Reset{governor, entry.message == "forced", kBy});
  } else if (entry.event == "retry") {
    addEvent(entry, "retry " + governor, engine::Retry{governor, reasonOr(entry), kBy});
  } else if (entry.event == "run_remedy") {
    addEvent(entry, "run remedy " + entry.remedy, engine::RunRemedyNow{entry.remedy, kBy});
  } else if (entry.event == "run_check" && hasCheck(entry.check)) {
    addEvent(entry, "run check " + entry.check, engine::RunCheckNow{entry.check, kBy});
  }
}

// It is as long as can be, unless it was over by itself: a human ended it, or the history ends
// sooner.
void Replay::addPause(const HistoryEntry& entry) {
  const std::string name = entry.remedy.empty() ? "all" : entry.remedy;
  const auto before = paused_.find(entry.remedy);
  if (before != paused_.end() && entry.event == "over") {
    auto& pause = std::get<engine::PauseRemedy>(scenario_.events[before->second.event].event);
    pause.lasts = std::clamp<core::Duration>(timeOf(entry) - before->second.at,
                                             std::chrono::seconds(1), engine::Pauses::kLongest);
  }
  if (before != paused_.end()) paused_.erase(before);
  if (entry.event == "paused") {
    paused_[entry.remedy] = {scenario_.events.size(), timeOf(entry)};
    addEvent(entry, "pause " + name,
             engine::PauseRemedy{entry.remedy, engine::Pauses::kLongest, reasonOr(entry), kBy});
  } else if (entry.event == "unpaused") {
    addEvent(entry, "unpause " + name, engine::UnpauseRemedy{entry.remedy, kBy});
  }
}

// It is as long as can be: that it was used follows, and another end has an entry of its own.
void Replay::addApproval(const HistoryEntry& entry) {
  const bool permit = entry.remedy.empty();
  const std::string& name = permit ? entry.governor : entry.remedy;
  const std::string target = permit ? detailOf(entry, "member") : entry.target;
  std::optional<int> step;
  for (const auto& [key, value] : entry.details) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (key == "step" && number != nullptr) step = static_cast<int>(*number);
  }
  if (entry.event == "given") {
    addEvent(entry, "approve " + name,
             engine::Approve{name, permit, target, step, engine::Approvals::kLongest,
                             reasonOr(entry), kBy});
  } else if (entry.event != "used") {
    addEvent(entry, "unapprove " + name, engine::Unapprove{name, permit, target, step, kBy});
  }
}

void Replay::addAlert(const HistoryEntry& entry) {
  // Of episodes that have, or never had, entries of their own.
  if (entry.event == "rejected" || entry.event == "labels_refused") return;
  for (const auto& spec : setup_.remedies) {
    if (spec.name == entry.remedy && spec.byAlert()) addAlert(entry, spec);
  }
}

void Replay::addAlert(const HistoryEntry& entry, const engine::RemedySpec& spec) {
  // Only that episodes can be told apart counts, not when they started.
  const std::string started = detailOf(entry, "startsAt");
  const auto number = episodes_.emplace(started, episodes_.size()).first->second;
  engine::Alert alert{detailOf(entry, "fingerprint"), core::WallTime(std::chrono::seconds(number)),
                      entry.event == "firing", spec.alert.matchers};
  if (!spec.alert.target.empty()) alert.labels.emplace_back(spec.alert.target, entry.target);
  const std::string what = "alert for " + spec.name + " " + entry.event;
  const engine::EpisodeKey key{spec.name, alert.fingerprint};
  if (const auto found = firing_.find(key); found != firing_.end() && !alert.firing) {
    entry.event == "forgotten" ? forget(found->second, timeOf(entry))
                               : repeat(found->second, timeOf(entry));
    firing_.erase(found);
  }
  if (entry.event == "forgotten") return;
  if (alert.firing) firing_.try_emplace(key, Firing{alert, what + " again", timeOf(entry)});
  addEvent(entry, what, engine::AlertsReceived{{alert}, kBy});
}

// It was heard of last so long before.
void Replay::forget(const Firing& firing, core::Duration at) {
  repeat(firing, at - forget_after_);
  repeatAt(firing, at - forget_after_);
}

void Replay::repeat(const Firing& firing, core::Duration until) {
  const core::Duration every = forget_after_ / 2;
  for (auto at = firing.from + every; at < until; at += every) repeatAt(firing, at);
  auto human = std::lower_bound(let_go_.begin(), let_go_.end(), firing.from);
  for (; human != let_go_.end() && *human + kRepeatAfter < until; ++human) {
    repeatAt(firing, *human + kRepeatAfter);
  }
}

void Replay::repeatAt(const Firing& firing, core::Duration at) {
  if (at <= firing.from) return;
  scenario_.events.push_back({at, firing.what, engine::AlertsReceived{{firing.alert}, kBy}});
}

void Replay::addPermit(const Attempt& attempt) {
  PermitAsked asked;
  asked.at = timeOf(*attempt.start);
  asked.request = {attempt.start->governor, std::chrono::hours(24), reasonOr(*attempt.start), kBy,
                   detailOf(*attempt.start, "member")};
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
