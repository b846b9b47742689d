#include "config/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace heald::config {
namespace {

constexpr char kExamples[] = " (examples: 127.0.0.1:3001, [::]:9469)";

Error invalid(const std::string& message) {
  return {ErrorCode::kInvalid, message};
}

std::optional<std::uint16_t> parsePort(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  if (failure != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return text.size() > 1 && text.front() == '0' ? std::nullopt : std::optional(port);
}

bool isIpv4(const std::string& host) {
  in_addr unused{};
  return inet_pton(AF_INET, host.c_str(), &unused) == 1;
}

bool isIpv6(const std::string& host) {
  in6_addr unused{};
  return inet_pton(AF_INET6, host.c_str(), &unused) == 1;
}

bool isIpv6Loopback(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1 && IN6_IS_ADDR_LOOPBACK(&address);
}

// An address in other clothes, so that the advice is to the point.
std::string hostFault(const std::string& host) {
  if (host.empty()) return std::string("has no host") + kExamples;
  if (host == "*")
    return "has * as its host (for every interface write 0.0.0.0, or [::] for IPv6 as well)";
  if (host.find('/') != std::string::npos) {
    return std::string("is a URL or a path, not host:port") + kExamples;
  }
  return "has a host that is no address: names are not looked up" + std::string(kExamples);
}

}  // namespace

Result<ListenAddress> parseListenAddress(std::string_view text) {
  if (text.find("://") != std::string_view::npos) {
    return invalid("is a URL, not host:port (example: 127.0.0.1:3001)");
  }
  const bool brackets = text.starts_with('[');
  if (!brackets && text.find(':') != text.rfind(':')) {
    return invalid("is an IPv6 address without brackets (example: [::1]:3001)");
  }
  const auto colon = text.find(':', brackets ? std::min(text.find(']'), text.size()) : 0);
  if (colon == std::string_view::npos) return invalid("has no port (example: 127.0.0.1:3001)");
  const auto port = parsePort(text.substr(colon + 1));
  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  if (brackets) {
    host = host.substr(1, std::max<std::size_t>(host.size(), 2) - 2);
    if (!isIpv6(host) || text[colon - 1] != ']') {
      return invalid("has no IPv6 address between its brackets (example: [::1]:3001)");
    }
  } else if (!isIpv4(host)) {
    return invalid(hostFault(host));
  }
  if (!port) return invalid("has no valid port (0 to 65535; 0 is any free one)");
  return ListenAddress{std::move(host), *port};
}

bool isLoopback(const ListenAddress& address) {
  return (isIpv4(address.host) && address.host.starts_with("127.")) || isIpv6Loopback(address.host);
}

std::string addressFault(const std::string& text) {
  const auto address = parseListenAddress(text);
  return address ? "" : address.error().message;
}

std::string controlAddressFault(const std::string& text) {
  const auto address = parseListenAddress(text);
  if (!address) return address.error().message;
  if (isLoopback(*address)) return "";
  return "is not a loopback address: other hosts reach it, so it needs TLS and credentials (add "
         "\"web: "
         "{control: {config_file: /etc/heald/control-web.yml}}\", and to that file "
         "\"tls_server_config: {cert_file: server.crt, key_file: server.key}\"; or use 127.0.0.1:" +
         std::to_string(address->port) + ")";
}

std::string addressClash(const std::vector<std::string>& control,
                         const std::vector<std::string>& metrics) {
  for (const std::string& text : control) {
    const auto one = parseListenAddress(text);
    if (!one || one->port == 0) continue;
    for (const std::string& beside : metrics) {
      const auto other = parseListenAddress(beside);
      if (!other || one->port != other->port) continue;
      return "control and metrics plane share port " + std::to_string(one->port) +
             " (give each its own)";
    }
  }
  return "";
}

std::string toString(const ListenAddress& address) {
  const bool six = address.host.find(':') != std::string::npos;
  return (six ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace heald::config
