#include "config/utf8.h"

namespace heald::config {
namespace {

unsigned byteAt(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

std::size_t announcedLength(unsigned first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

// Overlong forms, surrogates and what lies beyond U+10FFFF all show in the second byte.
bool secondByteFits(unsigned first, unsigned second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second <= 0x9F;
  if (first == 0xF0) return second >= 0x90;
  if (first == 0xF4) return second <= 0x8F;
  return true;
}

bool isControl(unsigned byte) {
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
}

}  // namespace

std::size_t characterLength(std::string_view text) {
  if (text.empty()) return 0;
  const std::size_t length = announcedLength(byteAt(text, 0));
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byteAt(text, i) & 0xC0) != 0x80) return 0;
  }
  return length == 1 || secondByteFits(byteAt(text, 0), byteAt(text, 1)) ? length : 0;
}

std::optional<TextFault> findFault(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return TextFault{0, "begins with a byte order mark (save it as UTF-8 without one)"};
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = characterLength(text.substr(i));
    if (length == 0) return TextFault{i, "is not UTF-8 (save it as UTF-8)"};
    if (isControl(byteAt(text, i))) {
      return TextFault{i, "holds a control character (remove it)"};
    }
    i += length;
  }
  return std::nullopt;
}

}  // namespace heald::config
