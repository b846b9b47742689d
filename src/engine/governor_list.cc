#include "engine/governor_list.h"

namespace heald::engine {

void GovernorList::take(const std::vector<GovernorSpec>& specs) {
  for (const int governor : listed_) {
    entries_[indexed(governor)].position = -1;
    entries_[indexed(governor)].verify.reset();
  }
  listed_.clear();
  fleets_.clear();
  for (const GovernorSpec& spec : specs) {
    const int governor = place(spec.name);
    entries_[indexed(governor)].fleet = spec.fleet;
    entries_[indexed(governor)].approval = spec.approval;
    entries_[indexed(governor)].verify = spec.verify;
    show(governor);
    if (spec.fleet != nullptr) fleets_.push_back(governor);
  }
}

int GovernorList::place(const std::string& name) {
  const auto [entry, is_new] = by_name_.try_emplace(name, static_cast<int>(entries_.size()));
  if (!is_new) {
    return entry->second;
  }
  if (vacant_.empty()) {
    entries_.emplace_back();
  } else {
    entry->second = vacant_.back();
    vacant_.pop_back();
  }
  entries_[indexed(entry->second)].name = name;
  return entry->second;
}

void GovernorList::vacate(int governor) {
  Entry& entry = entries_[indexed(governor)];
  CHECK(!entry.listed(), "who is given up is parked");
  by_name_.erase(entry.name);
  entry = {};
  vacant_.push_back(governor);
}

void GovernorList::serve(int governor, int parent, const std::string& target, bool exposed) {
  Entry& entry = entries_[indexed(governor)];
  entry.parent = parent;
  entry.target = target;
  entry.exposed = exposed;
  if (!entry.listed()) show(governor);
}

int GovernorList::retire(int governor) {
  Entry& entry = entries_[indexed(governor)];
  CHECK(entry.listed() && entry.parent >= 0, "a target is retired once");
  const int last = listed_.back();
  listed_[static_cast<std::size_t>(entry.position)] = last;
  entries_[indexed(last)].position = std::exchange(entry.position, -1);
  entry.position = -1;  // it may have been the last itself
  listed_.pop_back();
  return last == governor ? -1 : last;
}

// After a start the name alone says whose target a parked one is of.
const std::optional<PermitVerify>& GovernorList::verifyOf(int governor) const {
  const Entry& entry = (*this)[governor];
  const int parent =
      entry.listed() ? entry.parent : indexOf(entry.name.substr(0, entry.name.find('@')));
  return entry.verify || parent < 0 ? entry.verify : (*this)[parent].verify;
}

std::vector<int> GovernorList::parked() const {
  std::vector<int> parked;
  for (const auto& [name, governor] : by_name_) {
    if (!(*this)[governor].listed()) parked.push_back(governor);
  }
  return parked;
}

int GovernorList::indexOf(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found != by_name_.end() && (*this)[found->second].listed() ? found->second : -1;
}

std::string GovernorList::names() const {
  std::string names;
  for (std::size_t i = 0; i < listed_.size() && i < 20; ++i) {
    names += (i == 0 ? "" : ", ") + (*this)[listed_[i]].name;
  }
  return listed_.size() > 20 ? names + ", …" : names;
}

void GovernorList::show(int governor) {
  entries_[indexed(governor)].position = static_cast<int>(listed_.size());
  listed_.push_back(governor);
}

}  // namespace heald::engine
