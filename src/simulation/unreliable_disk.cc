#include "simulation/unreliable_disk.h"

namespace heald::simulation {

bool UnreliableDisk::fails() {
  return fails_one_in_ > 0 && random_.oneIn(fails_one_in_);
}

void UnreliableDisk::change() {
  fails_one_in_ = !faulty_ || random_.oneIn(2) ? 0 : random_.oneIn(3) ? 1 : random_.between(2, 6);
}

UnreliableDisk::Ended UnreliableDisk::commit(const engine::Changes& changes,
                                             const core::ClockStamp& now) {
  if (fails()) {
    if (random_.oneIn(2)) return {false, false, {}};
    torn_ = Torn{changes, now};
    return {false, true, {}};
  }
  torn_.reset();
  const bool lost = fault_ == InjectedFault::kLosesCommits && random_.oneIn(20);
  if (!lost) rows_.put(changes, now);
  const bool slow = faulty_ && random_.oneIn(50);
  return {true, false, slow ? random_.some(std::chrono::seconds(3)) : core::Duration{}};
}

WorldStore::Probed UnreliableDisk::probe(const engine::Changes&, const core::ClockStamp&) {
  const bool ok = !fails();
  if (ok) torn_.reset();
  return {ok, false};
}

WorldStore::Opened UnreliableDisk::open(const core::ClockStamp& now) {
  const bool on_disk = torn_ && random_.oneIn(2);
  if (on_disk) rows_.put(torn_->changes, torn_->at);
  torn_.reset();
  Opened opened{rows_.load(now), on_disk};
  for (auto& [name, state] : opened.saved.governors) {
    if (fault_ == InjectedFault::kForgetsTickets) state.in_flight.clear();
    if (fault_ == InjectedFault::kForgetsDormancy) state.dormancy.reset();
  }
  return opened;
}

}  // namespace heald::simulation
