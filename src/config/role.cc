#include "config/role.h"

#include "config/names.h"

namespace heald::config {

std::string_view toString(Role role) {
  switch (role) {
    case Role::kRead:
      return "read";
    case Role::kAlerts:
      return "alerts";
    case Role::kPermits:
      return "permits";
    case Role::kOperate:
      return "operate";
    case Role::kAdmin:
      return "admin";
  }
  return "";
}

std::optional<Role> roleNamed(std::string_view name) {
  for (const Role role : kRoles) {
    if (toString(role) == name) return role;
  }
  return std::nullopt;
}

std::vector<std::string> allRoleNames() {
  std::vector<std::string> names;
  for (const Role role : kRoles) names.emplace_back(toString(role));
  return names;
}

std::string roleNames() {
  std::string text;
  for (const std::string& name : allRoleNames()) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string grantFault(const Grant& grant) {
  if (grant.role != Role::kPermits) {
    return grant.governors.empty() ? "" : "governors are named for the role permits alone";
  }
  if (grant.governors.empty()) return "the role permits needs the names of its governors";
  for (const std::string& governor : grant.governors) {
    if (const std::string fault = nameFault(governor); !fault.empty()) {
      return "\"" + governor + "\" " + fault;
    }
  }
  return "";
}

}  // namespace heald::config
