#include "ctl/status_sections.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "ctl/json_access.h"
#include "io/text.h"

namespace heald::ctl {
namespace {

using core::toText;
using nlohmann::ordered_json;

using Checks = std::map<std::string, std::string>;  // of remedies

constexpr std::size_t kMaxMessage = 100;  // bytes of a message in a table

Cell word(std::string text) {
  const Colour colour = colourOfState(text);
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

// heald counts them over restarts, and knows the time of one since its start.
std::string lastSuccess(const ordered_json& remedy, const ordered_json& status) {
  const auto time = timeOf(remedy, "lastSuccess");
  return !time && numberOf(remedy, "successes") > 0 ? "before start" : ago(time, status);
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

Concern concernOfGovernor(const ordered_json& governor) {
  const std::string state = textOf(governor, "state");
  if (flagOf(governor, "isDormant") || state == "PERMANENT_OPEN") return Concern::kBroken;
  if (state == "OPEN" || state == "HALF_OPEN") return Concern::kTrouble;
  return numberOf(governor, "consecutiveFailures") > 0 ? Concern::kNotice : Concern::kQuiet;
}

// The governor, its remedies and their checks.
std::vector<std::string> namesUnder(const ordered_json& governor, const Checks& check_of) {
  std::vector<std::string> names = {textOf(governor, "name")};
  for (const ordered_json& remedy : listOf(governor, "remedies")) {
    if (!remedy.is_string()) continue;
    names.push_back(printable(remedy.get_ref<const std::string&>()));
    const auto check = check_of.find(names.back());
    if (check != check_of.end() && !check->second.empty()) names.push_back(check->second);
  }
  return names;
}

StatusSection governors(const ordered_json& status) {
  Checks check_of;
  for (const ordered_json& remedy : listOf(status, "remedies")) {
    check_of.emplace(textOf(remedy, "name"), textOf(remedy, "check"));
  }
  StatusSection section{"governor",
                        "governors",
                        "/circuitBreakers",
                        {"GOVERNOR", "MODE", "BREAKER", "FAILURES", "LAST FAILURE", "NEXT ATTEMPT",
                         "ATTEMPTS", "HEALED"},
                        {},
                        {}};
  for (const ordered_json& g : listOf(status, "circuitBreakers")) {
    section.rows.push_back(
        {{{textOf(g, "name"), Colour::kStrong},
          word(flagOf(g, "isDormant") ? "dormant" : "active"),
          word(textOf(g, "state")),
          {count(g, "consecutiveFailures") + " of " + count(g, "maxConsecutiveFailures")},
          {lastFailure(g)},
          {nextAttempt(g, status)},
          {count(g, "attempts")},
          {count(g, "successes")}},
         concernOfGovernor(g),
         namesUnder(g, check_of)});
  }
  return section;
}

Concern concernOfCheck(const ordered_json& check) {
  const std::string health = textOf(check, "health");
  if (health == "unhealthy") return Concern::kBroken;
  const std::string result = textOf(check, "status");
  const bool ran = numberOf(check, "executions") > 0;
  if (ran && result != "ok") return Concern::kTrouble;
  return health == "healthy" ? Concern::kQuiet : Concern::kNotice;
}

StatusSection checks(const ordered_json& status) {
  StatusSection section{
      "check",   "checks",
      "/checks", {"CHECK", "HEALTH", "LAST RESULT", "LAST RUN", "EVERY", "MESSAGE"},
      {5},       {}};
  for (const ordered_json& c : listOf(status, "checks")) {
    const bool ran = numberOf(c, "executions") > 0;
    section.rows.push_back({{{textOf(c, "name"), Colour::kStrong},
                             word(textOf(c, "health")),
                             ran ? word(textOf(c, "status")) : Cell{"none yet"},
                             {flagOf(c, "running") ? "running" : ago(timeOf(c, "lastRun"), status)},
                             {toText(durationOf(c, "interval").value_or(core::Duration{}))},
                             {message(c, "message")}},
                            concernOfCheck(c),
                            {textOf(c, "name")}});
  }
  return section;
}

std::string phase(const ordered_json& remedy, const ordered_json& status) {
  const std::string wait = until(remedy, status);
  return textOf(remedy, "phase") + (wait.empty() ? "" : ", " + wait);
}

bool paused(const ordered_json& remedy, const ordered_json& status) {
  const auto ends = timeOf(objectOf(remedy, "pause"), "until");
  const auto now = timeOf(status, "time");
  return ends && now && *now < *ends;
}

std::string heldBackBy(const ordered_json& remedy, const ordered_json& status) {
  if (paused(remedy, status)) {
    const auto left = *timeOf(objectOf(remedy, "pause"), "until") - *timeOf(status, "time");
    return "paused, another " + rough(left);
  }
  const std::string check = textOf(remedy, "blockedBy");
  return check.empty() ? textOf(remedy, "lastDeniedBy") : "check " + check;
}

bool busy(const ordered_json& thing) {
  const std::string phase = textOf(thing, "phase");
  return !phase.empty() && phase != "idle";
}

Concern concernOfRemedy(const ordered_json& remedy, const ordered_json& status) {
  const auto& targets = listOf(remedy, "targets");
  if (numberOf(remedy, "incidentFailures") > 0) return Concern::kBroken;
  if (busy(remedy) || std::any_of(targets.begin(), targets.end(), busy)) return Concern::kTrouble;
  return paused(remedy, status) ? Concern::kNotice : Concern::kQuiet;
}

StatusSection remedies(const ordered_json& status) {
  StatusSection section{
      "remedy",
      "remedies",
      "/remedies",
      {"REMEDY", "CHECK", "GOVERNOR", "PHASE", "HELD BACK BY", "LAST SUCCESS", "LAST RESULT"},
      {6},
      {}};
  for (const ordered_json& r : listOf(status, "remedies")) {
    section.rows.push_back({{{textOf(r, "name"), Colour::kStrong},
                             {textOf(r, "check")},
                             {textOf(r, "governor")},
                             {phase(r, status)},
                             {heldBackBy(r, status)},
                             {lastSuccess(r, status)},
                             {message(r, "lastResult")}},
                            concernOfRemedy(r, status),
                            {textOf(r, "name"), textOf(r, "check"), textOf(r, "governor")}});
  }
  return section;
}

StatusSection tasks(const ordered_json& status) {
  StatusSection section{
      "background task",
      "background tasks",
      "/backgroundTasks/tasks",
      {"BACKGROUND TASK", "IS", "EVERY", "RUNS", "FAILURES", "LAST RUN", "UP FOR"},
      {},
      {}};
  for (const ordered_json& t : listOf(objectOf(status, "backgroundTasks"), "tasks")) {
    section.rows.push_back(
        {{{textOf(t, "id"), Colour::kStrong},
          {flagOf(t, "enabled") ? "on" : "off"},
          {toText(durationOf(t, "period").value_or(core::Duration{}))},
          {count(t, "executionCount")},
          {count(t, "failures")},
          {ago(timeOf(t, "lastRun"), status)},
          {toText(durationOf(t, "uptime", std::chrono::seconds(1)).value_or(core::Duration{}))}},
         numberOf(t, "failures") > 0 ? Concern::kNotice : Concern::kQuiet,
         {textOf(t, "id")}});
  }
  return section;
}

}  // namespace

Colour colourOfState(std::string_view word) {
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

Table StatusSection::table() const {
  Table table(head);
  for (const std::size_t column : messages) table.messagesIn(column);
  for (const StatusRow& row : rows) table.add(row.cells);
  return table;
}

std::vector<StatusSection> sectionsOf(const ordered_json& status) {
  return {governors(status), checks(status), remedies(status), tasks(status)};
}

bool standsBy(const ordered_json& status) {
  const auto issues = listOf(status, "issues");
  return std::any_of(issues.begin(), issues.end(), [](const ordered_json& issue) {
    return textOf(issue, "reason") == "standby";
  });
}

std::vector<StatusSection> knownSectionsOf(const ordered_json& status) {
  if (!standsBy(status)) return sectionsOf(status);
  return {checks(status), tasks(status)};
}

void worstFirst(std::vector<StatusRow>& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const StatusRow& a, const StatusRow& b) { return a.concern > b.concern; });
}

}  // namespace heald::ctl
