#include <gtest/gtest.h>

#include <iostream>

#include "e2e/stories.h"

namespace heald::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;

struct Totals {
  double executions = 0;
  double missed = 0;
  double clock = 0;  // CPU seconds
};

double sumOf(const std::string& metrics, const std::string& name) {
  std::istringstream lines(metrics);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + "{")) sum += std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return sum;
}

Totals totalsOf(const TestDaemon& daemon) {
  const std::string text = daemon.metrics();
  const std::string cpu = "\nprocess_cpu_seconds_total ";
  return {sumOf(text, "heald_check_executions_total"), sumOf(text, "heald_check_missed_runs_total"),
          std::strtod(text.c_str() + text.find(cpu) + cpu.size(), nullptr)};
}

TEST(Load, AThousandChecksASecondMissNoRun) {
  constexpr int kChecks = 1000;
  constexpr int kSeconds = 5;
  std::string config = "checks:\n";
  for (int i = 0; i < kChecks; ++i) {
    config += "  - {name: c" + std::to_string(i) + ", env: {variable: PATH}, interval: 1s}\n";
  }
  TestDaemon daemon({config});
  daemon.start();
  daemon.await("the first round", [&] { return totalsOf(daemon).executions >= kChecks; });
  const Totals before = totalsOf(daemon);
  const auto begun = std::chrono::steady_clock::now();
  daemon.await("five more rounds", [&] {
    return totalsOf(daemon).executions - before.executions >= kSeconds * kChecks;
  });
  const Totals after = totalsOf(daemon);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  const double runs = after.executions - before.executions;
  std::cout << runs << " runs in " << took.count() << " s, " << after.missed << " missed, "
            << after.clock - before.clock << " s of CPU" << std::endl;
  EXPECT_LE(after.missed, 0.01 * after.executions);
  EXPECT_GE(runs, 0.99 * kChecks * (took.count() - 1));
}

}  // namespace
}  // namespace heald::test
