#include "door/request_head.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace heald::door {
namespace {

constexpr std::size_t kMostMethod = 32;
constexpr std::size_t kMostLengthDigits = 18;  // fits 64 bits, whatever the digits

bool isTokenChar(unsigned char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return c != 0 &&
         std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}

bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), isTokenChar);
}

// Visible ASCII without what separates; "#" would begin a fragment, which no client sends.
bool isTarget(std::string_view text) {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return c > 0x20 && c < 0x7f && c != '#';
         });
}

bool isFieldValue(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

bool isBlank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

Malformed bad(std::string message) {
  return {400, std::move(message)};
}

// Takes the next line, without its CR LF, which is known to be there.
std::string_view takeLine(std::string_view& text) {
  const std::size_t end = text.find("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 2);
  return line;
}

std::optional<Malformed> readVersion(std::string_view text, RequestHead& head) {
  if (text == "HTTP/1.1" || text == "HTTP/1.0") {
    head.minor_version = text.back() - '0';
    return std::nullopt;
  }
  const bool other = text.size() == 8 && text.starts_with("HTTP/") && text[6] == '.' &&
                     text[5] >= '0' && text[5] <= '9' && text[7] >= '0' && text[7] <= '9';
  if (other) return Malformed{505, "heald speaks HTTP/1.1 and HTTP/1.0"};
  return bad("the request line does not end with an HTTP version");
}

std::optional<Malformed> readRequestLine(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return bad("the request line is not a method, a path and a version");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!isToken(method) || method.size() > kMostMethod) return bad("the method is not a word");
  if (auto wrong = readVersion(line.substr(last + 1), head)) return wrong;
  if (!isTarget(target)) return bad("the request target is not a path of plain ASCII");
  head.method = method;
  head.target = target;
  return std::nullopt;
}

std::optional<Malformed> readField(std::string_view line, Headers& headers) {
  if (isBlank(line.front())) return bad("a header is folded over two lines");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad("a header has no colon");
  const std::string_view name = line.substr(0, colon);
  if (!isToken(name)) return bad("the name of a header is not a word directly before its colon");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!isFieldValue(value)) return bad("a header has a control character in its value");
  if (headers.size() >= HeadReader::kMostHeaders) {
    return Malformed{431, "more than " + std::to_string(HeadReader::kMostHeaders) + " headers"};
  }
  headers.add(std::string(name), std::string(value));
  return std::nullopt;
}

std::optional<Malformed> readLength(std::string_view text, RequestHead& head) {
  const bool digits =
      !text.empty() && text.size() <= kMostLengthDigits &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (text.size() > 1 && text.front() == '0')) {
    return bad("Content-Length is not a number");
  }
  std::from_chars(text.data(), text.data() + text.size(), head.content_length);
  return std::nullopt;
}

std::optional<Malformed> readFraming(RequestHead& head) {
  const Headers& headers = head.headers;
  const std::size_t lengths = headers.count("Content-Length");
  if (headers.count("Transfer-Encoding") > 0) {
    if (lengths > 0) return bad("both Content-Length and Transfer-Encoding are there");
    if (head.minor_version == 0) return bad("HTTP/1.0 has no Transfer-Encoding");
    return Malformed{411, "send the body with Content-Length, not in chunks"};
  }
  if (lengths > 1) return bad("Content-Length is there more than once");
  if (lengths == 1) {
    if (auto wrong = readLength(*headers.get("Content-Length"), head)) return wrong;
  }
  const std::size_t hosts = headers.count("Host");
  if (hosts > 1) return bad("Host is there more than once");
  if (hosts == 0 && head.minor_version > 0) return bad("the Host header is missing");
  return std::nullopt;
}

// The words of all headers of that name, which may be lists.
bool lists(const Headers& headers, std::string_view name, std::string_view word) {
  for (const auto& [key, value] : headers) {
    if (!equalsIgnoringCase(key, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      if (equalsIgnoringCase(trimmed(rest.substr(0, end)), word)) return true;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return false;
}

std::optional<Malformed> readManners(RequestHead& head) {
  const Headers& headers = head.headers;
  const bool close = lists(headers, "Connection", "close");
  head.keep_alive =
      !close && (head.minor_version > 0 || lists(headers, "Connection", "keep-alive"));
  const auto expected = headers.get("Expect");
  if (!expected || head.minor_version == 0) return std::nullopt;
  if (headers.count("Expect") > 1 || !equalsIgnoringCase(*expected, "100-continue")) {
    return Malformed{417, "the only expectation that is met is 100-continue"};
  }
  head.expects_continue = true;
  return std::nullopt;
}

// `text` is a whole head: lines that end with CR LF, the last of them empty.
HeadReader::Outcome parse(std::string_view text, std::size_t size) {
  RequestHead head;
  if (auto wrong = readRequestLine(takeLine(text), head)) return *wrong;
  for (std::string_view line = takeLine(text); !line.empty(); line = takeLine(text)) {
    if (auto wrong = readField(line, head.headers)) return *wrong;
  }
  if (auto wrong = readFraming(head)) return *wrong;
  if (auto wrong = readManners(head)) return *wrong;
  return HeadReader::Whole{std::move(head), size};
}

}  // namespace

HeadReader::Outcome HeadReader::end(Outcome outcome) {
  seen_ = 0;
  return outcome;
}

HeadReader::Outcome HeadReader::look(std::string_view buffer) {
  constexpr char kTlsRecord = '\x16';
  if (buffer.starts_with(kTlsRecord))
    return end(bad("this is TLS, and heald speaks plain HTTP here"));
  const std::size_t begin = buffer.starts_with("\r\n") ? 2 : 0;
  for (std::size_t i = seen_; i < std::min(buffer.size(), kMostBytes); ++i) {
    const char c = buffer[i];
    const bool after_cr = i > 0 && buffer[i - 1] == '\r';
    if (c == '\0') return end(bad("there is a NUL in the head"));
    if (after_cr != (c == '\n')) return end(bad("a line does not end with CR LF"));
    const bool blank_line = c == '\n' && i >= begin + 3 && buffer[i - 2] == '\n';
    if (blank_line) return end(parse(buffer.substr(begin, i + 1 - begin), i + 1));
  }
  seen_ = std::min(buffer.size(), kMostBytes);
  if (buffer.size() >= kMostBytes) {
    return end(Malformed{431, "the head has more than " + std::to_string(kMostBytes) + " bytes"});
  }
  return More{};
}

}  // namespace heald::door
