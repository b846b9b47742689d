// Random worlds by the million: build/…/heald-soak --steps 1000000000. A violation is shrunk and
// printed with the command that replays it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>

#include "simulation/random_world.h"

namespace {

using namespace heald::simulation;

struct Options {
  std::uint64_t steps = 10'000'000;
  std::uint64_t first_seed = 1;
  std::uint64_t per_world = 3000;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> without;
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  bool trace = false;
  bool replicas = false;
};

std::array<bool, kTroubleCount> leftOut(const std::vector<std::string>& words) {
  std::array<bool, kTroubleCount> without{};
  for (std::size_t i = 0; i < kTroubleCount; ++i) {
    const auto word = toString(static_cast<Trouble>(i));
    without[i] = std::find(words.begin(), words.end(), word) != words.end();
  }
  return without;
}

std::string replay(const WorldOptions& world) {
  std::string without;
  for (std::size_t i = 0; i < kTroubleCount; ++i) {
    const std::string word(toString(static_cast<Trouble>(i)));
    if (world.without[i]) without += (without.empty() ? " --without " : ",") + word;
  }
  return "heald-soak --seed " + std::to_string(world.seed) + without +
         (world.replicas ? " --replicas" : "") + " --trace";
}

int report(const WorldOptions& world, const std::string& violation) {
  std::cout << "VIOLATION in the world of seed " << world.seed << ", " << violation
            << "\nreplay: " << replay(shrunk(world)) << "\n";
  return 1;
}

int replayOne(const Options& options) {
  WorldOptions world;
  world.seed = *options.seed;
  world.steps = options.per_world;
  world.without = leftOut(options.without);
  world.replicas = options.replicas;
  if (options.trace) world.trace = [](const std::string& line) { std::cout << line << "\n"; };
  const WorldResult result = runWorld(world);
  std::cout << result.steps << " steps, " << result.starts << " attempts: "
            << (result.violation.empty() ? "no violation" : "VIOLATION " + result.violation)
            << "\n";
  return result.violation.empty() ? 0 : 1;
}

constexpr std::uint64_t kProgress = 20'000'000;  // steps between two lines

// Shared by the threads.
struct Soak {
  std::atomic<std::uint64_t> next_seed;
  std::atomic<std::uint64_t> steps{0};
  std::atomic<bool> violated{false};
  std::mutex mutex;
  WorldResult sum;
  int code = 0;
};

void work(Soak& soak, const Options& options) {
  while (soak.steps < options.steps && !soak.violated) {
    WorldOptions world;
    world.seed = soak.next_seed++;
    world.replicas = options.replicas;
    world.steps = options.per_world;
    world.without = leftOut(options.without);
    const WorldResult result = runWorld(world);
    const std::uint64_t before = soak.steps.fetch_add(result.steps);
    const std::lock_guard lock(soak.mutex);
    if (before / kProgress != (before + result.steps) / kProgress) {
      std::cerr << "simulation: " << (before + result.steps) / 1'000'000 << " of "
                << options.steps / 1'000'000 << " million steps\n";
    }
    soak.sum.add(result);
    if (!result.violation.empty() && !soak.violated.exchange(true)) {
      soak.code = report(world, result.violation);
    }
  }
}

int soakAll(const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  Soak soak;
  soak.next_seed = options.first_seed;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < options.threads; ++i) {
    threads.emplace_back([&] { work(soak, options); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const WorldResult& sum = soak.sum;
  std::cout << sum.steps << " steps in " << seconds << " s, seeds " << options.first_seed << " to "
            << soak.next_seed - 1 << ": " << sum.starts << " attempts, " << sum.dormancies
            << " times dormant, " << sum.commits << " commits of which " << sum.failed_commits
            << " failed, " << sum.crashes << " crashes, " << sum.takeovers << " takeovers, "
            << sum.refused_replicas << " replicas refused, " << sum.virtual_seconds / 86'400
            << " virtual days; " << (soak.code == 0 ? "no violation" : "a violation") << "\n";
  return soak.code;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Random worlds: the engine in virtual time, among everything that can go wrong"};
  app.add_option("--steps", options.steps, "Events of the engine, over all worlds")
      ->capture_default_str();
  app.add_option("--first-seed", options.first_seed, "Of the first world; the others follow")
      ->capture_default_str();
  app.add_option("--steps-per-world", options.per_world)->capture_default_str();
  app.add_option("--threads", options.threads)->capture_default_str();
  app.add_option("--seed", options.seed, "Replay this world alone");
  app.add_option("--without", options.without, "Leave these troubles out: crashes,disk,clocks,…")
      ->delimiter(',');
  app.add_flag("--replicas", options.replicas, "Several healds with their state in etcd");
  app.add_flag("--trace", options.trace, "With --seed: print what happens");
  CLI11_PARSE(app, argc, argv);
  return options.seed ? replayOne(options) : soakAll(options);
}
