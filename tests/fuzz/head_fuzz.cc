// Bytes of a connection, as the door reads them: one head after the other. However they are cut,
// they mean the same; and what is accepted means the same to a reader that is less strict.
#include "door/request_head.h"
#include "fuzz.h"

using namespace heald;
using door::HeadReader;
using door::Malformed;

namespace {

// The same, by feeding `step` bytes more each time.
HeadReader::Outcome readInPieces(std::string_view bytes, std::size_t step) {
  HeadReader reader;
  HeadReader::Outcome outcome;
  for (std::size_t end = step; std::holds_alternative<HeadReader::More>(outcome); end += step) {
    outcome = reader.look(bytes.substr(0, end));
    if (end >= bytes.size()) break;
  }
  return outcome;
}

std::string serialised(const door::RequestHead& head) {
  std::string text =
      head.method + " " + head.target + " HTTP/1." + std::to_string(head.minor_version) + "\r\n";
  for (const auto& [name, value] : head.headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

void requireSame(const HeadReader::Outcome& one, const HeadReader::Outcome& other) {
  fuzz::require(one.index() == other.index(), "pieces mean what the whole does");
  if (const auto* malformed = std::get_if<Malformed>(&one)) {
    fuzz::require(*malformed == std::get<Malformed>(other), "pieces are refused as the whole is");
    fuzz::require(malformed->status >= 400 && malformed->status < 600, "a refusal has its status");
  }
  if (const auto* whole = std::get_if<HeadReader::Whole>(&one)) {
    const auto& twin = std::get<HeadReader::Whole>(other);
    fuzz::require(whole->size == twin.size, "pieces end where the whole does");
    fuzz::require(serialised(whole->head) == serialised(twin.head), "pieces are the whole");
  }
}

void requireSound(const door::RequestHead& head, std::string_view bytes) {
  fuzz::require(bytes.ends_with("\r\n\r\n"), "a head ends with an empty line");
  fuzz::require(bytes.size() <= HeadReader::kMostBytes, "a head has a limit");
  fuzz::require(bytes.find('\0') == std::string_view::npos, "a head has no NUL");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n') fuzz::require(i > 0 && bytes[i - 1] == '\r', "LF comes behind CR");
    if (bytes[i] == '\r') fuzz::require(bytes[i + 1] == '\n', "CR comes before LF");
  }
  fuzz::require(head.target.starts_with('/'), "a target is a path", head.target);
  fuzz::require(head.headers.size() <= HeadReader::kMostHeaders, "headers have a limit");
  fuzz::require(head.headers.count("Transfer-Encoding") == 0, "no body comes in chunks");
  const auto lengths = head.headers.count("Content-Length");
  fuzz::require(lengths <= 1, "a body has one length");
  if (lengths == 1) {
    fuzz::require(*head.headers.get("Content-Length") == std::to_string(head.content_length),
                  "a length is written in one way");
  } else {
    fuzz::require(head.content_length == 0, "no length is no body");
  }
  fuzz::require(head.headers.count("Host") <= 1, "there is one host");
  const auto again = HeadReader().look(serialised(head));
  fuzz::require(std::holds_alternative<HeadReader::Whole>(again), "what is passed on is accepted");
  fuzz::require(serialised(std::get<HeadReader::Whole>(again).head) == serialised(head),
                "what is passed on means the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  while (!bytes.empty()) {
    HeadReader reader;
    const auto outcome = reader.look(bytes);
    requireSame(outcome, readInPieces(bytes, 1));
    requireSame(outcome, readInPieces(bytes, 7));
    const auto* whole = std::get_if<HeadReader::Whole>(&outcome);
    if (whole == nullptr) return 0;
    fuzz::require(whole->size > 0 && whole->size <= bytes.size(), "a head is among its bytes");
    requireSound(whole->head, bytes.substr(0, whole->size));
    const auto body =
        std::min<std::uint64_t>(whole->head.content_length, bytes.size() - whole->size);
    bytes.remove_prefix(whole->size + static_cast<std::size_t>(body));
  }
  return 0;
}
