#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "http/access.h"

namespace heald::http {

// Who makes a request, as far as it is proven, and what they may do.
struct Identity {
  enum class Proof : std::uint8_t {
    kNone,
    kToken,
    kUser,         // of a Unix socket; the kernel says who
    kPassword,     // of basic_auth_users, compared by the door
    kCertificate,  // verified by the door
  };
  Proof proof = Proof::kNone;
  std::string name = {};  // of the token, or what the certificate has; of a user her number
  std::optional<Grant> grant = {};
  // Why a token that was shown is not good, behind "the token ": "is wrong", "ci expired at …".
  std::string problem = {};

  bool may(Access access) const {
    return access == Access::kOpen || (grant && allows(grant->role, access));
  }
  bool mayAsk(const std::string& governor) const {
    if (!grant || grant->role != Role::kPermits) return may(Access::kPermits);
    return std::find(grant->governors.begin(), grant->governors.end(), governor) !=
           grant->governors.end();
  }
  bool seesOutput() const { return grant && showsOutput(grant->role); }
};

// "token ci", "user 0", "web user ops", "certificate ci.example"; "" for nobody.
std::string toString(const Identity& identity);

}  // namespace heald::http
