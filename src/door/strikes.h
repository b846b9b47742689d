#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heald::door {

// A limit that a connection met.
enum class Limit : std::uint8_t {
  kConnections,      // of the listener: the oldest idle one was closed, or the new one refused
  kPeerConnections,  // of one peer: the same, of its own
  kDescriptors,      // the process has no more: the same
  kMemory,           // for bodies and answers that are under way
  kHeadTimeout,      // a request that was begun and not finished, or a handshake
  kBodyTimeout,
  kSendTimeout,  // a client that did not take its answer
};
inline constexpr std::size_t kLimits = 7;
std::string_view toString(Limit limit);  // "connections", "peer_connections", …: the metric's label

// Counts how often limits struck, and says when the log is to tell of it: at once for the first,
// then once a minute for all that came meanwhile. The counts are for any thread, the rest for one.
class Strikes {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::minutes kQuiet{1};

  struct Report {
    Limit limit = Limit::kConnections;
    std::uint64_t count = 0;
    std::string last_peer;
  };
  std::optional<Report> note(Limit limit, const std::string& peer, Clock::time_point now);
  // What has waited long enough; costs nothing while nothing waits.
  std::vector<Report> due(Clock::time_point now);
  std::optional<Clock::time_point> next() const;

  std::uint64_t count(Limit limit) const {
    return counts_[static_cast<std::size_t>(limit)].load(std::memory_order_relaxed);
  }

 private:
  struct Told {
    std::optional<Clock::time_point> at;
    std::uint64_t waiting = 0;
    std::string last_peer;
  };
  std::array<std::atomic<std::uint64_t>, kLimits> counts_{};
  std::array<Told, kLimits> told_;
};

}  // namespace heald::door
