// The file of the tokens. Whoever is in it gets in, so what is read is exact: it is written again
// as the same, and half of a file is none.
#include "fuzz.h"
#include "http/tokens.h"
#include "io/digest.h"

using namespace heald;

namespace {

void requireSound(const http::TokenRecord& record) {
  fuzz::require(http::isTokenName(record.name), "a name is one", record.name);
  fuzz::require(io::isSha256(record.sha256), "a hash is one", record.sha256);
  fuzz::require(grantFault(record.grant).empty(), "a grant is one", record.name);
  fuzz::require(record.previous_sha256.empty() || io::isSha256(record.previous_sha256),
                "a hash is one", record.previous_sha256);
  fuzz::require(record.previous_sha256.empty() != record.previous_until.has_value(),
                "an old secret has an end", record.name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::textOf(data, size);
  const auto records = http::decodeTokens(text);
  if (!records) {
    fuzz::requireLine(records.error().message, "a reason");
    return 0;
  }
  for (const http::TokenRecord& record : *records) requireSound(record);
  const std::string written = http::encodeTokens(*records);
  const auto again = http::decodeTokens(written);
  fuzz::require(again && again->size() == records->size(), "what is written is read", written);
  fuzz::require(http::encodeTokens(*again) == written, "it is written as it was read", written);
  // The last byte is a line feed. Where it is cut, any input says.
  const std::size_t end = size * 7919 % (written.size() - 1);
  fuzz::require(!http::decodeTokens(std::string_view(written).substr(0, end)),
                "a part of a file is none", written);
  return 0;
}
