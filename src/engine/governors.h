#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/governor.h"
#include "core/invariant.h"
#include "engine/governor_figures.h"
#include "engine/governor_list.h"
#include "engine/journal.h"
#include "engine/output.h"
#include "engine/setup.h"
#include "engine/stale.h"

namespace heald::engine {

// The states of the governors, and the rule that nothing about them is true before it is durable:
// every change is a proposal, which is later kept (and then counted and noted) or undone, all of a
// step together. Who there is, is in the list; what is only counted, in the figures.
class Governors : public Book {
 public:
  // Over all governors but those of fleets, whose attempts are made elsewhere: attempts in flight,
  // and those of them that are permits.
  struct Flights {
    int all = 0;
    int permits = 0;
    void add(const core::GovernorState& state, int sign);
  };

  explicit Governors(const std::vector<GovernorSpec>& specs) { reconfigure(specs); }

  // Takes another list. An index once given stays what it is until forget(). A governor that is not
  // listed any more is parked: it keeps its state, hears the results of what is in flight, and is
  // as it was when it is listed again.
  void reconfigure(const std::vector<GovernorSpec>& specs);

  const GovernorList& list() const { return list_; }
  const GovernorFigures& figures() const { return figures_; }
  GovernorFigures& figures() { return figures_; }
  const core::Governor& operator[](int governor) const { return governors_[placeOf(governor)]; }
  const Flights& flights() const { return flights_; }

  int place(const std::string& name);  // of any; parked, when it is new
  // The governor of one target of a listed one: a state of its own under the same policy. Listed
  // until it is retired.
  int addTarget(int parent, const std::string& target, bool exposed);
  void retireTarget(int governor);
  // The state of a parked target is given up: its row goes with the next commit, its index to
  // another governor. One that comes back before that commit is as it was.
  void forget(int governor);

  // Changes a governor through `change`, which returns what the governor said.
  template <class Change>
  auto propose(int governor, Change change) {
    core::Governor& it = governors_[placeOf(governor)];
    proposals_.push_back({governor, it.state(), {}});
    auto answer = counted(governor, [&] { return change(it); });
    proposals_.back().after = it.state();
    if (proposals_.back().before == proposals_.back().after) {
      proposals_.pop_back();
    }
    return answer;
  }
  bool proposed() const override { return !proposals_.empty(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;
  // After keep(): adds what the log says of it, and returns under whom an attempt has ended.
  std::vector<int> takeKept(std::vector<Note>& notes);

  // The governors whose state has changed since this was asked last.
  std::vector<int> takeMoved() { return moved_.take(); }

  // Which views have changed since this was asked last; all of them when the order has. Who shows
  // something of a governor that is not kept here marks it.
  Stale& stale() const { return stale_; }

  // At start-up only: what the store held, or could not tell.
  void load(int governor, core::GovernorState state) { put(governor, std::move(state)); }
  void loadUnreadable(int governor, const std::string& why, core::Now now);

 private:
  struct Proposal {
    int governor;
    core::GovernorState before;
    core::GovernorState after;
    bool endsAnAttempt() const { return after.in_flight.size() < before.in_flight.size(); }
  };

  // What may change its state goes through here: flights are counted anew, and its view is stale.
  template <class Change>
  auto counted(int governor, Change change) {
    const core::Governor& it = governors_[placeOf(governor)];
    const int counts = list_[governor].fleet == nullptr ? 1 : 0;
    stale_.mark(governor);
    moved_.mark(governor);
    flights_.add(it.state(), -counts);
    auto answer = change();
    flights_.add(it.state(), counts);
    return answer;
  }
  std::size_t placeOf(int governor) const {
    const auto place = static_cast<std::size_t>(governor);
    CHECK(place < governors_.size(), "a governor is named by an index that was given out");
    return place;
  }
  void put(int governor, core::GovernorState state);

  mutable Stale stale_;
  Stale moved_;
  GovernorList list_;
  GovernorFigures figures_{stale_};
  std::vector<core::Governor> governors_;
  std::map<std::string, core::GovernorState> forgotten_;  // since the last commit
  std::vector<Proposal> proposals_;
  std::vector<Proposal> kept_;
  Flights flights_;
};

// Whether it is a target's, and the governor above it is dormant.
inline bool parentDormant(const Governors& governors, int governor) {
  const int above = governors.list()[governor].parent;
  return above >= 0 && governors[above].state().dormant();
}

}  // namespace heald::engine
