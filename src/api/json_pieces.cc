#include "api/json_pieces.h"

#include <algorithm>

#include "io/text.h"

namespace heald::api {
namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::size_t lengthBy(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
}

// Bytes at the end that may be the begin of a character.
std::size_t unfinishedTail(std::string_view bytes) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const char c = bytes[bytes.size() - back];
    if (!continues(c)) return lengthBy(c) > back ? back : 0;
  }
  return 0;
}

bool isFirstHalf(const std::string& hex) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return hex.size() == 4 && lower(hex[0]) == 'd' &&
         std::string_view("89ab").find(lower(hex[1])) != std::string_view::npos;
}

}  // namespace

std::string JsonPieces::place() const {
  return "line " + std::to_string(line_) + ", column " +
         std::to_string(std::max<std::size_t>(column_, 1));
}

bool JsonPieces::refill() {
  while (at_ == clean_.size() && !over_) {
    const std::string_view piece = source_.next();
    over_ = piece.empty();
    unfinished_ += piece;
    const std::size_t tail = over_ ? 0 : unfinishedTail(unfinished_);
    clean_ = io::toValidUtf8(std::string_view(unfinished_).substr(0, unfinished_.size() - tail));
    unfinished_.erase(0, unfinished_.size() - tail);
    at_ = 0;
  }
  return at_ < clean_.size();
}

// Only between two characters, and not between the halves of one.
bool JsonPieces::cutsHere(char c) {
  return escape_ == 0 && c != '"' && !continues(c) && !half_ && length_ >= kLongestString;
}

// Where in a string, or between two, the next byte stands.
void JsonPieces::follow(char c) {
  if (!in_string_) {
    ++gap_;
    in_string_ = c == '"';
    length_ = 0;
    return;
  }
  gap_ = 0;
  ++length_;
  if (escape_ > 0) {
    ++escape_;
    if (escape_ == 2) hex_.clear();
    if (escape_ > 2) hex_ += c;
    const bool over = escape_ == 2 ? c != 'u' : escape_ == 6;
    if (over) {
      half_ = escape_ == 6 && isFirstHalf(hex_);
      escape_ = 0;
    }
  } else if (c == '\\') {
    escape_ = 1;
  } else {
    half_ = false;
    if (c == '"') in_string_ = cut_ = false;
  }
}

JsonPieces::int_type JsonPieces::take() {
  while (refill() && !gapTooLong()) {
    const char c = clean_[at_++];
    line_ += c == '\n' ? 1 : 0;
    column_ = c == '\n' ? 0 : column_ + 1;
    cut_ = cut_ || (in_string_ && cutsHere(c));
    follow(c);
    if (!cut_) return traits_type::to_int_type(c);
  }
  return traits_type::eof();
}

JsonPieces::int_type JsonPieces::underflow() {
  if (!has_peeked_) peeked_ = take();
  has_peeked_ = true;
  return peeked_;
}

JsonPieces::int_type JsonPieces::uflow() {
  if (!has_peeked_) return take();
  has_peeked_ = false;
  return peeked_;
}

}  // namespace heald::api
