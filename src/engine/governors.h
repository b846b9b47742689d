#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/governor.h"
#include "core/invariant.h"
#include "engine/journal.h"
#include "engine/output.h"
#include "engine/setup.h"
#include "engine/snapshot.h"
#include "engine/stale.h"

namespace heald::engine {

// The engine's governors, and the rule that nothing about them is true before it is durable: every
// change is a proposal, which is later kept (and then counted and noted) or undone, all of a step
// together.
class Governors : public Book {
 public:
  explicit Governors(const std::vector<GovernorSpec>& specs) { reconfigure(specs); }

  // Takes another list. An index once given stays what it is until forget(). A governor that is not
  // listed any more is parked: it keeps its state, hears the results of what is in flight, and is
  // as it was when it is listed again; but it is in no view, and no human reaches it.
  void reconfigure(const std::vector<GovernorSpec>& specs);

  std::size_t size() const { return slots_.size(); }  // with the parked and the vacant ones
  std::vector<int> parked() const;
  const std::vector<int>& listed() const { return listed_; }
  int indexOf(const std::string& name) const;  // of a listed one; -1 when there is none
  int place(const std::string& name);          // of any; parked, when it is new

  // The governor of one target of a listed one: a state of its own under the same policy. Listed
  // until it is retired.
  int addTarget(int parent, const std::string& target, bool exposed);
  void retireTarget(int governor);
  // The state of a parked target is given up: its row goes with the next commit, its index to
  // another governor. One that comes back before that commit is as it was.
  void forget(int governor);
  int parent(int governor) const { return at(governor).parent; }  // -1: it is no target's
  bool parentDormant(int governor) const {
    const int above = parent(governor);
    return above >= 0 && at(above).governor.state().dormant();
  }
  const std::string& target(int governor) const { return at(governor).target; }
  bool exposed(int governor) const { return at(governor).exposed; }
  const std::string& name(int governor) const { return at(governor).name; }
  const Fleet* fleet(int governor) const { return at(governor).fleet.get(); }  // or null
  const core::Governor& operator[](int governor) const { return at(governor).governor; }
  const GovernorCounters& counters(int governor) const { return at(governor).counters; }
  // When an attempt ended last; nothing: none has, in this process.
  std::optional<core::BootTime> lastResult(int governor) const { return at(governor).last_result; }
  // Over all governors but those of fleets, whose attempts are made elsewhere: attempts in flight,
  // and those of them that are permits.
  int inFlight() const { return in_flight_.all; }
  int permitsInFlight() const { return in_flight_.permits; }
  std::string names() const;  // "a, b, c", at most twenty

  // Changes a governor through `change`, which returns what the governor said.
  template <class Change>
  auto propose(int governor, Change change) {
    Slot& slot = at(governor);
    proposals_.push_back({governor, slot.governor.state(), {}});
    count(slot, -1);
    auto answer = change(slot.governor);
    count(slot, 1);
    proposals_.back().after = slot.governor.state();
    if (proposals_.back().before == proposals_.back().after) {
      proposals_.pop_back();
    }
    return answer;
  }
  // Makes it dormant for a reason that it cannot know itself, as a budget that is used up does: all
  // else of its state stays. Nothing changes when it is dormant already.
  void proposeDormant(int governor, const std::string& reason, core::Now now);
  bool proposed() const override { return !proposals_.empty(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;
  // After keep(): adds what the log says of it, and returns under whom an attempt has ended.
  std::vector<int> takeKept(std::vector<Note>& notes);

  // A trigger was denied. Not durable: it is a count of this process.
  void suppressed(int governor, core::Guard guard);
  const std::array<std::uint64_t, core::kGuardCount>& suppressedOfAll() const {
    return suppressed_;
  }
  void countResume(int governor) { ++at(governor).counters.resumes; }
  void countRetry(int governor) { ++at(governor).counters.retries; }
  void countReset(int governor, bool forced) { ++at(governor).counters.resets[forced ? 1 : 0]; }

  // Permits of it: how they ended, and when one was asked for first (the first call counts).
  void countPermit(int governor, PermitOutcome outcome) {
    ++at(governor).permits[static_cast<std::size_t>(outcome)];
  }
  void permitAsked(int governor, core::BootTime at_time);
  const PermitCounts& permits(int governor) const { return at(governor).permits; }
  std::optional<core::BootTime> firstPermit(int governor) const {
    return at(governor).first_permit;
  }

  // Where it stands among the listed ones; -1: it is not listed.
  int position(int governor) const { return at(governor).position; }
  // Something that its view shows, and that is not kept here, has changed.
  void touch(int governor) { stale_.mark(governor); }
  // Which views have changed since this was asked last; all of them when the order has.
  Stale& stale() const { return stale_; }

  // At start-up only: what the store held, or could not tell.
  void load(int governor, core::GovernorState state);
  void loadUnreadable(int governor, const std::string& why, core::Now now);

 private:
  struct Slot {
    explicit Slot(std::string its_name) : name(std::move(its_name)) {}

    std::string name;
    core::Governor governor{core::GovernorPolicy{}};
    GovernorCounters counters;
    bool listed = false;
    int parent = -1;
    std::string target;
    bool exposed = true;
    std::optional<core::BootTime> last_result;
    int position = -1;
    PermitCounts permits{};
    std::optional<core::BootTime> first_permit;
    std::shared_ptr<const Fleet> fleet;
  };
  struct Proposal {
    int governor;
    core::GovernorState before;
    core::GovernorState after;
    bool endsAnAttempt() const { return after.in_flight.size() < before.in_flight.size(); }
  };

  struct Flights {
    int all = 0;
    int permits = 0;
    void add(const core::GovernorState& state, int sign);
  };

  // To change it: its view is stale from here on.
  Slot& at(int governor) {
    stale_.mark(governor);
    return slots_[slotOf(governor)];
  }
  const Slot& at(int governor) const { return slots_[slotOf(governor)]; }
  std::size_t slotOf(int governor) const {
    const auto slot = static_cast<std::size_t>(governor);
    CHECK(slot < slots_.size(), "a governor is named by an index that was given out");
    return slot;
  }
  void count(const Slot& slot, int sign) {
    if (slot.fleet == nullptr) in_flight_.add(slot.governor.state(), sign);
  }
  void put(int governor, core::GovernorState state);
  void observe(const Proposal& proposal, std::vector<Note>& notes);

  std::vector<Slot> slots_;
  std::map<std::string, int> by_name_;
  std::vector<int> vacant_;                               // indices of forgotten ones
  std::map<std::string, core::GovernorState> forgotten_;  // since the last commit
  std::vector<int> listed_;                               // in the order of the configuration
  mutable Stale stale_;
  std::vector<Proposal> proposals_;
  std::vector<Proposal> kept_;
  Flights in_flight_;
  std::array<std::uint64_t, core::kGuardCount> suppressed_{};
};

// The last of these entries that tells of this attempt, or null.
HistoryEntry* attemptIn(std::vector<HistoryEntry>& entries, const std::string& governor,
                        std::uint64_t attempt);

}  // namespace heald::engine
