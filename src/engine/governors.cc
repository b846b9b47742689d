#include "engine/governors.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/governor_history.h"

namespace heald::engine {

using core::GovernorState;

void Governors::reconfigure(const std::vector<GovernorSpec>& specs) {
  list_.take(specs);
  governors_.resize(list_.size(), core::Governor{core::GovernorPolicy{}});
  for (std::size_t i = 0; i < specs.size(); ++i) {
    governors_[placeOf(list_.listed()[i])].setPolicy(specs[i].policy);
  }
  flights_ = {};
  for (std::size_t i = 0; i < list_.size(); ++i) {
    const bool counts = list_[static_cast<int>(i)].fleet == nullptr;
    flights_.add(governors_[i].state(), counts ? 1 : 0);
  }
  stale_.markAll();
}

int Governors::place(const std::string& name) {
  const int governor = list_.place(name);
  if (static_cast<std::size_t>(governor) == governors_.size()) {
    governors_.emplace_back(core::GovernorPolicy{});
  }
  if (auto known = forgotten_.extract(name)) {
    put(governor, std::move(known.mapped()));
  }
  return governor;
}

int Governors::addTarget(int parent, const std::string& target, bool exposed) {
  const int governor = place(list_[parent].name + "@" + target);
  governors_[placeOf(governor)].setPolicy(governors_[placeOf(parent)].policy());
  list_.serve(governor, parent, target, exposed);
  stale_.mark(governor);
  return governor;
}

void Governors::retireTarget(int governor) {
  stale_.mark(governor);
  if (const int moved = list_.retire(governor); moved >= 0) stale_.mark(moved);
}

void Governors::forget(int governor) {
  const auto changes = [&](const Proposal& proposal) { return proposal.governor == governor; };
  if (std::any_of(proposals_.begin(), proposals_.end(), changes)) {
    return;
  }
  forgotten_[list_[governor].name] = (*this)[governor].state();
  put(governor, {});
  governors_[placeOf(governor)] = core::Governor{core::GovernorPolicy{}};
  figures_.forget(governor);
  list_.vacate(governor);
}

void Governors::write(Changes& changes) const {
  std::set<int> changed;
  for (const Proposal& proposal : proposals_) {
    changed.insert(proposal.governor);
  }
  for (const int governor : changed) {
    changes.governors.emplace_back(list_[governor].name, (*this)[governor].state());
  }
  for (const auto& [name, state] : forgotten_) {
    changes.forgotten.push_back(name);
  }
}

void Governors::writeAll(Changes& changes) const {
  for (const auto& [name, governor] : list_.byName()) {
    changes.governors.emplace_back(name, (*this)[governor].state());
  }
  for (const auto& [name, state] : forgotten_) {
    changes.forgotten.push_back(name);
  }
}

void Governors::tell(std::vector<HistoryEntry>& entries, core::Now now) const {
  for (const Proposal& proposal : proposals_) {
    const GovernorList::Entry& it = list_[proposal.governor];
    const HistoryEntry about{.at = now.wall, .governor = it.name, .target = it.target};
    tellChange(about, proposal.before, proposal.after, entries);
  }
}

void Governors::keep(core::Now now) {
  forgotten_.clear();
  for (Proposal& proposal : std::exchange(proposals_, {})) {
    if (proposal.endsAnAttempt()) {
      figures_.at(proposal.governor).last_result = now.boot;
    }
    kept_.push_back(std::move(proposal));
  }
}

void Governors::undo(core::Now) {
  for (; !proposals_.empty(); proposals_.pop_back()) {
    Proposal& last = proposals_.back();
    put(last.governor, std::move(last.before));
  }
}

std::vector<int> Governors::takeKept(std::vector<Note>& notes) {
  std::vector<int> ended;
  for (const Proposal& proposal : std::exchange(kept_, {})) {
    figures_.changed(proposal.governor, proposal.before, proposal.after);
    noteChange(list_[proposal.governor].name, proposal.before, proposal.after, notes);
    if (proposal.endsAnAttempt()) {
      ended.push_back(proposal.governor);
    }
  }
  return ended;
}

void Governors::loadUnreadable(int governor, const std::string& why, core::Now now) {
  put(governor, {});
  governors_[placeOf(governor)].markUnreadable(why, now);
}

void Governors::put(int governor, GovernorState state) {
  counted(governor, [&] {
    governors_[placeOf(governor)].setState(std::move(state));
    return true;
  });
}

// The ticket of a permit names no remedy.
void Governors::Flights::add(const GovernorState& state, int sign) {
  const auto& flying = state.in_flight;
  const auto permit = [](const core::Ticket& ticket) { return ticket.remedy.empty(); };
  all += sign * static_cast<int>(flying.size());
  permits += sign * static_cast<int>(std::count_if(flying.begin(), flying.end(), permit));
  CHECK(permits >= 0 && permits <= all, "what is counted as in flight is in flight");
}

}  // namespace heald::engine
