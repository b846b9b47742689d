// What a backtest costs: in proportion to the history, or a long one takes hours.
#include <benchmark/benchmark.h>

#include "simulation/backtest.h"
#include "support/setups.h"

namespace heald {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;
using std::chrono::minutes;
using std::chrono::seconds;

HistoryEntry entryOf(HistoryKind kind, const char* event, core::Duration at,
                     std::uint64_t attempt) {
  return {.kind = kind,
          .event = event,
          .at = core::WallTime(at),
          .governor = attempt > 0 ? "main" : "",
          .remedy = attempt > 0 ? "restart" : "",
          .check = "service",
          .attempt = attempt};
}

// A service that is down every ten minutes, and that one restart heals.
std::vector<HistoryEntry> flapping(std::uint64_t incidents) {
  std::vector<HistoryEntry> history;
  for (std::uint64_t number = 1; number <= incidents; ++number) {
    const core::Duration at = minutes(10 * number);
    history.push_back(entryOf(HistoryKind::kCheck, "unhealthy", at, 0));
    history.push_back(entryOf(HistoryKind::kAttempt, "started", at, number));
    history.push_back(entryOf(HistoryKind::kAttempt, "succeeded", at, number));
    history.back().details = {{"duration", std::int64_t{2000}}};
    history.push_back(entryOf(HistoryKind::kCheck, "healthy", at + seconds(2), 0));
  }
  return history;
}

// An item is an entry.
void backtestOf(benchmark::State& state) {
  engine::Setup setup = test::oneRemedy();
  setup.governors[0].policy.budgets.clear();
  const auto history = flapping(static_cast<std::uint64_t>(state.range(0)) / 4);
  for (auto _ : state) {
    benchmark::DoNotOptimize(simulation::backtest(setup, history));
  }
  state.SetComplexityN(state.range(0));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(backtestOf)->Range(1000, 64000)->Unit(benchmark::kMillisecond)->Complexity();

}  // namespace
}  // namespace heald
