#pragma once

#include <string>

#include "engine/setup.h"

namespace heald::test {

// One check ("service", every 5 s) and one remedy ("restart") under the governor "main", at the
// design's defaults; verification looks once, at once.
inline engine::Setup oneRemedy() {
  engine::Setup setup;
  engine::CheckSpec check;
  check.name = "service";
  check.kind = "exec";
  check.interval = std::chrono::seconds(5);
  check.follows_cycle = false;
  setup.checks.push_back(check);
  engine::RemedySpec remedy;
  remedy.name = "restart";
  remedy.check = "service";
  remedy.governor = "main";
  remedy.verify = {core::Duration{}, core::Duration{}};
  setup.remedies.push_back(remedy);
  setup.governors.push_back({"main", {}});
  return setup;
}

// `count` checks c0, c1, … with a remedy each (r0, r1, …), under governors of their own.
inline engine::Setup manyRemedies(int count) {
  engine::Setup setup = oneRemedy();
  const engine::CheckSpec check = setup.checks[0];
  const engine::RemedySpec remedy = setup.remedies[0];
  setup.checks.clear();
  setup.remedies.clear();
  setup.governors.clear();
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    setup.checks.push_back(check);
    setup.checks.back().name = "c" + n;
    setup.remedies.push_back(remedy);
    setup.remedies.back().name = "r" + n;
    setup.remedies.back().check = "c" + n;
    setup.remedies.back().governor = "r" + n;
    setup.governors.push_back({"r" + n, {}});
  }
  return setup;
}

// As manyRemedies, with checks that run once an hour: what goes on before that was queued.
inline engine::Setup rareChecks(int count) {
  engine::Setup setup = manyRemedies(count);
  for (engine::CheckSpec& check : setup.checks) {
    check.interval = std::chrono::hours(1);
  }
  return setup;
}

}  // namespace heald::test
