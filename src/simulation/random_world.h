#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace heald::simulation {

// What can go wrong in a random world, besides checks that fail and remedies that do not help. Each
// has random numbers of its own, so that one can be left out and the others stay as they are.
enum class Trouble : std::uint8_t {
  kCrashes,    // kill -9 at any moment, also before and after a commit; reboots
  kDisk,       // commits that fail, that are slow, that fail and are on disk all the same
  kClocks,     // the wall clock steps; suspends; SIGSTOP
  kOperators,  // humans, at the worst moment
  kFlags,
  kPauses,
  kPermits,
  kAlerts,  // storms, duplicates, resolved ones
  kReloads,
  kTasks,
  kApprovals,  // given, taken back, of what nobody asks for
};
inline constexpr std::size_t kTroubleCount = 11;
std::string_view toString(Trouble trouble);  // "crashes", "disk", …

// Deliberate faults around the engine, to see that the referee finds them.
enum class InjectedFault : std::uint8_t {
  kNone,
  kLosesCommits,         // the store says "committed" and has not
  kStartsBeforeCommit,   // the driver does not wait for the store
  kForgetsTickets,       // attempts in flight do not survive a crash
  kForgetsDormancy,      // nor does dormant mode
  kWaitsOnTheWallClock,  // a step of the wall clock moves the boot clock too
  kLosesTheFence,        // of replicas: etcd does not compare, now and then
};

struct WorldOptions {
  std::uint64_t seed = 1;
  std::uint64_t steps = 3000;  // events of the engine
  std::array<bool, kTroubleCount> without{};
  // Several healds with their state in etcd, of which one acts: crashes are takeovers mostly, in
  // the middle of a commit too, and the ones before come back and go on.
  bool replicas = false;
  InjectedFault fault = InjectedFault::kNone;
  std::function<void(const std::string&)> trace = nullptr;  // a line for each thing that happens
};

struct WorldResult {
  std::uint64_t steps = 0;
  std::uint64_t starts = 0;      // of actions
  std::uint64_t dormancies = 0;  // entered
  std::uint64_t commits = 0;
  std::uint64_t failed_commits = 0;
  std::uint64_t crashes = 0;
  std::uint64_t takeovers = 0;
  std::uint64_t refused_replicas = 0;  // that came back, and found that they do not act any more
  std::uint64_t virtual_seconds = 0;
  std::string violation;  // the first one, or ""

  void add(const WorldResult& other);  // the figures
};

// A world made of nothing but its seed: a configuration, and what befalls it. The production engine
// lives in it for so many steps, and the referee looks at each. Deterministic.
WorldResult runWorld(const WorldOptions& options);

// Leaves out, one after the other, what the violation does not need.
WorldOptions shrunk(WorldOptions options);

}  // namespace heald::simulation
