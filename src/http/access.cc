#include "http/access.h"

namespace heald::http {

std::string_view toString(Access access) {
  switch (access) {
    case Access::kOpen:
      return "open";
    case Access::kRead:
      return "read";
    case Access::kAlerts:
      return "alerts";
    case Access::kPermits:
      return "permits";
    case Access::kOperate:
      return "operate";
    case Access::kAdmin:
      return "admin";
  }
  return "";
}

bool allows(Role role, Access access) {
  if (role == Role::kAdmin) return true;
  switch (access) {
    case Access::kOpen:
      return true;
    case Access::kRead:
      return role == Role::kRead || role == Role::kOperate;
    case Access::kAlerts:
      return role == Role::kAlerts;
    case Access::kPermits:
      return role == Role::kPermits;
    case Access::kOperate:
      return role == Role::kOperate;
    case Access::kAdmin:
      return false;
  }
  return false;
}

std::string rolesFor(Access access) {
  std::string text;
  for (const Role role : config::kRoles) {
    if (allows(role, access)) text += (text.empty() ? "" : " or ") + std::string(toString(role));
  }
  return text;
}

bool showsOutput(Role role) {
  return role == Role::kOperate || role == Role::kAdmin;
}

}  // namespace heald::http
