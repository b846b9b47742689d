#include "ctl/keys.h"

#include <algorithm>

namespace heald::ctl {
namespace {

// By the last byte of "ESC [ … x" and "ESC O x".
KeyKind kindOfFinal(char final) {
  switch (final) {
    case 'A':
      return KeyKind::kUp;
    case 'B':
      return KeyKind::kDown;
    case 'C':
      return KeyKind::kRight;
    case 'D':
      return KeyKind::kLeft;
    case 'H':
      return KeyKind::kHome;
    case 'F':
      return KeyKind::kEnd;
    case 'Z':
      return KeyKind::kBackTab;
    default:
      return KeyKind::kUnknown;
  }
}

// By the number of "ESC [ n ~".
KeyKind kindOfNumber(std::string_view number) {
  number = number.substr(0, number.find(';'));
  if (number == "1" || number == "7") return KeyKind::kHome;
  if (number == "4" || number == "8") return KeyKind::kEnd;
  if (number == "5") return KeyKind::kPageUp;
  if (number == "6") return KeyKind::kPageDown;
  return KeyKind::kUnknown;
}

KeyKind kindOfControl(char c) {
  switch (c) {
    case '\r':
    case '\n':
      return KeyKind::kEnter;
    case '\t':
      return KeyKind::kTab;
    case '\b':
    case '\x7f':
      return KeyKind::kBackspace;
    default:
      return KeyKind::kText;
  }
}

// Of a character of UTF-8, by its first byte.
std::size_t lengthOf(char c) {
  const auto first = static_cast<unsigned char>(c);
  return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
}

}  // namespace

Key KeyParser::taken(std::size_t bytes, KeyKind kind) {
  Key key{kind, rest_.substr(0, bytes)};
  rest_.erase(0, bytes);
  return key;
}

std::optional<Key> KeyParser::next(bool that_is_all) {
  if (rest_.empty()) return std::nullopt;
  if (rest_[0] != '\x1b') {
    const std::size_t length = lengthOf(rest_[0]);
    if (rest_.size() < length && !that_is_all) return std::nullopt;
    return taken(std::min(length, rest_.size()), kindOfControl(rest_[0]));
  }
  if (rest_.size() == 1) {
    if (!that_is_all) return std::nullopt;
    return taken(1, KeyKind::kEscape);
  }
  if (rest_[1] == 'O') {
    if (rest_.size() > 2) return taken(3, kindOfFinal(rest_[2]));
    if (!that_is_all) return std::nullopt;
    return taken(2, KeyKind::kUnknown);
  }
  if (rest_[1] != '[') return taken(1, KeyKind::kEscape);
  const auto end =
      std::find_if(rest_.begin() + 2, rest_.end(), [](char c) { return c >= '@' && c <= '~'; });
  if (end == rest_.end()) {
    if (!that_is_all) return std::nullopt;
    return taken(rest_.size(), KeyKind::kUnknown);
  }
  const auto length = static_cast<std::size_t>(end - rest_.begin()) + 1;
  const KeyKind kind =
      *end == '~' ? kindOfNumber(std::string_view(rest_).substr(2, length - 3)) : kindOfFinal(*end);
  return taken(length, kind);
}

}  // namespace heald::ctl
