#include "engine/governors.h"

#include <algorithm>
#include <set>
#include <utility>

namespace heald::engine {

using core::GovernorState;

void Governors::reconfigure(const std::vector<GovernorSpec>& specs) {
  for (Slot& slot : slots_) {
    slot.listed = false;
  }
  listed_.clear();
  for (const GovernorSpec& spec : specs) {
    const int governor = place(spec.name);
    Slot& slot = at(governor);
    slot.governor.setPolicy(spec.policy);
    slot.listed = true;
    listed_.push_back(governor);
  }
}

int Governors::place(const std::string& name) {
  const auto [entry, is_new] = by_name_.try_emplace(name, static_cast<int>(slots_.size()));
  if (!is_new) {
    return entry->second;
  }
  if (vacant_.empty()) {
    slots_.emplace_back(name);
  } else {
    entry->second = vacant_.back();
    vacant_.pop_back();
    at(entry->second).name = name;
  }
  if (auto known = forgotten_.extract(name)) {
    put(entry->second, std::move(known.mapped()));
  }
  return entry->second;
}

std::vector<int> Governors::parked() const {
  std::vector<int> parked;
  for (const auto& [name, governor] : by_name_) {
    if (!at(governor).listed) {
      parked.push_back(governor);
    }
  }
  return parked;
}

void Governors::forget(int governor) {
  const auto changes = [&](const Proposal& proposal) { return proposal.governor == governor; };
  if (std::any_of(proposals_.begin(), proposals_.end(), changes)) {
    return;
  }
  Slot& slot = at(governor);
  by_name_.erase(slot.name);
  forgotten_[slot.name] = slot.governor.state();
  slot = Slot("");
  vacant_.push_back(governor);
}

int Governors::addTarget(int parent, const std::string& target, bool exposed) {
  const int governor = place(name(parent) + "@" + target);
  Slot& slot = at(governor);
  slot.governor.setPolicy(at(parent).governor.policy());
  slot.parent = parent;
  slot.target = target;
  slot.exposed = exposed;
  if (!std::exchange(slot.listed, true)) {
    listed_.push_back(governor);
  }
  return governor;
}

void Governors::retireTarget(int governor) {
  at(governor).listed = false;
  std::erase(listed_, governor);
}

int Governors::indexOf(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found != by_name_.end() && at(found->second).listed ? found->second : -1;
}

std::string Governors::names() const {
  std::string names;
  for (std::size_t i = 0; i < listed_.size() && i < 20; ++i) {
    names += (i == 0 ? "" : ", ") + name(listed_[i]);
  }
  return listed_.size() > 20 ? names + ", …" : names;
}

std::vector<std::pair<std::string, GovernorState>> Governors::changes() const {
  std::set<int> changed;
  for (const Proposal& proposal : proposals_) {
    changed.insert(proposal.governor);
  }
  std::vector<std::pair<std::string, GovernorState>> changes;
  for (const int governor : changed) {
    changes.emplace_back(name(governor), at(governor).governor.state());
  }
  return changes;
}

std::vector<std::pair<std::string, GovernorState>> Governors::everything() const {
  std::vector<std::pair<std::string, GovernorState>> everything;
  for (const auto& [name, governor] : by_name_) {
    everything.emplace_back(name, at(governor).governor.state());
  }
  return everything;
}

std::vector<std::string> Governors::forgotten() const {
  std::vector<std::string> names;
  for (const auto& [name, state] : forgotten_) {
    names.push_back(name);
  }
  return names;
}

std::vector<int> Governors::keep(std::vector<Note>& notes, core::BootTime now) {
  forgotten_.clear();
  std::vector<int> ended;
  for (const Proposal& proposal : std::exchange(proposals_, {})) {
    observe(proposal, notes);
    if (proposal.after.in_flight.size() < proposal.before.in_flight.size()) {
      at(proposal.governor).last_result = now;
      ended.push_back(proposal.governor);
    }
  }
  return ended;
}

void Governors::undo() {
  for (; !proposals_.empty(); proposals_.pop_back()) {
    Proposal& last = proposals_.back();
    in_flight_.add(last.after, -1);
    in_flight_.add(last.before, 1);
    at(last.governor).governor.setState(std::move(last.before));
  }
}

void Governors::observe(const Proposal& p, std::vector<Note>& notes) {
  Slot& slot = at(p.governor);
  const auto from = p.before.breaker.state;
  const auto to = p.after.breaker.state;
  if (from != to) {
    ++slot.counters.transitions[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
    notes.push_back({Note::Level::kInfo,
                     "circuit breaker changed",
                     {{"governor", slot.name},
                      {"from", std::string(toString(from))},
                      {"to", std::string(toString(to))},
                      {"failures", std::to_string(p.after.breaker.failures)}}});
  }
  if (!p.before.dormant() && p.after.dormant()) {
    const core::DormancyRecord& record = *p.after.dormancy;
    ++slot.counters.dormant_entries[static_cast<std::size_t>(record.triggered_by)];
    notes.push_back({Note::Level::kError,
                     "entered dormant mode: no automatic healing until a human resumes it",
                     {{"governor", slot.name},
                      {"reason", record.reason},
                      {"triggered_by", std::string(toString(record.triggered_by))},
                      {"breaker", std::string(toString(to))}}});
  }
}

void Governors::suppressed(int governor, core::Guard guard) {
  ++at(governor).counters.suppressed[static_cast<std::size_t>(guard)];
  ++suppressed_[static_cast<std::size_t>(guard)];
}

// The ticket of a permit names no remedy.
void Governors::Flights::add(const GovernorState& state, int sign) {
  const auto& flying = state.in_flight;
  const auto permit = [](const core::Ticket& ticket) { return ticket.remedy.empty(); };
  all += sign * static_cast<int>(flying.size());
  permits += sign * static_cast<int>(std::count_if(flying.begin(), flying.end(), permit));
  CHECK(permits >= 0 && permits <= all, "what is counted as in flight is in flight");
}

void Governors::put(int governor, GovernorState state) {
  Slot& slot = at(governor);
  in_flight_.add(slot.governor.state(), -1);
  slot.governor.setState(std::move(state));
  in_flight_.add(slot.governor.state(), 1);
}

void Governors::load(int governor, GovernorState state) {
  put(governor, std::move(state));
}

void Governors::loadUnreadable(int governor, const std::string& why, core::Now now) {
  put(governor, {});
  at(governor).governor.markUnreadable(why, now);
}

}  // namespace heald::engine
