#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"

namespace heald::engine {

// Permits that are verified: each of them waits for a time, when its check is looked at, or for a
// run of the check. Nothing of it is durable; it begins again with what PermitBook has.
class PermitLooks {
 public:
  void begin(const std::string& permit, core::BootTime at) { wait(permit, at); }
  void forget(const std::string& permit);

  std::optional<core::BootTime> next() const;
  // The first one whose time has come; it waits for nothing until it is told.
  std::optional<std::string> takeDue(core::BootTime now);
  void wait(const std::string& permit, core::BootTime until);
  void await(const std::string& permit, const std::string& check, std::uint64_t run);
  // Whose run it was, or an earlier one; they wait for nothing until they are told.
  std::vector<std::string> takeAwaiting(const std::string& check, std::uint64_t run);

 private:
  struct Look {
    core::BootTime at{};
    std::string check;  // "": it waits for the time
    std::uint64_t run = 0;
  };

  std::map<std::string, Look> looks_;                      // by permit
  std::set<std::pair<core::BootTime, std::string>> due_;   // those that wait for a time
  std::map<std::string, std::set<std::string>> awaiting_;  // the others, by check
};

}  // namespace heald::engine
