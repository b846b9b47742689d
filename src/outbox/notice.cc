#include "outbox/notice.h"

#include <utility>

#include "core/plain_text.h"

namespace heald::outbox {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;
using engine::Severity;

constexpr const char* kPermanentlyOpen = "PERMANENT_OPEN";

std::string detail(const HistoryEntry& entry, const std::string& key) {
  for (const auto& [name, value] : entry.details) {
    const auto* text = std::get_if<std::string>(&value);
    if (name == key && text != nullptr) return *text;
  }
  return "";
}

std::string stopped(const std::string& governor) {
  return "No remedy under " + governor +
         " starts any more, until a human resumes it. Checks go on.";
}

std::string explain(const std::string& governor) {
  return "`healdctl explain " + core::quotedForShell(governor) + "`";
}

std::string resume(const std::string& governor) {
  return "When the cause is fixed: `healdctl resume " + core::quotedForShell(governor) +
         " --reason \"what was fixed\"`";
}

Notice dormant(const HistoryEntry& entry, const std::string& instance) {
  const std::string& governor = entry.governor;
  const std::string by = detail(entry, "triggeredBy");
  Notice notice{.problem = "dormant/" + governor,
                .alert = "HealdDormant",
                .severity = Severity::kCritical,
                .governor = governor,
                .summary = "Healing has stopped: " + governor + " is dormant",
                .impact = stopped(governor),
                .reason = entry.message,
                .at = entry.at};
  if (by == "manual") {
    notice.alert = "HealdDormantByHand";
    notice.severity = Severity::kInfo;
    notice.summary = governor + " was made dormant by hand";
    notice.description = "Somebody made " + governor + " on " + instance +
                         " dormant. Who and why: " + explain(governor) +
                         ". To end it: `healdctl resume " + core::quotedForShell(governor) +
                         " --reason \"the work is done\"`";
    return notice;
  }
  const std::string what =
      by == "circuit_breaker"
          ? "An error that no retry can help, or too many failures for the circuit breaker, made " +
                governor + " on " + instance + " dormant."
          : governor + " on " + instance + " has tried as often as it may, without success.";
  notice.description = what + " What happened: " + explain(governor) + ". " + resume(governor);
  return notice;
}

Notice permanentlyOpen(const HistoryEntry& entry, const std::string& instance) {
  const std::string& governor = entry.governor;
  return {.problem = "permanently_open/" + governor,
          .alert = "HealdPermanentlyOpen",
          .severity = Severity::kCritical,
          .governor = governor,
          .summary = "The circuit breaker of " + governor + " is permanently open",
          .description = governor + " on " + instance +
                         " has met an error that no retry can help, or too many failures. What "
                         "happened: " +
                         explain(governor) + ". " + resume(governor) +
                         "; one attempt is then let through on trial.",
          .impact = stopped(governor),
          .reason = entry.message,
          .at = entry.at};
}

Notice onReserve(const HistoryEntry& entry, const std::string& instance) {
  return {.problem = "store_on_reserve",
          .alert = "HealdStoreOnReserve",
          .severity = Severity::kCritical,
          .summary = "The disk of heald on " + instance + " is full",
          .description =
              "Its store lives on its reserve, which is enough for a hundred attempts or more, so "
              "that a remedy can still clean up. Make room on the disk of the store on " +
              instance + "; `healdctl status` says which.",
          .impact = "When the reserve is used up, no remedy starts on " + instance + ".",
          .reason = entry.message,
          .at = entry.at};
}

Notice unreadable(const HistoryEntry& entry, const std::string& instance) {
  return {.problem = "store_unreadable/" + entry.message,
          .alert = "HealdStoreFailing",
          .severity = Severity::kCritical,
          .summary = "heald on " + instance + " cannot read a part of its store",
          .description =
              "What cannot be read is not acted upon: `healdctl status` says what is "
              "dormant for it.",
          .impact = "What this part says is not healed on " + instance + ".",
          .reason = entry.message,
          .instant = true,
          .at = entry.at};
}

Notice reloadRefused(const HistoryEntry& entry, const std::string& instance) {
  return {.problem = "reload",
          .alert = "HealdReloadFailed",
          .severity = Severity::kWarning,
          .summary = "heald on " + instance + " has refused its new configuration",
          .description =
              "The configuration before it is still in force. Every mistake with its "
              "line: `healdctl check-config`. Then: `healdctl reload`",
          .impact = "Nothing of the new configuration is in force on " + instance + ".",
          .reason = entry.message,
          .instant = true,
          .at = entry.at};
}

Notice approvalWanted(const HistoryEntry& entry, const std::string& instance) {
  const std::string target = entry.target.empty() ? "" : " for " + entry.target;
  const std::string what = entry.remedy.empty() ? "A permit of " + entry.governor
                                                : "An attempt of " + entry.remedy + target;
  // The message has the command, and so the step, or the member of a fleet: each has its notice.
  return {.problem = "approval/" + entry.governor + "/" + entry.remedy + "/" + entry.target + "/" +
                     entry.message,
          .alert = "HealdApprovalWanted",
          .severity = Severity::kWarning,
          .governor = entry.governor,
          .summary = what + " waits for the approval of a human",
          .description = "On " + instance +
                         " it starts only when somebody lets it. What waits, why, and the command "
                         "for each: `healdctl approve`",
          .impact =
              "What is wrong stays so until somebody approves the attempt, or it heals by itself.",
          .reason = entry.message,
          .instant = true,
          .at = entry.at};
}

Notice wrongToken(const HistoryEntry& entry, const std::string& instance) {
  return {.problem = "wrong_token/" + entry.actor,
          .alert = "HealdWrongToken",
          .severity = Severity::kWarning,
          .summary = "heald on " + instance + " is called with a wrong token",
          .description =
              "Somebody guesses, or a client has an old one: `healdctl history --kind "
              "access` and the log say from which address.",
          .impact =
              "Nothing was changed by these calls. A client with an old token, as "
              "Alertmanager may be one, is not heard.",
          .reason = entry.actor + ": " + entry.message,
          .instant = true,
          .at = entry.at};
}

Notice stormBrake(const HistoryEntry& entry, const std::string& instance) {
  return {.problem = "storm_brake",
          .alert = "HealdStormBrake",
          .severity = Severity::kCritical,
          .summary = "Too much is unhealthy on " + instance + " at once, so nothing is healed",
          .description =
              "So many checks of " + instance +
              " are unhealthy that the cause is a common one, which no remedy of a single service "
              "will fix. Look for it (network, disk, name service, a dependency): `healdctl "
              "status`. Healing goes on by itself when fewer are unhealthy.",
          .impact = "No remedy starts on " + instance + " while this lasts. Checks go on.",
          .instant = true,
          .at = entry.at};
}

}  // namespace

