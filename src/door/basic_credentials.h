#pragma once

#include <optional>
#include <string>

#include "door/headers.h"

namespace heald::door {

// What a request says by Basic authentication (RFC 7617): nobody has compared it yet.
struct BasicCredentials {
  std::string user;
  std::string password;
};
// Nothing: there is no such header, more than one Authorization, or it is not base64 with a colon.
std::optional<BasicCredentials> basicCredentials(const Headers& headers);

}  // namespace heald::door
