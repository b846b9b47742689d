#include "door/basic_credentials.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string_view>

namespace heald::door {
namespace {

constexpr std::string_view kBasic = "Basic ";

// As base64 has it, and nothing else; nothing: it is not.
std::optional<std::string> decoded(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int count = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  if (count < 0) return std::nullopt;
  // The padding is decoded too.
  const std::size_t padding = text.size() - std::min(text.find('='), text.size());
  if (padding > 2) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(count) - padding);
  return bytes;
}

}  // namespace

std::optional<BasicCredentials> basicCredentials(const Headers& headers) {
  const auto header = headers.get("Authorization").value_or("");
  if (headers.count("Authorization") != 1) return std::nullopt;
  if (!equalsIgnoringCase(header.substr(0, kBasic.size()), kBasic)) return std::nullopt;
  const auto pair = decoded(header.substr(kBasic.size()));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{pair->substr(0, colon), pair->substr(colon + 1)};
}

}  // namespace heald::door
