// The reader: the scripts of checks and remedies, and the file as a whole. What people and the
// world do is in scenario_events.cc, what is expected in scenario_expect.cc.
#include "simulation/scenario.h"

#include <algorithm>
#include <ctime>

#include "config/files.h"
#include "config/reader.h"
#include "simulation/scenario_sections.h"

namespace heald::simulation {
namespace {

using config::Fields;

constexpr config::FileKind kScenarioFile{"scenario", "run_for, checks and expect", "run_for: 1h"};

core::CheckStatus statusNamed(const std::string& word) {
  for (const core::CheckStatus status : core::kCheckStatuses) {
    if (toString(status) == word) return status;
  }
  return core::CheckStatus::kUnknown;
}

engine::ActionOutcome outcomeNamed(const std::string& word) {
  return word == "ok"       ? engine::ActionOutcome::kOk
         : word == "failed" ? engine::ActionOutcome::kFailed
                            : engine::ActionOutcome::kTimeout;
}

// "2026-03-28T23:00:00Z"
std::optional<core::WallTime> parseStart(const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0' || parts.tm_year < 100) return std::nullopt;
  return core::WallTime(std::chrono::seconds(timegm(&parts)));
}

std::string startFault(const std::string& text) {
  return parseStart(text) ? "" : "is not a time (example: 2026-03-28T23:00:00Z)";
}

void readChange(Fields& fields, CheckChange& change) {
  std::string status = "critical";
  fields.duration("at", change.at, {.required = true, .zero_allowed = true},
                  "from when on, counted from the start");
  fields.text("status", status,
              {.required = true, .one_of = {"ok", "warning", "critical", "unknown"}},
              "what the check finds");
  fields.text("message", change.message, {.empty_allowed = true}, "its line for people");
  fields.duration("takes", change.takes, {.zero_allowed = true}, "how long a run takes");
  change.status = statusNamed(status);
  if (change.message.empty()) change.message = status;
}

void readOutcome(Fields& fields, const engine::RemedySpec& remedy, Outcome& outcome) {
  std::string word = "failed";
  fields.text("outcome", word, {.required = true, .one_of = {"ok", "failed", "timeout"}},
              "how the action ends");
  fields.integer("step", outcome.step, {.max = static_cast<long>(remedy.steps.size())},
                 "only when this step of the remedy runs, counted from 1");
  fields.integer("times", outcome.times, {}, "so often, then the next entry; the last one stays");
  fields.duration("takes", outcome.takes, {.zero_allowed = true}, "how long the action runs");
  fields.text("output", outcome.output, {.empty_allowed = true},
              "what it prints; matched against permanent_open_conditions");
  fields.duration("heals_after", outcome.heals_after, {.zero_allowed = true},
                  "so long after the action ended its check finds ok; without: it heals nothing");
  fields.duration("relapses_after", outcome.relapses_after, {},
                  "so long after it healed the check finds again what it found before");
  outcome.outcome = outcomeNamed(word);
  if (outcome.relapses_after && !outcome.heals_after) {
    fields.fail("relapses_after", "needs heals_after (what was not healed cannot relapse)");
  }
  if (outcome.heals_after && remedy.check.empty()) {
    fields.fail("heals_after", "remedy \"" + remedy.name + "\" has no check (leave it out)");
  }
}

void readChecks(Fields& top, const engine::Setup& setup, Scenario& scenario) {
  top.section("checks", false, "what each check finds; one that is not here is ok",
              [&](Fields& fields) {
                for (const engine::CheckSpec& check : setup.checks) {
                  std::vector<CheckChange> changes;
                  fields.sections(check.name, {}, "its changes, by time", [&](Fields& each) {
                    CheckChange change;
                    readChange(each, change);
                    requireWithin(each, "at", change.at, scenario);
                    if (!changes.empty() && change.at < changes.back().at) {
                      each.fail("at", "is before the entry above it (entries go by time)");
                    }
                    changes.push_back(std::move(change));
                  });
                  scenario.checks.emplace_back(check.name, std::move(changes));
                }
              });
}

void readRemedies(Fields& top, const engine::Setup& setup, Scenario& scenario) {
  top.section(
      "remedies", false, "what each attempt does; of one that is not here, it fails at once",
      [&](Fields& fields) {
        for (const engine::RemedySpec& remedy : setup.remedies) {
          std::vector<Outcome> outcomes;
          fields.sections(remedy.name, {}, "its outcomes, one after the other", [&](Fields& each) {
            readOutcome(each, remedy, outcomes.emplace_back());
          });
          scenario.remedies.emplace_back(remedy.name, std::move(outcomes));
        }
      });
}

void describe(Fields& top, const engine::Setup& setup, Scenario& scenario) {
  top.text("title", scenario.title, {.empty_allowed = true}, "what it is about");
  std::optional<std::string> starts_at;
  top.text("starts_at", starts_at, {.check = startFault},
           "what the wall clock shows at the start, in UTC: for windows");
  if (starts_at) scenario.starts_at = parseStart(*starts_at);
  std::optional<core::Duration> run_for;
  top.duration("run_for", run_for, {.required = true}, "how long to play it");
  scenario.run_for = run_for.value_or(core::Duration::max());  // one mistake is told once
  readChecks(top, setup, scenario);
  readRemedies(top, setup, scenario);
  readOperator(top, setup, scenario);
  readAlerts(top, scenario);
  readPermits(top, setup, scenario);
  readFaults(top, scenario);
  readExpectations(top, setup, scenario);
}

}  // namespace

ScenarioRead readScenario(std::string_view text, const std::string& file,
                          const engine::Setup& setup, const config::Lookup& environment) {
  ScenarioRead read;
  read.problems = config::readFields(
      text, file, environment, [&](Fields& top) { describe(top, setup, read.scenario); },
      kScenarioFile);
  return read;
}

ScenarioRead readScenarioFile(const std::string& path, const engine::Setup& setup,
                              const config::Lookup& environment) {
  const Result<std::string> text = config::loadFile(path, kScenarioFile);
  if (text) return readScenario(*text, path, setup, environment);
  ScenarioRead read;
  read.problems.push_back({path, {}, "", text.error().message});
  return read;
}

}  // namespace heald::simulation
