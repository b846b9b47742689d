#pragma once

#include <optional>
#include <string>

#include "simulation/random.h"
#include "simulation/random_world.h"
#include "simulation/world_store.h"
#include "store/memory_rows.h"

namespace heald::simulation {

// A store in a random world. Its moods: it works; now and then a commit fails; it is full. A commit
// that fails may be on disk all the same (its fsync failed, or the answer was lost): until the next
// one that succeeds, a crash decides.
class UnreliableDisk : public WorldStore {
 public:
  UnreliableDisk(std::uint64_t seed, InjectedFault fault) : random_(seed), fault_(fault) {}

  Ended commit(const engine::Changes& changes, const core::ClockStamp& now) override;
  Probed probe(const engine::Changes& everything, const core::ClockStamp& now) override;
  // Another mood.
  void change();
  void setFaulty(bool faulty) { faulty_ = faulty; }
  // After a crash: whether the torn commit is on disk is settled then.
  Opened open(const core::ClockStamp& now) override;

 private:
  struct Torn {
    engine::Changes changes;
    core::ClockStamp at;
  };
  bool fails();

  Random random_;
  InjectedFault fault_;
  store::MemoryRows rows_;
  std::optional<Torn> torn_;
  bool faulty_ = false;
  int fails_one_in_ = 0;  // 0: never, 1: always
};

}  // namespace heald::simulation
