#include "engine/governors.h"

#include <algorithm>
#include <set>
#include <utility>

namespace heald::engine {

using core::GovernorState;

void Governors::reconfigure(const std::vector<GovernorSpec>& specs) {
  for (Slot& slot : slots_) {
    slot.listed = false;
    slot.position = -1;
  }
  listed_.clear();
  stale_.markAll();
  for (const GovernorSpec& spec : specs) {
    const int governor = place(spec.name);
    Slot& slot = at(governor);
    slot.governor.setPolicy(spec.policy);
    count(slot, -1);
    slot.fleet = spec.fleet;
    count(slot, 1);
    slot.listed = true;
    slot.position = static_cast<int>(listed_.size());
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
    slot.position = static_cast<int>(listed_.size());
    listed_.push_back(governor);
  }
  return governor;
}

void Governors::retireTarget(int governor) {
  Slot& slot = at(governor);
  CHECK(slot.listed, "a target is retired once");
  slot.listed = false;
  listed_.erase(listed_.begin() + std::exchange(slot.position, -1));
  for (std::size_t i = 0; i < listed_.size(); ++i) at(listed_[i]).position = static_cast<int>(i);
  stale_.markAll();
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

void Governors::write(Changes& changes) const {
  std::set<int> changed;
  for (const Proposal& proposal : proposals_) {
    changed.insert(proposal.governor);
  }
  for (const int governor : changed) {
    changes.governors.emplace_back(name(governor), at(governor).governor.state());
  }
  for (const auto& [name, state] : forgotten_) {
    changes.forgotten.push_back(name);
  }
}

void Governors::writeAll(Changes& changes) const {
  for (const auto& [name, governor] : by_name_) {
    changes.governors.emplace_back(name, at(governor).governor.state());
  }
  for (const auto& [name, state] : forgotten_) {
    changes.forgotten.push_back(name);
  }
}

void Governors::keep(core::Now now) {
  forgotten_.clear();
  for (Proposal& proposal : std::exchange(proposals_, {})) {
    if (proposal.endsAnAttempt()) {
      at(proposal.governor).last_result = now.boot;
    }
    kept_.push_back(std::move(proposal));
  }
}

std::vector<int> Governors::takeKept(std::vector<Note>& notes) {
  std::vector<int> ended;
  for (const Proposal& proposal : std::exchange(kept_, {})) {
    observe(proposal, notes);
    if (proposal.endsAnAttempt()) {
      ended.push_back(proposal.governor);
    }
  }
  return ended;
}

void Governors::proposeDormant(int governor, const std::string& reason, core::Now now) {
  propose(governor, [&](core::Governor& g) {
    GovernorState state = g.state();
    if (state.dormant()) return false;
    state.dormancy = core::DormancyRecord{reason, now.wall, core::TriggeredBy::kAutomatic,
                                          g.policy().resume_conditions};
    g.setState(std::move(state));
    return true;
  });
}

void Governors::undo(core::Now) {
  for (; !proposals_.empty(); proposals_.pop_back()) {
    Proposal& last = proposals_.back();
    put(last.governor, std::move(last.before));
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

void Governors::permitAsked(int governor, core::BootTime at_time) {
  std::optional<core::BootTime>& first = at(governor).first_permit;
  first = first.value_or(at_time);
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
  count(slot, -1);
  slot.governor.setState(std::move(state));
  count(slot, 1);
}

void Governors::load(int governor, GovernorState state) {
  put(governor, std::move(state));
}

void Governors::loadUnreadable(int governor, const std::string& why, core::Now now) {
  put(governor, {});
  at(governor).governor.markUnreadable(why, now);
}

}  // namespace heald::engine
