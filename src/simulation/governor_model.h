#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/governor.h"

namespace heald::simulation {

// docs/governor.md a second time, written from the page and not from core/governor.cc, in the true
// time of the simulation, which no clock, crash or reboot touches. The referee compares the two
// after every commit.
struct GovernorModel {
  struct Ticket {
    std::uint64_t id;
    std::uint64_t epoch;
    std::uint64_t generation;
    friend bool operator==(const Ticket&, const Ticket&) = default;
  };

  core::GovernorPolicy policy;
  bool dormant = false;
  core::BreakerState breaker = core::BreakerState::kClosed;
  int cf = 0;
  int bf = 0;
  core::Duration allowed{};     // meaningful while cf > 0
  core::Duration open_until{};  // meaningful while OPEN
  int admitted = 0;             // in this HALF_OPEN
  int succeeded = 0;
  std::uint64_t epoch = 0;
  std::uint64_t generation = 0;
  std::vector<core::Duration> starts;
  std::vector<Ticket> in_flight;
  core::Totals totals;

  // Why an attempt may not start, of all that the governor alone knows; "" when it may.
  std::string objection(core::Duration now) const;
  bool budgetLeft(core::Duration now) const;
  bool anyStartCounts(core::Duration now) const;
  bool stuck() const;

  void admit(core::Duration now);
  void result(std::uint64_t ticket, bool ok, bool matched, core::Duration now);
  void recovered();
  void exhausted() { dormant = true; }
  void resume();
  void enterDormant();
  void reset();
  void retry();

  // The most attempts since the last fresh start: a verified success that clears, sustained
  // recovery, a human.
  int bound() const;

 private:
  void turn(core::BreakerState to, core::Duration until = {});
  void clear();
  void humanActed();
};

}  // namespace heald::simulation
