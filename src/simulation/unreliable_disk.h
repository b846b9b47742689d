#pragma once

#include <optional>
#include <string>

#include "simulation/random.h"
#include "simulation/random_world.h"
#include "store/memory_rows.h"

namespace heald::simulation {

// A store in a random world. Its moods: it works; now and then a commit fails; it is full. A commit
// that fails may be on disk all the same (its fsync failed, or the answer was lost): until the next
// one that succeeds, a crash decides.
class UnreliableDisk {
 public:
  UnreliableDisk(std::uint64_t seed, InjectedFault fault) : random_(seed), fault_(fault) {}

  struct Ended {
    bool acknowledged = true;
    bool torn = false;  // not acknowledged, and perhaps on disk
    core::Duration took{};
  };
  Ended commit(const engine::Changes& changes, const core::ClockStamp& now);
  bool probe();
  // Another mood.
  void change();
  void setFaulty(bool faulty) { faulty_ = faulty; }
  // After a crash: whether the torn commit is on disk. It is settled then.
  bool settleTorn();
  engine::Saved load(const core::ClockStamp& present) const;

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
