// What a scrape costs, with as many checks as remedies and governors.
#include <benchmark/benchmark.h>

#include "metrics/collect.h"
#include "metrics/text_writer.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald {
namespace {

void collectFamilies(benchmark::State& state) {
  const test::World world(test::manyRemedies(static_cast<int>(state.range(0))));
  const engine::Snapshot snapshot = world.snapshot();
  for (auto _ : state) {
    benchmark::DoNotOptimize(metrics::collect(snapshot, {}, world.now()));
  }
}
BENCHMARK(collectFamilies)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

template <class Writer>
void writeText(benchmark::State& state) {
  const test::World world(test::manyRemedies(static_cast<int>(state.range(0))));
  const auto families = metrics::collect(world.snapshot(), {}, world.now());
  const Writer writer;
  for (auto _ : state) {
    benchmark::DoNotOptimize(writer.write(families));
  }
}
BENCHMARK(writeText<metrics::ExactTextWriter>)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(writeText<metrics::PrometheusTextWriter>)
    ->Arg(10)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace heald
