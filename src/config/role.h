#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heald::config {

// What a credential of the control plane is good for.
enum class Role : std::uint8_t {
  kRead,     // status, history, explanations; not what actions printed
  kAlerts,   // POST /api/alerts alone
  kPermits,  // permits of the governors that it names
  kOperate,  // what a human does about the state, and all reading, with what actions printed
  kAdmin,    // everything
};
inline constexpr std::array kRoles = {Role::kRead, Role::kAlerts, Role::kPermits, Role::kOperate,
                                      Role::kAdmin};
std::string_view toString(Role role);  // "read", "alerts", "permits", "operate", "admin"
std::optional<Role> roleNamed(std::string_view name);
// "read, alerts, permits, operate, admin"
std::string roleNames();
std::vector<std::string> allRoleNames();

// A role, and the governors that permits may be asked of: named for the role permits, and for it
// alone.
struct Grant {
  Role role = Role::kRead;
  std::vector<std::string> governors = {};

  friend bool operator==(const Grant&, const Grant&) = default;
};
// What is wrong with it, or "".
std::string grantFault(const Grant& grant);

}  // namespace heald::config
