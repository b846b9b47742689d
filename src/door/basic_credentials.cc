#include "door/basic_credentials.h"

#include <string_view>

#include "io/base64.h"

namespace heald::door {
namespace {

constexpr std::string_view kBasic = "Basic ";

}  // namespace

std::optional<BasicCredentials> basicCredentials(const Headers& headers) {
  const auto header = headers.get("Authorization").value_or("");
  if (headers.count("Authorization") != 1) return std::nullopt;
  if (!equalsIgnoringCase(header.substr(0, kBasic.size()), kBasic)) return std::nullopt;
  const auto pair = io::fromBase64(header.substr(kBasic.size()));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{pair->substr(0, colon), pair->substr(colon + 1)};
}

}  // namespace heald::door
