#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace heald::http {

enum class AuthFault : std::uint8_t {
  kWrong,    // a bearer token that is not heald's, on any call: somebody guesses, or has an old one
  kMissing,  // a call that needs the token and came without
};
inline constexpr std::size_t kAuthFaultCount = 2;
std::string_view toString(AuthFault fault);  // "wrong", "missing": the metric's label

struct AuthFailure {
  AuthFault fault = AuthFault::kMissing;
  std::string address;  // of who calls
  std::string call;     // the method and the route's template, nothing that the caller chose
};

// Counts the calls with a credential that is not right, and says when the log and the history are
// to tell of it: of wrong tokens alone, at once for the first of an address, and then once a minute
// for all that came meanwhile. At most kMostAddresses are told apart at one time; what others do is
// told as of kOthers, so that neither memory nor the history fills. Pure but for its counts; any
// thread.
class AuthFailures {
 public:
  static constexpr core::Duration kQuiet = std::chrono::minutes(1);
  static constexpr std::size_t kMostAddresses = 8;
  static constexpr const char* kOthers = "other addresses";

  // Calls with a wrong token that have not been told of yet.
  struct Report {
    std::string address;
    std::uint64_t calls = 0;
    std::string last_call;
  };
  std::optional<Report> note(const AuthFailure& failure, core::BootTime now);
  // What has waited long enough. Costs nothing while nothing waits.
  std::vector<Report> due(core::BootTime now);
  // Whatever waits, before heald ends.
  std::vector<Report> rest();

  std::uint64_t count(AuthFault fault) const {
    return counts_[static_cast<std::size_t>(fault)].load(std::memory_order_relaxed);
  }

 private:
  struct Told {
    core::BootTime at{};
    std::uint64_t waiting = 0;
    std::string last_call;
  };
  std::string slotFor(const std::string& address, core::BootTime now);
  std::vector<Report> take(std::optional<core::BootTime> now);

  std::array<std::atomic<std::uint64_t>, kAuthFaultCount> counts_{};
  std::atomic<bool> waits_ = false;
  std::mutex mutex_;
  std::map<std::string, Told> told_;  // by address, or kOthers
};

}  // namespace heald::http