Notice storeFailing(const std::string& reason, core::WallTime at, const std::string& instance) {
  return {.problem = "store",
          .alert = "HealdStoreFailing",
          .severity = Severity::kCritical,
          .summary = "heald on " + instance + " cannot write its store, so nothing is healed",
          .description =
              "What cannot be recorded is not done. Look at disk space, permissions and "
              "locks of the store on " +
              instance +
              ": `healdctl status` says what failed. heald notices by itself when it "
              "can write again.",
          .impact = "No remedy starts on " + instance + " while this lasts. Checks go on.",
          .reason = reason,
          .at = at};
}

Notice historyForgotten(std::uint64_t entries, core::WallTime at, const std::string& instance) {
  return {.problem = "history_forgotten",
          .alert = kHistoryForgotten,
          .severity = Severity::kCritical,
          .summary = "heald on " + instance + " cannot tell all that has happened",
          .description = std::to_string(entries) + (entries == 1 ? " entry" : " entries") +
                         " of the history had been forgotten, by age or size (`store.history`), "
                         "before they could be sent. How things stand: `healdctl status`",
          .impact = "A notification that you would have had may be missing.",
          .instant = true,
          .at = at};
}

const std::vector<HistoryKind>& Interpreter::kinds() {
  static const std::vector<HistoryKind> all = {
      HistoryKind::kGovernor, HistoryKind::kBreaker, HistoryKind::kStore, HistoryKind::kReload,
      HistoryKind::kAccess,   HistoryKind::kDenial,  HistoryKind::kHuman};
  return all;
}

