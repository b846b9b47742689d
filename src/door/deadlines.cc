#include "door/deadlines.h"

#include <algorithm>

namespace heald::door {
namespace {

std::optional<Deadlines::Clock::duration> limitOf(Phase phase, const Patience& patience) {
  switch (phase) {
    case Phase::kHandshake:
      return patience.handshake;
    case Phase::kHead:
      return patience.head;
    case Phase::kIdle:
      return patience.idle;
    case Phase::kBody:
      return patience.body;
    case Phase::kSending:
    case Phase::kFalling:
      return patience.send;
    case Phase::kLingering:
      return patience.linger;
    case Phase::kWaiting:
    case Phase::kStreaming:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Deadlines::Deadlines(const Patience& patience) {
  for (std::size_t i = 0; i < kPhases; ++i) limits_[i] = limitOf(static_cast<Phase>(i), patience);
}

void Deadlines::enter(Id id, Phase phase, Clock::time_point now) {
  leave(id);
  auto& queue = queues_[static_cast<std::size_t>(phase)];
  places_[id] = {phase, queue.insert(queue.end(), {id, now})};
}

void Deadlines::leave(Id id) {
  const auto found = places_.find(id);
  if (found == places_.end()) return;
  queues_[static_cast<std::size_t>(found->second.phase)].erase(found->second.entry);
  places_.erase(found);
}

std::optional<Deadlines::Id> Deadlines::over(Clock::time_point now) const {
  for (std::size_t i = 0; i < kPhases; ++i) {
    if (!limits_[i] || queues_[i].empty()) continue;
    if (queues_[i].front().since + *limits_[i] <= now) return queues_[i].front().id;
  }
  return std::nullopt;
}

std::optional<Deadlines::Clock::time_point> Deadlines::next() const {
  std::optional<Clock::time_point> first;
  for (std::size_t i = 0; i < kPhases; ++i) {
    if (!limits_[i] || queues_[i].empty()) continue;
    const auto end = queues_[i].front().since + *limits_[i];
    first = first ? std::min(*first, end) : end;
  }
  return first;
}

std::optional<Deadlines::Id> Deadlines::oldest(Phase phase) const {
  const auto& queue = queues_[static_cast<std::size_t>(phase)];
  return queue.empty() ? std::nullopt : std::optional(queue.front().id);
}

}  // namespace heald::door
