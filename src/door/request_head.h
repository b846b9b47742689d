#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "door/headers.h"

namespace heald::door {

// The head of one HTTP/1 request, well-formed in every point that two readers could understand
// differently. What follows it on the connection is exactly `content_length` bytes of body.
struct RequestHead {
  std::string method;  // as sent: a token of at most 32 characters
  std::string target;  // in origin form, as sent: "/api/status?format=json"
  int minor_version = 1;
  Headers headers;
  std::uint64_t content_length = 0;
  bool keep_alive = true;  // what the client asks for: HTTP/1.1's default, HTTP/1.0's exception
  bool expects_continue = false;
};

// Why a request is not one. The connection cannot go on: where the next one begins is unknown.
struct Malformed {
  int status = 400;
  std::string message;  // a sentence's end for people: "Content-Length is there more than once"

  friend bool operator==(const Malformed&, const Malformed&) = default;
};

// Reads a head from bytes as they come (RFC 9112). Pure; looks at every byte once. Refused, always,
// is what smuggling is made of:
//
// 400 a line that ends with LF or CR alone, NUL and other control characters, a folded header, a
//     blank before the colon, a header without a name, Content-Length twice (equal or not), as a
//     list, with a sign or a leading zero, together with Transfer-Encoding; no Host in HTTP/1.1, or
//     more than one; a target that is no path (absolute form, "*", a fragment, bytes that are not
//     ASCII: heald is no proxy); more than one blank around the target
// 411 Transfer-Encoding: a body states its length, so that its limit holds before it is read
// 417 an expectation other than 100-continue
// 431 more than kMostBytes, or more than kMostHeaders
// 505 another version than HTTP/1.0 and HTTP/1.1
//
// One empty line before the request is skipped, as some clients send one behind a body.
class HeadReader {
 public:
  static constexpr std::size_t kMostBytes = 16 * 1024;  // with the blank line
  static constexpr std::size_t kMostHeaders = 60;

  struct More {};  // not whole yet
  struct Whole {
    RequestHead head;
    std::size_t size = 0;  // bytes of the buffer that it takes
  };
  using Outcome = std::variant<More, Whole, Malformed>;

  // `buffer` begins where the request does, and grows from call to call until the outcome is not
  // More; then the reader begins anew.
  Outcome look(std::string_view buffer);

 private:
  Outcome end(Outcome outcome);

  std::size_t seen_ = 0;  // bytes that need not be looked at again
};

}  // namespace heald::door
