#include "core/plain_text.h"

#include <algorithm>
#include <cstdio>

namespace heald::core {
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

// Of the well-formed character at the begin of `bytes`.
char32_t codePoint(std::string_view bytes) {
  constexpr unsigned kFirst[] = {0x7F, 0x7F, 0x1F, 0x0F, 0x07};  // its bits, by length
  char32_t value = at(bytes, 0) & kFirst[bytes.size()];
  for (std::size_t i = 1; i < bytes.size(); ++i) value = value << 6 | (at(bytes, i) & 0x3FU);
  return value;
}

bool steers(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  return c < 0x20 || within(0x7F, 0x9F) || c == 0x061C || c == 0x180E || within(0x200B, 0x200F) ||
         within(0x2028, 0x202E) || within(0x2060, 0x206F) || c == 0xFEFF ||
         within(0xFFF9, 0xFFFB) || within(0xE0000, 0xE007F);
}

void appendUnit(std::string& out, unsigned unit) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", unit);
  out += text;
}

void appendEscape(std::string& out, char32_t c) {
  if (c < 0x10000) return appendUnit(out, c);
  appendUnit(out, 0xD800U + ((c - 0x10000U) >> 10));
  appendUnit(out, 0xDC00U + ((c - 0x10000U) & 0x3FFU));
}

// Valid UTF-8, with what `replace` appends in the place of each character that steers.
template <class Replace>
std::string rewritten(std::string_view bytes, Replace replace) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = characterLength(bytes.substr(i));
    const std::string_view character = bytes.substr(i, length);
    if (length == 0) {
      out += kReplacement;
    } else if (const char32_t c = codePoint(character); steers(c)) {
      replace(out, c);
    } else {
      out += character;
    }
    i += length ? length : 1;
  }
  return out;
}

}  // namespace

std::size_t characterLength(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const unsigned char first = at(bytes, 0), second = at(bytes, 1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(second) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned char low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return second >= low && second <= high && continues(at(bytes, 2)) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned char low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    const bool rest = continues(at(bytes, 2)) && continues(at(bytes, 3));
    return second >= low && second <= high && rest ? 4 : 0;
  }
  return 0;
}

bool isUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = characterLength(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string toValidUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = characterLength(bytes.substr(i));
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

std::string quotedForShell(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+@:,%").find(c) != std::string_view::npos;
  };
  if (!text.empty() && !text.starts_with('-') && std::all_of(text.begin(), text.end(), plain)) {
    return std::string(text);
  }
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool isBlank(std::string_view text) {
  return text.find_first_not_of(kSpace) == std::string_view::npos;
}

std::string_view firstLine(std::string_view text) {
  text = trim(text);
  return trim(text.substr(0, text.find_first_of("\r\n")));
}

std::string oneLine(std::string_view bytes, std::size_t max) {
  const auto space = [](std::string& out, char32_t) { out += ' '; };
  return clip(std::string(trim(rewritten(bytes, space))), max);
}

std::string escaped(std::string_view bytes) {
  return rewritten(bytes, appendEscape);
}

std::string escapedLines(std::string_view bytes) {
  return rewritten(bytes, [](std::string& out, char32_t c) {
    if (c == '\n' || c == '\t') {
      out += static_cast<char>(c);
    } else {
      appendEscape(out, c);
    }
  });
}

}  // namespace heald::core
