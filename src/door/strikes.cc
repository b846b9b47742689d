#include "door/strikes.h"

#include <algorithm>

namespace heald::door {

std::string_view toString(Limit limit) {
  switch (limit) {
    case Limit::kConnections:
      return "connections";
    case Limit::kPeerConnections:
      return "peer_connections";
    case Limit::kDescriptors:
      return "descriptors";
    case Limit::kMemory:
      return "memory";
    case Limit::kHeadTimeout:
      return "head_timeout";
    case Limit::kBodyTimeout:
      return "body_timeout";
    case Limit::kSendTimeout:
      return "send_timeout";
  }
  return "";
}

std::optional<Strikes::Report> Strikes::note(Limit limit, const std::string& peer,
                                             Clock::time_point now) {
  const auto index = static_cast<std::size_t>(limit);
  counts_[index].fetch_add(1, std::memory_order_relaxed);
  Told& told = told_[index];
  if (told.at && now < *told.at + kQuiet) {
    ++told.waiting;
    told.last_peer = peer;
    return std::nullopt;
  }
  const std::uint64_t count = told.waiting + 1;
  told = {now, 0, {}};
  return Report{limit, count, peer};
}

std::vector<Strikes::Report> Strikes::due(Clock::time_point now) {
  std::vector<Report> reports;
  for (std::size_t i = 0; i < kLimits; ++i) {
    Told& told = told_[i];
    if (told.waiting == 0 || now < *told.at + kQuiet) continue;
    reports.push_back({static_cast<Limit>(i), told.waiting, told.last_peer});
    told = {now, 0, {}};
  }
  return reports;
}

std::optional<Strikes::Clock::time_point> Strikes::next() const {
  std::optional<Clock::time_point> first;
  for (const Told& told : told_) {
    if (told.waiting == 0) continue;
    first = first ? std::min(*first, *told.at + kQuiet) : *told.at + kQuiet;
  }
  return first;
}

}  // namespace heald::door
