// The part of Healing that hears of alerts: from "this alert fires" to a remedy that is wanted for
// its episode, and from "resolved" to an attempt that has succeeded.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "engine/alert_identity.h"
#include "engine/healing.h"

namespace heald::engine {
namespace {

std::string_view valueOf(const Labels& labels, std::string_view name) {
  const auto named = [&](const auto& label) { return label.first == name; };
  const auto found = std::find_if(labels.begin(), labels.end(), named);
  return found == labels.end() ? std::string_view{} : std::string_view(found->second);
}

bool matches(const AlertPolicy& policy, const Labels& labels) {
  return !policy.matchers.empty() &&
         std::all_of(policy.matchers.begin(), policy.matchers.end(), [&](const auto& matcher) {
           return !matcher.second.empty() && valueOf(labels, matcher.first) == matcher.second;
         });
}

// Why the labels may not be acted upon, or "".
std::string refusal(const AlertPolicy& policy, const Labels& labels) {
  for (const auto& [label, pattern] : policy.arguments) {
    if (!pattern.matches(valueOf(labels, label))) {
      return "label \"" + label + "\" does not match its pattern";
    }
  }
  const std::string_view target = valueOf(labels, policy.target);
  if (policy.target.empty()) {
    return "";
  }
  if (!core::isPlainLabelValue(target)) {
    return "label \"" + policy.target + "\" cannot name a target";
  }
  const auto& targets = policy.targets;
  const bool listed =
      targets.empty() || std::find(targets.begin(), targets.end(), target) != targets.end();
  return listed ? "" : "label \"" + policy.target + "\" is none of the targets";
}

// Whether the remedy would record the same episode now: the configuration may be another one since.
bool takes(const RemedySpec& spec, const Episode& episode) {
  return matches(spec.alert, episode.labels) && refusal(spec.alert, episode.labels).empty() &&
         valueOf(episode.labels, spec.alert.target) == episode.target;
}

}  // namespace

struct Healing::Hearing {
  std::uint64_t recorded = 0;
  std::uint64_t known = 0;
  std::uint64_t unmatched = 0;
  std::uint64_t refused = 0;
  std::array<std::uint64_t, 3> rejected{};  // by AlertRejection
  std::string refusal;                      // the first one
  std::string remedy;                       // of it
  bool full = false;

