#include "simulation/driver.h"

#include <algorithm>
#include <utility>

namespace heald::simulation {

using engine::Output;
using std::chrono::seconds;

void EventQueue::add(Duration at, engine::Event event) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = std::move(event);
  heap_.push_back({at, ++order_, slot});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

std::optional<Duration> EventQueue::next() const {
  return heap_.empty() ? std::nullopt : std::optional(heap_.front().at);
}

engine::Event EventQueue::take() {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const std::uint32_t slot = heap_.back().slot;
  heap_.pop_back();
  free_.push_back(slot);
  return std::move(slots_[slot]);
}

void EventQueue::clear() {
  heap_.clear();
  slots_.clear();
  free_.clear();
}

void Driver::boot(const engine::Setup& setup, const std::optional<engine::Saved>& saved) {
  queue_.clear();
  store_down_ = !saved.has_value();
  next_probe_ = time_;
  engine_ = std::make_unique<engine::Engine>(setup, saved, now());
}

void Driver::restartMachine() {
  ++boots_;
  boot_at_ = seconds(20) - time_;
}

void Driver::follow(const Driver& before) {
  time_ = before.time_;
  wall_at_ = before.wall_at_;
  boots_ = before.boots_;
  steps_ = before.steps_;
  restartMachine();
}

std::string Driver::commit(const engine::Changes& changes) {
  std::string error = at_.commit(changes);
  store_down_ = store_down_ || !error.empty();
  return error;
}

Output Driver::send(const engine::Event& event) {
  ++steps_;
  at_.given(event);
  Output out = engine::drive(*engine_, event, now(), [this](const auto& c) { return commit(c); });
  at_.perform(out);
  return out;
}

void Driver::probe() {
  ++steps_;
  Output out;
  const std::string error = at_.probe();
  store_down_ = !error.empty();
  next_probe_ = time_ + seconds(1);
  engine_->storeProbed(error, now(), out);
  engine::settleAll(*engine_, now(), out, [this](const auto& c) { return commit(c); });
  at_.perform(out);
}

bool Driver::step(Duration end) {
  constexpr Duration kNever = Duration::max();
  const Duration event = queue_.next().value_or(kNever);
  const auto wakeup = engine_->nextWakeup();
  const Duration tick = wakeup ? std::max(time_, timeOf(*wakeup)) : kNever;
  const Duration probes = store_down_ ? std::max(time_, next_probe_) : kNever;
  const Duration next = std::min({event, tick, probes});
  if (next > end || next == kNever) {
    return false;
  }
  time_ = std::max(time_, next);
  if (event <= time_) {
    send(queue_.take());
  } else if (probes <= time_) {
    probe();
  } else {
    send(engine::Tick{});
  }
  return true;
}

void Driver::runUntil(Duration end) {
  while (step(end)) {
  }
  time_ = std::max(time_, end);
}

}  // namespace heald::simulation
