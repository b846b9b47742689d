#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/auth_failures.h"
#include "http/host.h"
#include "http/identity.h"
#include "http/message.h"
#include "http/router.h"

namespace heald::http {

class Tokens;

// Whoever has a certificate with this name, verified against the listener's client CA: a DNS name,
// a URI, an address or a mail address, compared as it is. The first that fits counts.
struct ClientRole {
  std::string san;
  Grant grant;
};

// Who may call a listener, and with what. The defaults fit the control listener on loopback.
struct GuardPolicy {
  bool check_host = true;  // false only for a listener without anything to protect (metrics)
  std::vector<std::string> allowed_hosts{};  // besides localhost, 127.0.0.1, [::1]; without ports
  std::string token{};                       // the control token: role admin; empty: there is none
  std::string token_file{};  // where a human finds it; named in the message, never opened here
  std::vector<unsigned> operators{};  // users who are admin over a Unix socket, by uid
  const Tokens* tokens = nullptr;     // the named ones; outlives the guard
  std::vector<ClientRole> client_roles{};
  bool token_for_reads = false;  // true when the listener is not on loopback; not of a Unix socket
  std::size_t body_limit = 1024 * 1024;  // bytes
};

// Says no before a body is read and before a handler runs. Pure; any thread.
//
// 400 no Host or more than one, a length that is no number or there twice, both a length and
//     Transfer-Encoding, a target that is no path (absolute form), too many headers to be seen all
// 401 no credential, or a token that is wrong, expired, revoked (compared in constant time);
//     WWW-Authenticate
// 403 a role that is not enough; a Host that is not allowed (DNS rebinding); another site's page
// 411 Transfer-Encoding: a body must state its length, so that its limit holds before it is read
// 413 a body above the limit      415 a body of a changing call that is not application/json
class Guard {
 public:
  explicit Guard(GuardPolicy policy);

  // For every request, before routing: the message as such, and the host.
  std::optional<Response> checkRequest(const Request& request) const;
  // With the route known: site, role, media type, size; a `body_limit` of 0 is the policy's.
  std::optional<Response> checkAccess(const Request& request, const Identity& who, Access access,
                                      std::size_t body_limit = 0) const;

  // Who asks. A token that is shown is what they are judged by; without one it is the kernel's word
  // for a Unix socket, or the client's certificate.
  Identity identify(const Request& request) const;
  // Whether they may, now: without a credential too, where none is needed.
  bool mayCall(const Request& request, const Identity& who, Access access) const;
  // What is wrong with the credential, on a call that may do without one too: who guesses does it
  // where nothing refuses. Other schemes than Bearer are not for heald, and as none; of
  // FleetLock's clients the password of Basic is the token.
  std::optional<AuthFault> authFault(const Request& request, const Identity& who,
                                     Access access) const;

  // Bytes of the body the request announces; 0 without one. Only after checkRequest() let it pass.
  static std::uint64_t contentLength(const Request& request);

 private:
  std::optional<Response> checkHost(const Request& request) const;
  std::optional<Response> checkOrigin(const Request& request) const;
  std::optional<Response> checkReadingSite(const Request& request) const;
  bool isOperator(const door::Caller& caller) const;
  const ClientRole* clientRole(const door::Caller& caller) const;
  Identity bearerOf(std::string_view token) const;
  bool isOpen(const Request& request, Access access) const;
  Response unauthorised(const Identity& who) const;
  std::optional<Response> checkBody(const Request& request, std::size_t limit) const;

  GuardPolicy policy_;
  AllowedHosts hosts_;
};

}  // namespace heald::http