  void refuse(AlertRejection as, const std::string& its_remedy, std::string why) {
    ++rejected[static_cast<std::size_t>(as)];
    if (refused++ == 0) {
      refusal = std::move(why);
      remedy = its_remedy;
    }
  }
};

Result<Reply> Healing::hear(const AlertsReceived& command, Step& step) {
  Hearing hearing;
  for (const Alert& alert : command.alerts) {
    bool matched = false;
    std::string identity;
    for (const int remedy : alert_index_.candidates(alert.labels)) {
      if (!hearing.full && matches(remedies_[place(remedy)].spec.alert, alert.labels)) {
        if (!std::exchange(matched, true)) {
          identity = identityOf(alert, alertmanager_.ignore_labels);
        }
        hearFor(remedy, identity, alert, hearing, step.now);
      }
    }
    hearing.unmatched += matched ? 0 : 1;
  }
  if (hearing.full) {
    episodes_.undo(step.now);
    raised_.clear();
    countDropped(DropReason::kQueueFull, command.alerts.size());
    const std::string why =
        "no room for more alerts: " + std::to_string(Episodes::kLimit) + " episodes fire";
    tellRefusal("", why, command.alerts.size(), command.by, step);
    return Error{ErrorCode::kUnavailable, why + "; nothing of this was recorded"};
  }
  events_[static_cast<std::size_t>(EventSource::kAlertmanager)] +=
      command.alerts.size() + command.left_out;
  if (command.left_out > 0) {
    hearing.rejected[static_cast<std::size_t>(AlertRejection::kTooMany)] = command.left_out;
    tellRefusal("", "more alerts than one notification may have", command.left_out, command.by,
                step);
    step.out.notes.push_back({Note::Level::kWarn,
                              "alerts ignored: more than one notification may have",
                              {{"alerts", std::to_string(command.left_out)}, {"by", command.by}}});
  }
  for (std::size_t i = 0; i < hearing.rejected.size(); ++i) {
    alerts_rejected_[i] += hearing.rejected[i];
  }
  countDropped(DropReason::kUnmatched, hearing.unmatched);
  countDropped(DropReason::kDuplicate, hearing.known);
  if (hearing.refused > 0) {
    tellRefusal(hearing.remedy, hearing.refusal, hearing.refused, command.by, step);
    step.out.notes.push_back({Note::Level::kWarn,
                              "alerts ignored: labels rejected",
                              {{"alerts", std::to_string(hearing.refused)},
                               {"first", hearing.refusal},
                               {"by", command.by}}});
  }
  if (!episodes_.proposed()) {
    raiseAlerts(step);
  }
  std::string told = "recorded " + std::to_string(hearing.recorded) + " of " +
                     std::to_string(command.alerts.size() + command.left_out) + " alerts; " +
                     std::to_string(hearing.known) + " known already, " +
                     std::to_string(hearing.unmatched) + " that no remedy matches, " +
                     std::to_string(hearing.refused) + " with rejected labels";
  if (command.left_out > 0) {
    told += ", " + std::to_string(command.left_out) + " left out: too many at once";
  }
  return Reply{std::move(told)};
}

// Alertmanager sends the same ones every few minutes: they are told once an hour.
void Healing::tellRefusal(const std::string& remedy, const std::string& why, std::size_t alerts,
                          const std::string& by, Step& step) {
  if (!told_refusals_.tells(why, step.now.boot)) {
    return;
  }
  step.out.remarks.push_back({.kind = HistoryKind::kAlert,
                              .event = "rejected",
                              .remedy = remedy,
                              .actor = by,
                              .message = why,
                              .details = {{"alerts", static_cast<std::int64_t>(alerts)}}});
}

void Healing::hearFor(int base, const std::string& identity, const Alert& alert, Hearing& hearing,
                      core::Now now) {
  const AlertPolicy& policy = at(base).spec.alert;
  if (std::string why = refusal(policy, alert.labels); !why.empty()) {
    hearing.refuse(AlertRejection::kLabels, at(base).spec.name, std::move(why));
    return;
  }
  const std::string target(valueOf(alert.labels, policy.target));
  if (alert.firing && instanceFor(base, target, now.boot) < 0) {
    hearing.refuse(AlertRejection::kTargets, at(base).spec.name,
                   "remedy \"" + at(base).spec.name + "\" has its " +
                       std::to_string(policy.max_targets) + " targets");
    return;
  }
  const EpisodeKey key{at(base).spec.name, identity};
  switch (episodes_.hear(key, target, alert, now)) {
    case Episodes::Heard::kNew:
      ++hearing.recorded;
      ++at(base).view.detected;
      raised_.push_back({base, target, std::nullopt});
      break;
    case Episodes::Heard::kAgain:
      ++hearing.known;
      tryAgain(key);
      raised_.push_back({base, target, std::nullopt});
      break;
    case Episodes::Heard::kResolved:
      ++hearing.recorded;
      raised_.push_back({base, target, key});
      break;
    case Episodes::Heard::kOld:
      ++hearing.known;
      break;
    case Episodes::Heard::kFull:
      hearing.full = true;
      break;
  }
}

void Healing::raiseAlerts(Step& step) {
  for (const Raised& raised : std::exchange(raised_, {})) {
    const auto found = instances_.find({raised.base, raised.target});
    const int index = raised.target.empty()       ? raised.base
                      : found == instances_.end() ? -1
                                                  : found->second;
    if (index >= 0 && raised.resolved) {
      alertResolved(index, *raised.resolved, step);
    } else if (index >= 0) {
      wantNext(index, step);
    }
  }
}

void Healing::wantNext(int r, Step& step) {
  Remedy& remedy = at(r);
  const auto next = episodes_.next(groupOf(remedy));
  if (stopped_ || remedy.phase != Phase::kIdle || !next) {
    return;
  }
  remedy.episode = next;
  want(r, false, step);
}

// What it waits to be started for may have been forgotten meanwhile (a suspend of more than a day):
// not knowing means not acting.
bool Healing::alertIsGone(int r, Step& step) {
  Remedy& remedy = at(r);
  const bool waits = remedy.phase == Phase::kWaiting || remedy.phase == Phase::kQueued;
  if (!waits || !remedy.spec.byAlert() || !remedy.episode || episodes_.firing(*remedy.episode)) {
    return false;
  }
  rest(remedy);
  wantNext(r, step);
  return true;
}

void Healing::alertResolved(int r, const EpisodeKey& key, Step& step) {
  Remedy& remedy = at(r);
  const bool mine = remedy.episode == key;
  if (mine && remedy.phase == Phase::kVerifying) {
    end(r, true, FailureReason::kError, step);
  } else if (mine && (remedy.phase == Phase::kWaiting || remedy.phase == Phase::kQueued)) {
    step.out.notes.push_back({Note::Level::kInfo,
                              "attempt skipped: the alert is resolved",
                              {{"remedy", remedy.spec.name}, {"governor", remedy.spec.governor}}});
    rest(remedy);
    wantNext(r, step);
  } else if (remedy.phase == Phase::kIdle) {
    rest(remedy);
  }
}

// Whose last attempt has failed, and which is to be tried again: a denial that no time ends may
// have set it aside since.
void Healing::tryAgain(const EpisodeKey& key) {
  if (goesOn(key)) {
    episodes_.waitAgain(key);
  }
}

// Nothing has fired for long enough: the failure counts are cleared, as for a check.
void Healing::considerQuiet(int r, Step& step) {
  if (at(r).spec.byAlert() && store_up_ && !stopped_) {
    clearWhenHealthyForLong(at(r).governor, step);
  }
}

void Healing::armQuietTimer(int r) {
  const Remedy& remedy = at(r);
  if (!remedy.spec.byAlert()) {
    return;
  }
  if (const auto since = episodes_.quietSince(groupOf(remedy))) {
    const core::BootTime from =
        std::max(*since, governors_.lastResult(remedy.governor).value_or(*since));
    timers_.set(r, from + governors_[remedy.governor].policy().reset_after);
  }
}

// An attempt has ended, perhaps a permit: its failure lasts for as long as any does, and the timer
// may have found it in flight.
void Healing::waitForQuiet(int governor, core::BootTime now) {
  const auto alerted = alerted_of_governor_.find(governor);
  for (std::size_t i = 0; alerted != alerted_of_governor_.end() && i < alerted->second.size();
       ++i) {
    if (const int index = alerted->second[i]; at(index).phase == Phase::kIdle) {
      timers_.set(index, now + governors_[governor].policy().reset_after);
    }
  }
}

void Healing::tendEpisodes(Step& step) {
  forgetTargets(step.now.boot);
  const std::size_t forgotten = episodes_.forgetOld(step.now, alertmanager_.forget_after);
  countDropped(DropReason::kExpired, forgotten);
  const bool wanted = std::exchange(episodes_wait_, false);
  for (std::size_t i = 0; (wanted || forgotten > 0) && i < remedies_.size(); ++i) {
    const int index = static_cast<int>(i);
    if (remedies_[i].spec.byAlert() && remedies_[i].phase == Phase::kIdle) {
      armQuietTimer(index);
      wantNext(index, step);
    }
  }
}

// Who has an attempt in flight or an alert that fires comes first: there may be no room for all of
// whom their governor knows something.
void Healing::loadEpisodes(const Saved& saved, core::Now now) {
  const auto serveTarget = [&](const std::string& of_governor, const auto& wanted) {
    const auto at_sign = of_governor.find('@');
    for (std::size_t i = 0; at_sign != std::string::npos && i < configured_; ++i) {
      const RemedySpec& spec = remedies_[i].spec;
      if (!spec.alert.target.empty() && spec.governor == of_governor.substr(0, at_sign) &&
          wanted(spec)) {
        instanceFor(static_cast<int>(i), of_governor.substr(at_sign + 1), now.boot);
      }
    }
  };
  for (const auto& [name, state] : saved.governors) {
    for (const core::Ticket& ticket : state.in_flight) {
      serveTarget(name, [&](const RemedySpec& spec) { return spec.name == ticket.remedy; });
    }
  }
  auto episodes = saved.episodes;
  for (auto& [key, episode] : episodes) {
    episode.heard_at = now.wall;
    const int base = indexOf(key.remedy);
    if (base >= 0 && episode.firing && takes(at(base).spec, episode)) {
      instanceFor(base, episode.target, now.boot);
    }
  }
  episodes_.load(std::move(episodes), now.boot);
  nameEpisodes(now.boot);
  for (const auto& [name, state] : saved.governors) {
    serveTarget(name, [](const RemedySpec&) { return true; });
  }
  dropEpisodesOfOthers(now.boot);
  incidents_.load(saved.incidents);
  endForeignIncidents(now.boot);
  wakeEpisodes();
  episodes_wait_ = true;
}

// By the labels that are ignored now.
void Healing::nameEpisodes(core::BootTime now) {
  const auto renamed = episodes_.rename(
      [&](const Episode& episode) {
        return identityOf({episode.fingerprint, {}, true, episode.labels},
                          alertmanager_.ignore_labels);
      },
      now);
  published_.stale.markAll();
  for (Remedy& remedy : remedies_) {
    const auto found = remedy.episode ? renamed.find(*remedy.episode) : renamed.end();
    if (found != renamed.end()) {
      remedy.episode = found->second;
    }
  }
}

// An episode is of use only to a remedy that still takes alerts in the same way.
void Healing::dropEpisodesOfOthers(core::BootTime now) {
  std::map<std::string, const RemedySpec*> specs;
  for (std::size_t i = 0; i < configured_; ++i) {
    specs[remedies_[i].spec.name] = &remedies_[i].spec;
  }
  const auto taken = [&](const EpisodeKey& key, const Episode& episode) {
    const auto found = specs.find(key.remedy);
    return found != specs.end() && takes(*found->second, episode);
  };
  episodes_.keepOnly(taken, now);
}

}  // namespace heald::engine
