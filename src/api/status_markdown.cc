#include "api/status_markdown.h"

#include <algorithm>
#include <vector>

#include "api/status_json.h"
#include "core/text.h"
#include "engine/advice.h"
#include "io/text.h"

namespace heald::api {
namespace {

using engine::Snapshot;
using Row = std::vector<std::string>;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : io::oneLine(text)) {
    if (std::string_view("\\`*_[]<>|~&#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string row(const Row& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string table(std::string_view title, const Row& head, const std::vector<Row>& rows) {
  std::string text = "\n## " + std::string(title) + "\n\n";
  if (rows.empty()) return text + "None.\n";
  text += row(head) + row(Row(head.size(), "---"));
  for (const Row& cells : rows) text += row(cells);
  return text;
}

// Whole seconds: nobody reads the rest.
std::string rough(core::Duration duration) {
  return core::toText(std::chrono::floor<std::chrono::seconds>(duration));
}

std::string ago(const std::optional<core::WallTime>& time, core::Now now) {
  if (!time) return "never";
  return rough(std::max(core::Duration{}, now.wall - *time)) + " ago";
}

std::string nextAttempt(const engine::GovernorView& governor, core::Now now) {
  if (governor.state.dormant()) return "after a human resumes it";
  if (!governor.next_attempt_at) return "not by time alone";
  const core::Duration wait = *governor.next_attempt_at - now.boot;
  return wait > core::Duration{} ? "in " + rough(wait) : "any time";
}

std::string governorsSection(const Snapshot& snapshot, core::Now now) {
  std::vector<Row> rows;
  for (const engine::GovernorView* governor : governorsInOrder(snapshot)) {
    const core::GovernorState& state = governor->state;
    rows.push_back({escaped(governor->name), state.dormant() ? "dormant" : "active",
                    escaped(toString(state.breaker.reads(now.boot))),
                    std::to_string(state.consecutive_failures) + " of " +
                        std::to_string(governor->policy.max_consecutive_failures),
                    ago(state.breaker.last_failure_at, now), nextAttempt(*governor, now),
                    std::to_string(state.totals.attempts) + " / " +
                        std::to_string(state.totals.successes) + " / " +
                        std::to_string(state.totals.failures)});
  }
  return table("Governors",
               {"Governor", "Mode", "Circuit breaker", "Consecutive failures", "Last failure",
                "Next attempt", "Attempts / healed / failed"},
               rows);
}

std::string checksSection(const Snapshot& snapshot, core::Now now) {
  std::vector<Row> rows;
  for (const engine::CheckView& check : snapshot.checks) {
    rows.push_back({escaped(check.name), escaped(check.kind),
                    std::string(toString(shownHealth(check))), std::string(toString(check.status)),
                    ago(check.last_run, now), escaped(check.message)});
  }
  return table("Checks", {"Check", "Kind", "Health", "Last result", "Last run", "Message"}, rows);
}

std::string heldBackBy(const engine::RemedyView& remedy, core::Now now) {
  if (remedy.pause && now.boot < remedy.pause->until) {
    return "paused for another " + rough(remedy.pause->until - now.boot);
  }
  if (!remedy.blocked_by.empty()) return "check " + escaped(remedy.blocked_by);
  if (remedy.last_denied_by) return escaped(toString(*remedy.last_denied_by));
  return remedy.fleet && !remedy.fleet->denied.empty() ? "fleet" : "";
}

// Whether there is any output is not told either.
bool hidesOutput(const Snapshot& snapshot, bool with_output) {
  return !with_output &&
         std::any_of(snapshot.remedies.begin(), snapshot.remedies.end(), [](const auto& remedy) {
           return !remedy.last_result.empty() && remedy.last_result != "ok";
         });
}

std::string remediesSection(const Snapshot& snapshot, core::Now now, bool with_output) {
  std::vector<Row> rows;
  for (const engine::RemedyView& remedy : snapshot.remedies) {
    rows.push_back(
        {escaped(remedy.name), escaped(remedy.check), escaped(remedy.governor),
         std::string(toString(remedy.phase)), heldBackBy(remedy, now),
         remedy.totals.successes > 0 && !remedy.last_success ? "before the start"
                                                             : ago(remedy.last_success, now),
         escaped(engine::resultText(remedy.last_result, remedy.last_output, with_output))});
  }
  return table("Remedies",
               {"Remedy", "Check", "Governor", "Phase", "Held back by", "Last success",
                "Last result"},
               rows) +
         (hidesOutput(snapshot, with_output)
              ? "\nWhat failed actions printed is shown with the token.\n"
              : "");
}

std::string tasksSection(const Snapshot& snapshot, core::Now now) {
  std::vector<Row> rows;
  for (const engine::TaskView& task : snapshot.tasks) {
    rows.push_back({escaped(task.id), task.enabled ? "on" : "off", core::toText(task.period),
                    std::to_string(task.executions), std::to_string(task.failures),
                    ago(task.last_run, now)});
  }
  return table("Background tasks",
               {"Task", "Enabled", "Period", "Executions", "Failures", "Last run"}, rows);
}

std::string issuesSection(const Snapshot& snapshot, core::Now now,
                          const std::vector<engine::Issue>& beside) {
  std::string text = "\n## Issues\n\n";
  auto found = engine::issues(snapshot, now);
  found.insert(found.end(), beside.begin(), beside.end());
  if (found.empty()) return text + "None.\n";
  for (const engine::Issue& issue : found) {
    text += "- **" + std::string(toString(issue.severity)) + "**: " + escaped(issue.message) + "\n";
  }
  return text;
}

// A fence ends at a line of its own, and a command is one line.
std::string recommendationsSection(const Snapshot& snapshot, core::Now now, bool with_output) {
  std::string text = "\n## Recommendations\n\n";
  const auto found = engine::recommendations(snapshot, now, with_output);
  if (found.empty()) return text + "None.\n";
  for (const engine::Recommendation& advice : found) {
    text += "- " + escaped(advice.message) + "\n\n  ```sh\n  " + io::oneLine(advice.command) +
            "\n  ```\n";
  }
  return text;
}

}  // namespace

std::string statusMarkdown(const Snapshot& snapshot, core::Now now, std::string_view version,
                           bool with_output, const std::vector<engine::Issue>& beside) {
  std::string text = "# heald status\n\nOverall: **" +
                     std::string(toString(engine::overallStatus(snapshot, now))) + "** at " +
                     core::toIso8601(now.wall) + ", heald " + escaped(version) + ": " +
                     escaped(engine::headline(snapshot, now)) + ".\n";
  if (snapshot.pause && now.boot < snapshot.pause->until) {
    text += "\nEverything is paused until " +
            core::toIso8601(engine::wallOf(snapshot, snapshot.pause->until)) + " by " +
            escaped(snapshot.pause->by) + ": " + escaped(snapshot.pause->reason) + "\n";
  }
  if (snapshot.observe) text += "\nObserve mode: heald decides and counts, and runs no remedy.\n";
  return text + issuesSection(snapshot, now, beside) +
         recommendationsSection(snapshot, now, with_output) + governorsSection(snapshot, now) +
         checksSection(snapshot, now) + remediesSection(snapshot, now, with_output) +
         tasksSection(snapshot, now);
}

}  // namespace heald::api
