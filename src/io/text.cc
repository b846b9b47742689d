#include "io/text.h"

#include <array>
#include <cstdio>

namespace heald::io {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kSpace = " \t\r\n\f\v";

unsigned char at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(i < text.size() ? text[i] : 0);
}

bool continues(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

// Bytes of the well-formed character at i, or 0. Overlong forms, surrogates and values beyond
// U+10FFFF show in the second byte alone (Unicode, table 3-7).
std::size_t characterLength(std::string_view text, std::size_t i) {
  const unsigned char first = at(text, i), second = at(text, i + 1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(second) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned char low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return second >= low && second <= high && continues(at(text, i + 2)) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned char low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    const bool rest = continues(at(text, i + 2)) && continues(at(text, i + 3));
    return second >= low && second <= high && rest ? 4 : 0;
  }
  return 0;
}

struct Unit {
  core::Duration size;
  const char* name;
};
constexpr std::array<Unit, 4> kUnits = {{{std::chrono::hours(1), "h"},
                                         {std::chrono::minutes(1), "m"},
                                         {std::chrono::seconds(1), "s"},
                                         {std::chrono::milliseconds(1), "ms"}}};

}  // namespace

std::string toValidUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = characterLength(bytes, i);
    out.append(length ? bytes.substr(i, length) : kReplacement);
    i += length ? length : 1;
  }
  return out;
}

std::string clip(std::string text, std::size_t max) {
  if (text.size() <= max) return text;
  const bool room = max >= kEllipsis.size();
  std::size_t end = room ? max - kEllipsis.size() : max;
  while (end > 0 && continues(at(text, end))) --end;
  text.resize(end);
  return room ? text.append(kEllipsis) : text;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view firstLine(std::string_view text) {
  text = trim(text);
  return trim(text.substr(0, text.find_first_of("\r\n")));
}

std::string oneLine(std::string_view bytes, std::size_t max) {
  std::string text = toValidUtf8(bytes);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return clip(std::string(trim(text)), max);
}

std::string shortDuration(core::Duration duration) {
  for (const auto& [size, name] : kUnits) {
    if (duration >= size && duration % size == core::Duration::zero()) {
      return std::to_string(duration / size) + name;
    }
  }
  char text[32];
  const double seconds = std::chrono::duration<double>(duration).count();
  std::snprintf(text, sizeof text, "%.4gs", seconds);
  return text;
}

}  // namespace heald::io
