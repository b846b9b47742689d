#include "engine/permit_looks.h"

namespace heald::engine {

void PermitLooks::forget(const std::string& permit) {
  const auto look = looks_.find(permit);
  if (look == looks_.end()) return;
  due_.erase({look->second.at, permit});
  if (const auto others = awaiting_.find(look->second.check); others != awaiting_.end()) {
    others->second.erase(permit);
    if (others->second.empty()) awaiting_.erase(others);
  }
  looks_.erase(look);
}

std::optional<core::BootTime> PermitLooks::next() const {
  return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

std::optional<std::string> PermitLooks::takeDue(core::BootTime now) {
  if (due_.empty() || due_.begin()->first > now) return std::nullopt;
  std::string permit = due_.begin()->second;
  forget(permit);
  return permit;
}

void PermitLooks::wait(const std::string& permit, core::BootTime until) {
  forget(permit);
  looks_[permit] = {until, "", 0};
  due_.emplace(until, permit);
}

void PermitLooks::await(const std::string& permit, const std::string& check, std::uint64_t run) {
  forget(permit);
  looks_[permit] = {{}, check, run};
  awaiting_[check].insert(permit);
}

std::vector<std::string> PermitLooks::takeAwaiting(const std::string& check, std::uint64_t run) {
  std::vector<std::string> permits;
  const auto waiting = awaiting_.find(check);
  if (waiting == awaiting_.end()) return permits;
  for (const std::string& permit : waiting->second) {
    if (looks_.at(permit).run <= run) permits.push_back(permit);
  }
  for (const std::string& permit : permits) forget(permit);
  return permits;
}

}  // namespace heald::engine
