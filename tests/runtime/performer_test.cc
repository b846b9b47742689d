#include "runtime/performer.h"

#include <gtest/gtest.h>

#include "process/run_deadline.h"

namespace heald::runtime {
namespace {

// A process that was stopped for a while after the commit, say.
TEST(Performer, NothingStartsBehindTheEndOfTheLease) {
  io::WorkerPool workers{1};
  io::HttpClient http;
  io::Looks looks;
  io::Services services{workers, http, looks};
  process::ProcessMonitor monitor(looks);
  const SystemClock clock;
  const config::Config config;  // it has no remedy that could start
  Performer performer(config, services, monitor, clock);
  process::runDeadline() = 0;
  std::vector<engine::Event> told;
  engine::StartAction start;
  start.run = 7;
  performer.startAction(start, [&](engine::Event event) { told.push_back(std::move(event)); });
  process::runDeadline() = process::kNever;
  ASSERT_EQ(told.size(), 1u);
  const auto& finished = std::get<engine::ActionFinished>(told[0]);
  EXPECT_EQ(finished.run, 7u);
  EXPECT_EQ(finished.outcome, engine::ActionOutcome::kFailed);
  EXPECT_EQ(finished.text, "not started: this replica's lease is over");
}

}  // namespace
}  // namespace heald::runtime
