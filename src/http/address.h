#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "heald/result.h"

namespace heald::http {

// Where a listener is bound: an IPv4 address in dotted form and a port. Port 0 means "any free
// one"; Server::address() then tells which.
struct Address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;

  friend bool operator==(const Address&, const Address&) = default;
};

// Reads `host:port`: "127.0.0.1:3001", "0.0.0.0:9469", "localhost:0" (becomes 127.0.0.1).
// Nothing is resolved: a name would bind to whatever DNS says today. IPv6 is refused, because
// Debian's CivetWeb is built without it; the message says so.
Result<Address> parseAddress(std::string_view text);

// True for 127.0.0.0/8 alone. 0.0.0.0 listens on every interface, so it is not loopback: heald
// refuses to start a control listener there without authentication.
bool isLoopback(const Address& address);

std::string toString(const Address& address);  // "127.0.0.1:3001"

}  // namespace heald::http
