// What a scrape costs, with as many checks as remedies and governors. bench/scrape measures the
// whole way, over HTTP and beside nginx.
#include <benchmark/benchmark.h>
#include <prometheus/text_serializer.h>

#include "api/page_packer.h"
#include "http/gzip.h"
#include "metrics/collect.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald {
namespace {

using metrics::TextFormat;

// prometheus-cpp's families and serializer: what textOf() replaces.
void reference(benchmark::State& state) {
  const test::World world(test::manyRemedies(static_cast<int>(state.range(0))));
  const engine::Snapshot snapshot = world.snapshot();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        prometheus::TextSerializer().Serialize(metrics::collect(snapshot, {}, world.now())));
  }
}
BENCHMARK(reference)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

// Nothing is kept from the page before, or nothing of it holds.
void textAnew(benchmark::State& state) {
  const test::World world(test::manyRemedies(static_cast<int>(state.range(0))));
  const engine::Snapshot snapshot = world.snapshot();
  for (auto _ : state) {
    metrics::Layout layout;
    benchmark::DoNotOptimize(
        metrics::textOf(snapshot, {}, world.now(), TextFormat::kPrometheus, layout));
  }
}
BENCHMARK(textAnew)->Arg(10)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

// Every `state.range(1)`th check has run since the page before; 0: none.
void text(benchmark::State& state) {
  const test::World world(test::manyRemedies(static_cast<int>(state.range(0))));
  engine::Snapshot snapshot = world.snapshot();
  const auto every = static_cast<std::size_t>(state.range(1));
  metrics::Layout layout;
  std::size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    for (std::size_t i = 0; every > 0 && i < snapshot.checks.size(); i += every) {
      engine::CheckView check = std::as_const(snapshot).checks[i];
      ++check.executions;
      snapshot.checks.replace(i, std::move(check));
    }
    state.ResumeTiming();
    bytes = metrics::textOf(snapshot, {}, world.now(), TextFormat::kPrometheus, layout).size;
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(text)
    ->Args({10, 0})
    ->Args({1000, 0})
    ->Args({1000, 20})
    ->Args({1000, 1})
    ->Args({10000, 0})
    ->Unit(benchmark::kMillisecond);

metrics::Page pageOf(const engine::Snapshot& snapshot, core::Now now) {
  metrics::Layout layout;
  return metrics::textOf(snapshot, {}, now, TextFormat::kPrometheus, layout);
}

void gzipWhole(benchmark::State& state) {
  const test::World world(test::manyRemedies(static_cast<int>(state.range(0))));
  const std::string page = pageOf(world.snapshot(), world.now()).text();
  for (auto _ : state) benchmark::DoNotOptimize(http::gzip(page));
}
BENCHMARK(gzipWhole)->Arg(1000)->Unit(benchmark::kMillisecond);

// One check in twenty has run between two scrapes.
void gzipChunks(benchmark::State& state) {
  const test::World world(test::manyRemedies(static_cast<int>(state.range(0))));
  engine::Snapshot snapshot = world.snapshot();
  const auto before = pageOf(snapshot, world.now());
  for (std::size_t i = 0; i < snapshot.checks.size() / 20; ++i) ++snapshot.checks[i].executions;
  const auto after = pageOf(snapshot, world.now());
  api::PagePacker packer;
  packer.pack(before);
  for (auto _ : state) {
    benchmark::DoNotOptimize(packer.pack(after));
    benchmark::DoNotOptimize(packer.pack(before));
  }
}
BENCHMARK(gzipChunks)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace heald
