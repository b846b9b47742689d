#include "engine/roster.h"

#include <algorithm>

namespace heald::engine {

std::vector<Remedy> Roster::clear(std::size_t checks) {
  std::vector<Remedy> before = std::exchange(remedies_, {});
  *this = {};
  of_check_.resize(checks);
  return before;
}

void Roster::add(Remedy remedy) {
  CHECK(remedies_.size() == configured_, "targets come behind what is configured");
  const int index = static_cast<int>(remedies_.size());
  remedy.base = index;
  if (remedy.check >= 0) {
    listFor(of_check_, remedy.check).push_back(index);
    listFor(watched_, remedy.governor).push_back({remedy.check, remedy.spec.on});
  }
  if (remedy.spec.byAlert()) {
    alerted_[remedy.governor].push_back(index);
  }
  listFor(of_governor_, remedy.governor).push_back(index);
  by_name_[remedy.spec.name] = index;
  remedies_.push_back(std::move(remedy));
  configured_ = remedies_.size();
}

int Roster::indexOf(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? -1 : found->second;
}

std::string Roster::names() const {
  std::string names;
  for (std::size_t i = 0; i < configured_ && i < 20; ++i) {
    names += (i == 0 ? "" : ", ") + remedies_[i].spec.name;
  }
  return names;
}

const std::vector<int>& Roster::alertedOf(int governor) const {
  static const std::vector<int> none;
  const auto found = alerted_.find(governor);
  return found == alerted_.end() ? none : found->second;
}

int Roster::serving(int base, const std::string& target) const {
  if (target.empty()) {
    return base;
  }
  const auto found = instances_.find({base, target});
  return found == instances_.end() ? -1 : found->second;
}

std::vector<int> Roster::targetsOf(int base) const {
  std::vector<int> all;
  for (auto it = instances_.lower_bound({base, ""});
       it != instances_.end() && it->first.first == base; ++it) {
    all.push_back(it->second);
  }
  return all;
}

void Roster::serve(int index, Remedy remedy) {
  CHECK(!instances_.contains({remedy.base, remedy.target}), "one serves a target");
  if (static_cast<std::size_t>(index) == remedies_.size()) {
    remedies_.emplace_back();
  }
  const int governor = remedy.governor;
  instances_[{remedy.base, remedy.target}] = index;
  at(index) = std::move(remedy);
  alerted_[governor].push_back(index);
  std::vector<int>& under = listFor(of_governor_, governor);
  under.insert(std::upper_bound(under.begin(), under.end(), index), index);
}

bool Roster::leave(int index) {
  const Remedy& remedy = at(index);
  instances_.erase({remedy.base, remedy.target});
  std::erase(listFor(of_governor_, remedy.governor), index);
  const auto alerted = alerted_.find(remedy.governor);
  std::erase(alerted->second, index);
  if (!alerted->second.empty()) {
    return false;
  }
  alerted_.erase(alerted);
  return true;
}

}  // namespace heald::engine
