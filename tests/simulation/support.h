#pragma once

#include <gtest/gtest.h>

#include <string>

#include "app/builtin.h"
#include "simulation/player.h"
#include "simulation/scenario.h"

namespace heald::simulation {

inline std::optional<std::string> noEnvironment(const std::string&) {
  return std::nullopt;
}

// A configuration of the kinds that heald has.
inline engine::Setup setupOf(const std::string& yaml) {
  const auto read = config::readConfig(yaml, "heald.yml", app::builtinKinds(), noEnvironment);
  for (const config::Problem& problem : read.problems) ADD_FAILURE() << toString(problem);
  return read.config.setup;
}

// A service that is looked at every ten seconds, and a restart that is verified at once.
inline engine::Setup service(const std::string& more = "") {
  return setupOf(R"(
checks:
  - name: service
    exec: {command: [/bin/true]}
    interval: 10s
remedies:
  - name: restart
    when: {check: service}
    exec: {command: [/bin/true]}
    verify: {after: 0s, within: 0s}
)" + more);
}

inline ScenarioRead read(const std::string& yaml, const engine::Setup& setup = service()) {
  return readScenario(yaml, "scenario.yml", setup, noEnvironment);
}

inline Record played(const std::string& yaml, const engine::Setup& setup = service()) {
  const ScenarioRead scenario = read(yaml, setup);
  for (const config::Problem& problem : scenario.problems) ADD_FAILURE() << toString(problem);
  return play(setup, scenario.scenario);
}

// What was expected and is not so, one after the other.
inline std::string failuresOf(const Record& record) {
  std::string text;
  for (const Verdict& verdict : record.verdicts) {
    if (!verdict.ok) {
      text += verdict.place + ": " + verdict.what + ": expected " + verdict.expected + ", got " +
              verdict.got + "\n";
    }
  }
  return text;
}

}  // namespace heald::simulation
