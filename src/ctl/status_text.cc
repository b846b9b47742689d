#include "ctl/status_text.h"

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "ctl/json_access.h"
#include "ctl/table.h"
#include "io/text.h"

namespace heald::ctl {
namespace {

using core::toText;
using nlohmann::ordered_json;

constexpr std::size_t kMaxMessage = 100;  // bytes of a message in a table

Colour colourOf(std::string_view word) {
  for (const std::string_view good : {"healthy", "active", "ok", "CLOSED"}) {
    if (word == good) return Colour::kGood;
  }
  for (const std::string_view bad : {"dormant", "critical", "unhealthy", "PERMANENT_OPEN"}) {
    if (word == bad) return Colour::kBad;
  }
  for (const std::string_view warn : {"degraded", "disabled", "warning", "OPEN", "HALF_OPEN"}) {
    if (word == warn) return Colour::kWarn;
  }
  return Colour::kPlain;
}

Cell word(std::string text) {
  const Colour colour = colourOf(text);
  return {std::move(text), colour};
}

std::string count(const ordered_json& value, std::string_view key) {
  return std::to_string(numberOf(value, key));
}

std::string message(const ordered_json& value, std::string_view key) {
  return io::clip(textOf(value, key), kMaxMessage);
}

// Whole seconds: nobody reads the rest.
std::string rough(core::Duration duration) {
  using std::chrono::seconds;
  return duration < seconds(1) ? toText(duration) : toText(std::chrono::floor<seconds>(duration));
}

std::string ago(std::optional<core::WallTime> time, const ordered_json& status) {
  const auto now = timeOf(status, "time");
  if (!time || !now) return "never";
  return *now - *time < std::chrono::seconds(1) ? "just now" : rough(*now - *time) + " ago";
}

std::string until(const ordered_json& thing, const ordered_json& status) {
  const auto next = timeOf(thing, "nextAttemptAt");
  const auto now = timeOf(status, "time");
  if (!next || !now || *next <= *now) return "";
  return "in " + rough(*next - *now);
}

std::string nextAttempt(const ordered_json& governor, const ordered_json& status) {
  if (flagOf(governor, "isDormant")) return "after a resume";
  const std::string wait = until(governor, status);
  return wait.empty() ? "any time" : wait;
}

std::string lastFailure(const ordered_json& governor) {
  const auto age = durationOf(governor, "lastFailureAgo");
  return age ? rough(*age) + " ago" : "never";
}

Table governors(const ordered_json& status) {
  Table table({"GOVERNOR", "MODE", "BREAKER", "FAILURES", "LAST FAILURE", "NEXT ATTEMPT",
               "ATTEMPTS", "HEALED"});
  for (const ordered_json& g : listOf(status, "circuitBreakers")) {
    table.add({{textOf(g, "name"), Colour::kStrong},
               word(flagOf(g, "isDormant") ? "dormant" : "active"),
               word(textOf(g, "state")),
               {count(g, "consecutiveFailures") + " of " + count(g, "maxConsecutiveFailures")},
               {lastFailure(g)},
               {nextAttempt(g, status)},
               {count(g, "attempts")},
               {count(g, "successes")}});
  }
  return table;
}

Table checks(const ordered_json& status) {
  Table table({"CHECK", "HEALTH", "LAST RESULT", "LAST RUN", "EVERY", "MESSAGE"});
  for (const ordered_json& c : listOf(status, "checks")) {
    const bool ran = numberOf(c, "executions") > 0;
    table.add({{textOf(c, "name"), Colour::kStrong},
               word(textOf(c, "health")),
               ran ? word(textOf(c, "status")) : Cell{"none yet"},
               {flagOf(c, "running") ? "running" : ago(timeOf(c, "lastRun"), status)},
               {toText(durationOf(c, "interval").value_or(core::Duration{}))},
               {message(c, "message")}});
  }
  return table;
}

std::string phase(const ordered_json& remedy, const ordered_json& status) {
  const std::string wait = until(remedy, status);
  return textOf(remedy, "phase") + (wait.empty() ? "" : ", " + wait);
}

std::string heldBackBy(const ordered_json& remedy, const ordered_json& status) {
  const auto ends = timeOf(objectOf(remedy, "pause"), "until");
  const auto now = timeOf(status, "time");
  if (ends && now && *now < *ends) return "paused, another " + rough(*ends - *now);
  const std::string check = textOf(remedy, "blockedBy");
  return check.empty() ? textOf(remedy, "lastDeniedBy") : "check " + check;
}

Table remedies(const ordered_json& status) {
  Table table(
      {"REMEDY", "CHECK", "GOVERNOR", "PHASE", "HELD BACK BY", "LAST SUCCESS", "LAST RESULT"});
  for (const ordered_json& r : listOf(status, "remedies")) {
    table.add({{textOf(r, "name"), Colour::kStrong},
               {textOf(r, "check")},
               {textOf(r, "governor")},
               {phase(r, status)},
               {heldBackBy(r, status)},
               {ago(timeOf(r, "lastSuccess"), status)},
               {message(r, "lastResult")}});
  }
  return table;
}

Table tasks(const ordered_json& status) {
  Table table({"BACKGROUND TASK", "IS", "EVERY", "RUNS", "FAILURES", "LAST RUN", "UP FOR"});
  for (const ordered_json& t : listOf(objectOf(status, "backgroundTasks"), "tasks")) {
    table.add(
        {{textOf(t, "id"), Colour::kStrong},
         {flagOf(t, "enabled") ? "on" : "off"},
         {toText(durationOf(t, "period").value_or(core::Duration{}))},
         {count(t, "executionCount")},
         {count(t, "failures")},
         {ago(timeOf(t, "lastRun"), status)},
         {toText(durationOf(t, "uptime", std::chrono::seconds(1)).value_or(core::Duration{}))}});
  }
  return table;
}

std::string issues(const ordered_json& status, bool colours) {
  std::string text;
  for (const ordered_json& issue : listOf(status, "issues")) {
    const std::string severity = textOf(issue, "severity");
    text += "  " + painted(severity, colourOf(severity), colours) + ": " +
            textOf(issue, "message") + "\n";
  }
  return text.empty() ? "" : "\nWhat is wrong\n" + text;
}

std::string recommendations(const ordered_json& status, bool colours) {
  std::string text;
  for (const ordered_json& advice : listOf(status, "recommendations")) {
    text += "  " + textOf(advice, "message") + ":\n    " +
            painted(textOf(advice, "command"), Colour::kStrong, colours) + "\n";
  }
  return text.empty() ? "" : "\nSuggested actions\n" + text;
}

std::string_view meaning(std::string_view overall) {
  if (overall == "healthy") return "everything is quiet";
  if (overall == "degraded") return "something is wrong";
  if (overall == "dormant") return "automatic healing has stopped and waits for a human";
  if (overall == "disabled") return "automatic healing is switched off";
  return "";
}

std::string title(const ordered_json& status, bool colours) {
  const ordered_json& healing = objectOf(status, "selfHealing");
  const std::string overall = textOf(healing, "status");
  std::string text = "heald " + textOf(status, "version") + " is " +
                     painted(overall, colourOf(overall), colours) + ": " +
                     std::string(meaning(overall)) + ".\n";
  if (flagOf(healing, "observeMode")) {
    text += "It only observes: it decides and counts, and runs no remedy.\n";
  }
  return text;
}

std::string section(const Table& table, bool colours) {
  return table.empty() ? "" : "\n" + table.text(colours);
}

std::string onOff(const ordered_json& flag, std::string_view key) {
  if (!objectOf(flag, key).is_boolean()) return "-";
  return flagOf(flag, key) ? "on" : "off";
}

}  // namespace

std::string statusText(const ordered_json& status, bool colours) {
  return title(status, colours) + issues(status, colours) + recommendations(status, colours) +
         section(governors(status), colours) + section(checks(status), colours) +
         section(remedies(status), colours) + section(tasks(status), colours);
}

std::string flagsText(const ordered_json& flags, bool colours) {
  Table table({"FLAG", "IS", "ENVIRONMENT", "CONFIGURATION", "OVERRIDE", "CHANGED"});
  for (const ordered_json& flag : listOf(flags, "flags")) {
    const bool enabled = flagOf(flag, "enabled");
    const std::string changed = textOf(flag, "changedAt");
    table.add({{textOf(flag, "name"), Colour::kStrong},
               {enabled ? "on" : "off", enabled ? Colour::kGood : Colour::kWarn},
               {onOff(flag, "environment")},
               {onOff(flag, "configuration")},
               {onOff(flag, "override")},
               {changed.empty() ? "never" : changed}});
  }
  return table.text(colours);
}

}  // namespace heald::ctl
