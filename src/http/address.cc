#include "http/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <optional>

namespace heald::http {
namespace {

Error notAnAddress(std::string_view text, std::string_view why) {
  return {ErrorCode::kInvalid, "\"" + std::string(text) + "\" is not a listen address: " +
                                   std::string(why) + " (examples: 127.0.0.1:3001, 0.0.0.0:9469)"};
}

std::optional<std::uint16_t> parsePort(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  if (failure != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return port;
}

bool isIpv4(const std::string& host) {
  in_addr unused{};
  return inet_pton(AF_INET, host.c_str(), &unused) == 1;
}

}  // namespace

Result<Address> parseAddress(std::string_view text) {
  if (text.starts_with('[') || text.find(':') != text.rfind(':')) {
    return notAnAddress(text, "this build of CivetWeb has no IPv6; use an IPv4 address");
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return notAnAddress(text, "the port is missing");
  const auto port = parsePort(text.substr(colon + 1));
  if (!port) return notAnAddress(text, "the port is not a number from 0 to 65535");

  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  if (host.empty()) return notAnAddress(text, "the host is missing; 0.0.0.0 means every interface");
  if (!isIpv4(host)) return notAnAddress(text, "the host is not an IPv4 address");
  return Address{std::move(host), *port};
}

bool isLoopback(const Address& address) {
  return isIpv4(address.host) && address.host.starts_with("127.");
}

std::string toString(const Address& address) {
  return address.host + ":" + std::to_string(address.port);
}

}  // namespace heald::http
