#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heald/result.h"

namespace heald::config {

// Where a listener is bound: an IPv4 or IPv6 address (without brackets) and a port. Port 0 means
// "any free one"; the listener then tells which.
struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// Reads `host:port`: "127.0.0.1:3001", "0.0.0.0:9469", "[::]:9469" (IPv6, and IPv4 as well),
// "localhost:0" (becomes 127.0.0.1). Nothing is resolved: a name would bind to whatever DNS says
// today. The error's message continues a sentence that begins with the text: "has no port (example:
// 127.0.0.1:3001)".
Result<ListenAddress> parseListenAddress(std::string_view text);

// True for 127.0.0.0/8 and ::1 alone. 0.0.0.0 listens on every interface, so it is not loopback.
bool isLoopback(const ListenAddress& address);

// What is wrong with an address of a listener, or "".
std::string addressFault(const std::string& text);
// What is wrong with an address of a control plane that has no web configuration, or "": whoever
// reaches it reads everything, so without TLS and credentials it has to be on loopback. The message
// has the lines that would make it right.
std::string controlAddressFault(const std::string& text);

// What is wrong with the addresses of the two beside each other, or "".
std::string addressClash(const std::vector<std::string>& control,
                         const std::vector<std::string>& metrics);

std::string toString(const ListenAddress& address);  // "127.0.0.1:3001", "[::1]:3001"

}  // namespace heald::config
