#include "http/auth_failures.h"

#include <algorithm>
#include <utility>

namespace heald::http {

std::string_view toString(AuthFault fault) {
  switch (fault) {
    case AuthFault::kWrong:
      return "wrong";
    case AuthFault::kMissing:
      return "missing";
  }
  return "";
}

std::optional<AuthFailures::Report> AuthFailures::note(const AuthFailure& failure,
                                                       core::BootTime now) {
  counts_[static_cast<std::size_t>(failure.fault)].fetch_add(1, std::memory_order_relaxed);
  if (failure.fault != AuthFault::kWrong) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const std::string slot = slotFor(failure.address, now);
  const auto [known, is_new] = told_.try_emplace(slot);
  Told& told = known->second;
  ++told.waiting;
  told.last_call = failure.call;
  if (!is_new && now - told.at < kQuiet) {
    waits_ = true;
    return std::nullopt;
  }
  told.at = now;
  return Report{slot, std::exchange(told.waiting, 0), failure.call};
}

// An address of which nothing waits and that has been quiet makes room.
std::string AuthFailures::slotFor(const std::string& address, core::BootTime now) {
  if (told_.contains(address)) return address;
  const auto idle = [&](const auto& entry) {
    return entry.second.waiting == 0 && now - entry.second.at >= kQuiet;
  };
  if (told_.size() >= kMostAddresses) std::erase_if(told_, idle);
  return told_.size() < kMostAddresses ? address : kOthers;
}

std::vector<AuthFailures::Report> AuthFailures::due(core::BootTime now) {
  return waits_ ? take(now) : std::vector<Report>{};
}

std::vector<AuthFailures::Report> AuthFailures::rest() {
  return take(std::nullopt);
}

// Without `now`, all of it.
std::vector<AuthFailures::Report> AuthFailures::take(std::optional<core::BootTime> now) {
  const std::lock_guard lock(mutex_);
  std::vector<Report> reports;
  bool waits = false;
  for (auto& [address, told] : told_) {
    if (told.waiting == 0) continue;
    if (now && *now - told.at < kQuiet) {
      waits = true;
      continue;
    }
    told.at = now.value_or(told.at);
    reports.push_back({address, std::exchange(told.waiting, 0), told.last_call});
  }
  waits_ = waits;
  return reports;
}

}  // namespace heald::http
