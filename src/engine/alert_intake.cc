#include "engine/alert_intake.h"

#include <array>
#include <utility>

#include "engine/alert_identity.h"
#include "engine/alert_rules.h"

namespace heald::engine {

struct AlertIntake::Hearing {
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

Result<Reply> AlertIntake::hear(const AlertsReceived& command, Step& step) {
  Hearing hearing;
  for (const Alert& alert : command.alerts) hearOne(alert, hearing, step.now);
  if (hearing.full) {
    return full(command, step);
  }
  count(command, hearing, step);
  if (!p_.episodes.book().proposed()) {
    recorded(step);
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

void AlertIntake::hearOne(const Alert& alert, Hearing& hearing, core::Now now) {
  bool matched = false;
  std::string identity;
  for (const int remedy : index_.candidates(alert.labels)) {
    if (!hearing.full && matches(p_.roster[remedy].spec.alert, alert.labels)) {
      if (!std::exchange(matched, true)) {
        identity = identityOf(alert, p_.policy.ignore_labels);
      }
      hearFor(remedy, identity, alert, hearing, now);
    }
  }
  hearing.unmatched += matched ? 0 : 1;
}

Error AlertIntake::full(const AlertsReceived& command, Step& step) {
  p_.episodes.book().undo(step.now);
  raised_.clear();
  p_.figures.drop(DropReason::kQueueFull, command.alerts.size());
  const std::string why =
      "no room for more alerts: " + std::to_string(Episodes::kLimit) + " episodes fire";
  tellRefusal("", why, command.alerts.size(), command.by, step);
  return Error{ErrorCode::kUnavailable, why + "; nothing of this was recorded"};
}

void AlertIntake::count(const AlertsReceived& command, const Hearing& hearing, Step& step) {
  p_.figures.event(EventSource::kAlertmanager, command.alerts.size() + command.left_out);
  if (command.left_out > 0) {
    p_.figures.reject(AlertRejection::kTooMany, command.left_out);
    tellRefusal("", "more alerts than one notification may have", command.left_out, command.by,
                step);
    step.out.notes.push_back({Note::Level::kWarn,
                              "alerts ignored: more than one notification may have",
                              {{"alerts", std::to_string(command.left_out)}, {"by", command.by}}});
  }
  for (std::size_t i = 0; i < hearing.rejected.size(); ++i) {
    p_.figures.reject(static_cast<AlertRejection>(i), hearing.rejected[i]);
  }
  p_.figures.drop(DropReason::kUnmatched, hearing.unmatched);
  p_.figures.drop(DropReason::kDuplicate, hearing.known);
  if (hearing.refused > 0) {
    tellRefusal(hearing.remedy, hearing.refusal, hearing.refused, command.by, step);
    step.out.notes.push_back({Note::Level::kWarn,
                              "alerts ignored: labels rejected",
                              {{"alerts", std::to_string(hearing.refused)},
                               {"first", hearing.refusal},
                               {"by", command.by}}});
  }
}

// Alertmanager sends the same ones every few minutes: they are told once an hour.
void AlertIntake::tellRefusal(const std::string& remedy, const std::string& why, std::size_t alerts,
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

void AlertIntake::hearFor(int base, const std::string& identity, const Alert& alert,
                          Hearing& hearing, core::Now now) {
  const AlertPolicy& policy = p_.roster[base].spec.alert;
  if (std::string why = refusal(policy, alert.labels); !why.empty()) {
    hearing.refuse(AlertRejection::kLabels, p_.roster[base].spec.name, std::move(why));
    return;
  }
  const std::string target(labelValue(alert.labels, policy.target));
  if (alert.firing && p_.targets.placeFor(base, target, now.boot) < 0) {
    hearing.refuse(AlertRejection::kTargets, p_.roster[base].spec.name,
                   "remedy \"" + p_.roster[base].spec.name + "\" has its " +
                       std::to_string(policy.max_targets) + " targets");
    return;
  }
  const EpisodeKey key{p_.roster[base].spec.name, identity};
  switch (p_.episodes.hear(key, target, alert, now)) {
    case Episodes::Heard::kNew:
      ++hearing.recorded;
      ++p_.roster.at(base).view.detected;
      raised_.push_back({base, target, std::nullopt});
      break;
    case Episodes::Heard::kAgain:
      ++hearing.known;
      p_.alert_episodes.tryAgain(key);
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

void AlertIntake::recorded(Step& step) {
  for (const Raised& raised : std::exchange(raised_, {})) {
    const int index = p_.roster.serving(raised.base, raised.target);
    if (index >= 0 && raised.resolved) {
      resolved(index, *raised.resolved, step);
    } else if (index >= 0) {
      p_.wants.wantNext(index, step);
    }
  }
}

void AlertIntake::resolved(int r, const EpisodeKey& key, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  const bool mine = remedy.episode == key;
  if (mine) remedy.told_denial.clear();  // the next wait is another one, and is told
  if (mine && remedy.attempt.phase == Phase::kVerifying) {
    p_.attempts.end(r, Verification::End{true, FailureReason::kError}, step);
  } else if (mine && remedy.attempt.waits()) {
    step.out.notes.push_back({Note::Level::kInfo,
                              "attempt skipped: the alert is resolved",
                              {{"remedy", remedy.spec.name}, {"governor", remedy.spec.governor}}});
    remedy.view.last_denied_by.reset();
    p_.turns.rest(remedy);
    p_.wants.wantNext(r, step);
  } else if (remedy.attempt.phase == Phase::kIdle) {
    p_.turns.rest(remedy);
  }
}

}  // namespace heald::engine