std::optional<Notice> Interpreter::read(const HistoryEntry& entry) {
  switch (entry.kind) {
    case HistoryKind::kGovernor:
      return ofGovernor(entry);
    case HistoryKind::kBreaker:
      return ofBreaker(entry);
    case HistoryKind::kStore:
      return ofStore(entry);
    case HistoryKind::kHuman:
      if (entry.event == "resume" || entry.event == "reset") {
        if (humans_.size() >= kMostKnown) humans_.clear();
        humans_[entry.governor] = entry.actor + (entry.message.empty() ? "" : ": " + entry.message);
      }
      return std::nullopt;
    case HistoryKind::kReload:
    case HistoryKind::kAccess:
    case HistoryKind::kDenial:
      return ofOther(entry);
    case HistoryKind::kHeald:
    case HistoryKind::kCheck:
    case HistoryKind::kAlert:
    case HistoryKind::kAttempt:
    case HistoryKind::kFlag:
    case HistoryKind::kPause:
    case HistoryKind::kApproval:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Notice> Interpreter::ofGovernor(const HistoryEntry& entry) {
  if (entry.event == "dormant") return begun(dormant(entry, instance_));
  if (entry.event != "active") return std::nullopt;
  Notice over = dormant(entry, instance_);
  // A human's own entry comes first in the commit of both.
  const auto human = humans_.find(entry.governor);
  over.reason = human == humans_.end() ? entry.message : human->second;
  if (human != humans_.end()) humans_.erase(human);
  return ended(std::move(over));
}

std::optional<Notice> Interpreter::ofBreaker(const HistoryEntry& entry) {
  if (entry.event == kPermanentlyOpen) return begun(permanentlyOpen(entry, instance_));
  if (detail(entry, "from") != kPermanentlyOpen) return std::nullopt;
  return ended(permanentlyOpen(entry, instance_));
}

std::optional<Notice> Interpreter::ofStore(const HistoryEntry& entry) {
  if (entry.event == "unavailable") return begun(storeFailing(entry.message, entry.at, instance_));
  if (entry.event == "available") return ended(storeFailing("", entry.at, instance_));
  if (entry.event == "on_reserve") return begun(onReserve(entry, instance_));
  if (entry.event == "unreadable") return unreadable(entry, instance_);
  // That a reserve is kept is told at a start as well.
  const bool room_again = entry.event == "reserve_kept" && known_.contains("store_on_reserve");
  return room_again ? std::optional(ended(onReserve(entry, instance_))) : std::nullopt;
}

std::optional<Notice> Interpreter::ofOther(const HistoryEntry& entry) const {
  if (entry.kind == HistoryKind::kReload && entry.event == "refused") {
    return reloadRefused(entry, instance_);
  }
  if (entry.kind == HistoryKind::kAccess && entry.event == "wrong_token") {
    return wrongToken(entry, instance_);
  }
  if (entry.kind == HistoryKind::kDenial && entry.event == "approval") {
    return approvalWanted(entry, instance_);
  }
  if (entry.kind == HistoryKind::kDenial && entry.event == "storm_brake") {
    return stormBrake(entry, instance_);
  }
  return std::nullopt;
}

Notice Interpreter::begun(Notice notice) {
  if (known_.size() < kMostKnown) {
    known_.try_emplace(notice.problem,
                       Known{notice.alert, notice.severity, notice.summary, notice.at});
  }
  return notice;
}

Notice Interpreter::ended(Notice notice) {
  notice.over = true;
  const auto found = known_.find(notice.problem);
  if (found == known_.end()) return notice;
  notice.alert = found->second.alert;
  notice.severity = found->second.severity;
  notice.summary = found->second.summary;
  notice.since = found->second.since;
  known_.erase(found);
  return notice;
}

}  // namespace heald::outbox
