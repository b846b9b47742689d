// heald's whole life on a disk that fails, or dies, at the n-th call: for every n. The store goes
// through a faulty VFS, the engine through virtual time, and what is found afterwards has to be
// what was acknowledged, to the letter.
#include <cstdlib>
#include <iostream>

#include "store/life.h"
#include "support/thinned.h"

namespace heald::test {
namespace {

using Fault = FaultyDisk::Fault;

// scripts/soak: everything, not a part.
bool soaking() {
  return std::getenv("HEALD_SOAK") != nullptr;
}

class FaultyStore : public ::testing::Test {
 protected:
  // How many calls a life without faults makes.
  std::uint64_t callsOfALife() {
    freshFolder();
    disk_.begin({});
    Life life(disk_, path());
    EXPECT_TRUE(life.run());
    EXPECT_EQ(life.started().size(), 5u);
    return disk_.calls();
  }

  void liveAndLookAfterwards(const FaultyDisk::Plan& plan, bool power_cut, unsigned seed = 0) {
    SCOPED_TRACE("call " + std::to_string(plan.at) + ", " + std::to_string(plan.many) +
                 " in a row, fault " + std::to_string(static_cast<int>(plan.fault)) +
                 (power_cut ? ", power cut " + std::to_string(seed) : ""));
    freshFolder();
    disk_.begin(plan);
    auto life = std::make_unique<Life>(disk_, path());
    life->run();
    const auto possible = life->witness().possible(life->present());
    const auto present = life->present();
    doubts_ += life->witness().doubts();
    life->close();
    if (power_cut) disk_.powerCut(seed);
    disk_.begin({});
    expectOneOf(possible, present);
    expectGoesOn(*life);
    ++lives_;
  }

  void expectOneOf(const std::vector<engine::Saved>& possible, const core::ClockStamp& present) {
    const auto found = written(store::openedAt(*store::storeAt(path()), present));
    for (const engine::Saved& saved : possible) {
      if (written(saved) == found) return;
    }
    ADD_FAILURE() << "found:\n" << found << "acknowledged:\n" << written(possible[0]);
  }

  // No attempt's number is given twice, and heald does not stick.
  void expectGoesOn(const Life& before) {
    Life next(disk_, path());
    next.goOn(before.time());
    ASSERT_FALSE(next.started().empty());
    if (!before.started().empty()) {
      EXPECT_GT(next.started().front(), before.started().back()) << "an attempt was run twice";
    }
  }

  std::string path() const { return *folder_ / "heald.db"; }
  void freshFolder() { folder_ = std::make_unique<store::TempFolder>("/dev/shm"); }

  FaultyDisk disk_;
  std::unique_ptr<store::TempFolder> folder_;
  int doubts_ = 0;
  int lives_ = 0;
};

TEST_F(FaultyStore, LosesAndResurrectsNothingWhenItDiesAtAnyCall) {
  const std::uint64_t calls = callsOfALife();
  for (std::uint64_t at = 1; at <= calls && !HasFailure(); ++at) {
    liveAndLookAfterwards({at, 1, Fault::kDie}, false);
  }
  std::cout << lives_ << " lives, one for each call of the disk" << std::endl;
}

TEST_F(FaultyStore, LosesAndResurrectsNothingWhenThePowerFailsAtAnyCall) {
  const std::uint64_t calls = callsOfALife();
  for (std::uint64_t at = 1; at <= calls && !HasFailure(); ++at) {
    for (unsigned seed = 1; seed <= (soaking() ? 50 : 1); ++seed) {
      liveAndLookAfterwards({at, 1, Fault::kDie}, true, seed);
    }
  }
  std::cout << lives_ << " lives" << std::endl;
}

// Each fault once at every third call, and in longer rows at every eleventh; all of it in a soak.
TEST_F(FaultyStore, GoesOnAfterAnyCallsThatFail) {
  const std::uint64_t calls = callsOfALife();
  for (const Fault fault : {Fault::kError, Fault::kHalf, Fault::kDoneError, Fault::kFull}) {
    for (const std::uint64_t many : {1, 2, 3, 5, 8, 40}) {
      const std::uint64_t stride = soaking() ? 1 : kThinned * (many == 1 ? 3 : 11);
      const auto first = 1 + (many + static_cast<std::uint64_t>(fault)) % stride;
      for (std::uint64_t at = first; at <= calls && !HasFailure(); at += stride) {
        liveAndLookAfterwards({at, many, fault}, false);
      }
    }
  }
  std::cout << lives_ << " lives, " << doubts_ << " commits in doubt" << std::endl;
  EXPECT_GT(doubts_, 0);
}

// The disk fails, and before it is well again the power does.
TEST_F(FaultyStore, KnowsWhatIsInDoubtWhenThePowerFailsAfterFaults) {
  const std::uint64_t calls = callsOfALife();
  for (const Fault fault : {Fault::kError, Fault::kDoneError}) {
    for (std::uint64_t at = 1; at <= calls && !HasFailure(); at += soaking() ? 1 : 12 * kThinned) {
      liveAndLookAfterwards({at, 1'000'000, fault}, true, static_cast<unsigned>(at));
    }
  }
  std::cout << lives_ << " lives, " << doubts_ << " commits in doubt" << std::endl;
}

// Five calls fail, which leaves a pause in doubt; the store is opened anew, finds it in the
// journal, and cannot be written: a probe on that connection must not end the doubt.
TEST_F(FaultyStore, ADoubtSurvivesAReopenThatFails) {
  for (std::uint64_t at = 120; at <= 180; ++at) {
    liveAndLookAfterwards({at, 5, Fault::kError}, false);
  }
  EXPECT_GT(doubts_, 0);
}

// A fault while a store is made must not leave one that no heald can use.
TEST_F(FaultyStore, OfAFirstStartIsMadeWholeOrNotAtAll) {
  freshFolder();
  disk_.begin({});
  store::openedAt(*store::storeAt(path()), store::stampAt(1));
  const std::uint64_t calls = disk_.calls();
  for (std::uint64_t at = 1; at <= calls; ++at) {
    freshFolder();
    disk_.begin({at, 1, Fault::kError});
    (void)store::storeAt(path())->open(store::stampAt(1));
    disk_.begin({});
    const auto again = store::storeAt(path())->open(store::stampAt(2));
    ASSERT_TRUE(again.ok()) << "call " << at << ": " << again.error().message;
  }
}

}  // namespace
}  // namespace heald::test
