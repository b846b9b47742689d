#pragma once

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <vector>

#include "support/daemon.h"

namespace heald::test {

using Nanos = std::chrono::nanoseconds;

inline constexpr const char* kMain = "self-healing-main";

// Every default time of a governor, divided by 100.
inline const std::string kHundredTimesFaster = R"(
governor_defaults:
  backoff: {base: 50ms, max: 6s}
  breaker: {open_for: 600ms}
  budgets: [{attempts: 10, per: 36s}, {attempts: 24, per: 864s}]
  reset_after: 6s
)";

// A check that is unhealthy as long as the file `sick` is there, and a remedy "restart" under the
// main governor: a shell script that first notes its start in the file `starts`.
inline std::string sickService(const std::string& script, const std::string& governor_defaults) {
  return governor_defaults + R"(
checks:
  - name: service
    exec: {command: [/bin/sh, -c, 'echo "|load=1"; test ! -e @DIR@/sick || exit 2']}
    interval: 50ms
remedies:
  - name: restart
    when: {check: service}
    governor: self-healing-main
    exec: {command: [/bin/sh, -c, 'date +%s%N >> @DIR@/starts; )" +
         script + R"(']}
    verify: {after: 0}
)";
}

// The moments in `starts`, since 1970.
inline std::vector<Nanos> startsOf(const TestDaemon& daemon) {
  std::istringstream lines(daemon.read("starts"));
  std::vector<Nanos> starts;
  for (long long moment = 0; lines >> moment;) starts.emplace_back(moment);
  return starts;
}

inline bool isDormant(const TestDaemon& daemon) {
  return daemon.status().at("selfHealing").at("isDormant").get<bool>();
}

// Waits for `more` further runs of the check: time for a fault to show, however slow the machine.
inline void awaitCheckRuns(const TestDaemon& daemon, const std::string& check, int more) {
  const auto runs = [&] { return daemon.check(check).at("executions").get<int>(); };
  const int until = runs() + more;
  daemon.await("runs of the check", [&] { return runs() >= until; });
}

}  // namespace heald::test
