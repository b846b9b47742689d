#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/role.h"

namespace heald::http {

using config::Grant;
using config::Role;

// What a call needs of who makes it.
enum class Access : std::uint8_t {
  kOpen,     // nothing: it tells nothing that is worth hiding
  kRead,     // read, operate or admin; nothing where the listener is reached by this host alone
  kAlerts,   // alerts or admin
  kPermits,  // permits or admin
  kOperate,  // operate or admin
  kAdmin,    // admin
};
std::string_view toString(Access access);  // "open", and the role's word

// The access of a row in a table of calls. It has no default, so that a row without one does not
// compile.
class Needs {
 public:
  constexpr Needs(Access access) : access_(access) {}
  constexpr operator Access() const { return access_; }

 private:
  Access access_;
};

bool allows(Role role, Access access);
std::string rolesFor(Access access);  // "operate or admin"
// What actions printed is for those who may act.
bool showsOutput(Role role);

}  // namespace heald::http
