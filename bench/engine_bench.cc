// What a decision costs: the governor alone, and the engine driven through virtual time.
#include <benchmark/benchmark.h>

#include "core/governor.h"
#include "engine/drive.h"
#include "engine/episodes.h"
#include "engine/governors.h"
#include "engine/queue.h"
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

engine::Setup remediesForAlerts(int count) {
  engine::Setup setup = test::manyRemedies(count);
  for (engine::RemedySpec& remedy : setup.remedies) {
    remedy.check.clear();
    remedy.alert.matchers = {{"alertname", "Down"}, {"service", remedy.name}};
  }
  for (engine::GovernorSpec& governor : setup.governors) governor.policy.budgets.clear();
  return setup;
}

// One alert among so many remedies and governors, from its notification to the snapshot that shows
// its attempt, then its end: what the engine's thread does for it, without the disk.
void alertAmongMany(benchmark::State& state) {
  const int many = static_cast<int>(state.range(0));
  core::Now now{core::BootTime(std::chrono::hours(1)), core::WallTime(std::chrono::hours(490'000))};
  engine::Engine engine(remediesForAlerts(many), engine::Saved{}, now);
  const auto commit = [](const engine::Changes&) { return std::string(); };
  engine::Snapshot published = engine.snapshot(now);
  int which = 0;
  for (auto _ : state) {
    now.boot += seconds(7);
    now.wall += seconds(7);
    which = (which + 37) % many;
    engine::Alert alert{"f" + std::to_string(which),
                        now.wall,
                        true,
                        {{"alertname", "Down"}, {"service", "r" + std::to_string(which)}}};
    const auto out = engine::drive(engine, engine::AlertsReceived{{alert}, "bench"}, now, commit);
    published = engine.snapshot(now);
    for (const engine::Action& action : out.actions) {
      const auto* start = std::get_if<engine::StartAction>(&action);
      if (start == nullptr) continue;
      const engine::ActionFinished ended{start->run, engine::ActionOutcome::kOk, "ok", ""};
      benchmark::DoNotOptimize(engine::drive(engine, ended, now, commit));
    }
    alert.firing = false;
    alert.ends_at = now.wall;
    benchmark::DoNotOptimize(
        engine::drive(engine, engine::AlertsReceived{{alert}, "bench"}, now, commit));
    published = engine.snapshot(now);
  }
}
BENCHMARK(alertAmongMany)->Arg(45)->Arg(3000)->Arg(10'000)->Unit(benchmark::kMicrosecond);

// What happens to one among so many should cost the same, however many there are.

// A tick that looks for what is old, while so many alerts fire that are not.
void tickAmongAlerts(benchmark::State& state) {
  const int many = static_cast<int>(state.range(0));
  core::Now now{core::BootTime(std::chrono::hours(1)), core::WallTime(std::chrono::hours(490'000))};
  engine::Setup setup = remediesForAlerts(many);
  setup.healing.observe = true;
  engine::Engine engine(setup, engine::Saved{}, now);
  const auto commit = [](const engine::Changes&) { return std::string(); };
  for (int i = 0; i < many; ++i) {
    const std::string name = "r" + std::to_string(i);
    const engine::Alert alert{
        "f" + name, now.wall, true, {{"alertname", "Down"}, {"service", name}}};
    (void)engine::drive(engine, engine::AlertsReceived{{alert}, "bench"}, now, commit);
  }
  for (auto _ : state) {
    now.boot += std::chrono::milliseconds(1);  // so that no alert grows old
    now.wall += std::chrono::milliseconds(1);
    benchmark::DoNotOptimize(engine::drive(engine, engine::Tick{}, now, commit));
    benchmark::DoNotOptimize(engine.snapshot(now));
  }
}
BENCHMARK(tickAmongAlerts)->Arg(10)->Arg(10'000)->Unit(benchmark::kMicrosecond);

// The age of one of so many episodes is over.
void episodeForgottenAmongMany(benchmark::State& state) {
  engine::Episodes episodes;
  core::Now now{core::BootTime(std::chrono::hours(1)), core::WallTime(std::chrono::hours(490'000))};
  const auto hear = [&](std::int64_t i) {
    const std::string name = "f" + std::to_string(i);
    episodes.hear({"r", name}, "", {name, now.wall, true, {}}, now);
    episodes.book().keep(now);
  };
  const std::int64_t many = state.range(0);
  for (std::int64_t i = 0; i < many; ++i) {
    now.boot += std::chrono::minutes(1);
    hear(i);
  }
  std::int64_t next = many;
  for (auto _ : state) {
    now.boot += std::chrono::minutes(1);
    hear(next++);
    benchmark::DoNotOptimize(episodes.forgetOld(now, many * std::chrono::minutes(1)));
    episodes.book().keep(now);
    (void)episodes.lines().takeTouched();
  }
}
BENCHMARK(episodeForgottenAmongMany)->Arg(10)->Arg(10'000)->Unit(benchmark::kMicrosecond);

// One of so many targets gives its place to another one.
void targetRetiredAmongMany(benchmark::State& state) {
  engine::Governors governors(std::vector<engine::GovernorSpec>{{"main", {}}});
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    (void)governors.addTarget(0, std::to_string(i), true);
  }
  int target = 1;
  for (auto _ : state) {
    const std::string name = governors.list()[target].target;
    governors.retireTarget(target);
    target = governors.list().listed()[1];
    benchmark::DoNotOptimize(governors.addTarget(0, name, true));
    (void)governors.stale().take();
  }
}
BENCHMARK(targetRetiredAmongMany)->Arg(10)->Arg(10'000);

// Of so many that wait, the governor of one has changed.
void queueAskedAmongMany(benchmark::State& state) {
  engine::Queue queue;
  const int many = static_cast<int>(state.range(0));
  for (int i = 0; i < many; ++i) queue.add(i, i, -1, core::BootTime(seconds(i)));
  for (int i = 0; i < many; ++i) queue.blocked(i);
  int which = 0;
  for (auto _ : state) {
    which = (which + 37) % many;
    queue.changed(which);
    engine::Queue::Round round(queue);
    while (const auto remedy = round.next()) queue.blocked(*remedy);
  }
}
BENCHMARK(queueAskedAmongMany)->Arg(10)->Arg(10'000);

}  // namespace
}  // namespace heald
