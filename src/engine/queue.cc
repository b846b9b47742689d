#include "engine/queue.h"

#include "core/invariant.h"

namespace heald::engine {

void Queue::add(int remedy, int governor, int above, std::optional<core::BootTime> wanted_at) {
  CHECK(!has(remedy), "who is queued has one place");
  const Place place{wanted_at, ++last_number_};
  waiting_.emplace(remedy, Waiting{place, governor});
  order_.emplace(place, remedy);
  Line& line = lines_[governor];
  close(line);
  line.waiting.emplace(place, remedy);
  line.above = above;
  if (above >= 0) below_[above].insert(governor);
  open(governor, line);
}

void Queue::remove(int remedy) {
  const auto found = waiting_.find(remedy);
  if (found == waiting_.end()) return;
  const auto [place, governor] = found->second;
  waiting_.erase(found);
  order_.erase(place);
  Line& line = lines_.at(governor);
  const int above = line.above;
  close(line);
  line.waiting.erase(place);
  open(governor, line);
  if (!line.waiting.empty()) return;
  lines_.erase(governor);
  if (above >= 0 && below_[above].erase(governor) > 0 && below_[above].empty()) below_.erase(above);
}

std::vector<int> Queue::all() const {
  std::vector<int> all;
  for (const auto& [place, remedy] : order_) all.push_back(remedy);
  return all;
}

std::vector<int> Queue::under(int governor) const {
  std::vector<int> under;
  const auto add = [&](int line) {
    const auto found = lines_.find(line);
    if (found == lines_.end()) return;
    for (const auto& [place, remedy] : found->second.waiting) under.push_back(remedy);
  };
  add(governor);
  if (const auto below = below_.find(governor); below != below_.end()) {
    for (const int line : below->second) add(line);
  }
  return under;
}

void Queue::blocked(int governor) {
  const auto found = lines_.find(governor);
  if (found == lines_.end()) return;
  close(found->second);
  found->second.blocked = true;
}

void Queue::changed(int governor) {
  const auto reopen = [&](int line) {
    const auto found = lines_.find(line);
    if (found == lines_.end()) return;
    found->second.blocked = false;
    open(line, found->second);
  };
  reopen(governor);
  if (const auto below = below_.find(governor); below != below_.end()) {
    for (const int line : below->second) reopen(line);
  }
}

void Queue::allChanged() {
  for (auto& [governor, line] : lines_) {
    line.blocked = false;
    open(governor, line);
  }
}

void Queue::open(int governor, Line& line) {
  if (!line.blocked && !line.waiting.empty()) open_.emplace(line.waiting.begin()->first, governor);
}

void Queue::close(Line& line) {
  if (!line.waiting.empty()) open_.erase(line.waiting.begin()->first);
}

std::optional<int> Queue::Round::next() {
  auto next = at_ ? queue_.open_.upper_bound(*at_) : queue_.open_.begin();
  while (next != queue_.open_.end() && next->first.number > last_) ++next;
  if (next == queue_.open_.end()) return std::nullopt;
  at_ = next->first;
  return queue_.order_.at(*at_);
}

}  // namespace heald::engine
