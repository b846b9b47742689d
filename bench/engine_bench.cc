// What a decision costs: the governor alone, and the engine driven through virtual time.
#include <benchmark/benchmark.h>

#include "core/governor.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald {
namespace {

using std::chrono::seconds;

void governorAttempt(benchmark::State& state) {
  core::GovernorPolicy policy;
  policy.budgets.clear();
  core::Governor governor(policy);
  core::Now now{};
  for (auto _ : state) {
    const auto decision = governor.trigger({}, "remedy", now);
    benchmark::DoNotOptimize(governor.result(decision.ticket->id, true, "", now));
  }
}
BENCHMARK(governorAttempt);

void governorAsk(benchmark::State& state) {
  const core::Governor governor({});
  for (auto _ : state) {
    benchmark::DoNotOptimize(governor.ask({}, core::BootTime{}));
  }
}
BENCHMARK(governorAsk);

// A minute of checks that run every second; an item is one run of a check.
void engineMinute(benchmark::State& state) {
  const int checks = static_cast<int>(state.range(0));
  engine::Setup setup = test::manyRemedies(checks);
  for (engine::CheckSpec& check : setup.checks) {
    check.interval = seconds(1);
  }
  for (auto _ : state) {
    test::World world(setup);
    world.runUntil(seconds(60));
  }
  state.SetItemsProcessed(state.iterations() * checks * 60);
}
BENCHMARK(engineMinute)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void snapshotOf(benchmark::State& state) {
  const test::World world(test::manyRemedies(static_cast<int>(state.range(0))));
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.snapshot());
  }
}
BENCHMARK(snapshotOf)->Arg(10)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace heald
