#include "ctl/width.h"

#include <clocale>
#include <cwchar>

#include <algorithm>

namespace heald::ctl {
namespace {

// Not the locale of the process: texts of heald are UTF-8 wherever it runs.
locale_t utf8Locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

CodePoint decoded(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, 1, true};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
  if (bytes == 1 || text.size() < bytes) return {};
  char32_t value = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    value = value << 6 | (next & 0x3FU);
  }
  return {value, bytes, true};
}

std::size_t columnsOfCodePoint(const CodePoint& point) {
  if (!point.valid || point.value < 0x80 || utf8Locale() == nullptr) return 1;
  const locale_t before = uselocale(utf8Locale());
  const int width = wcwidth(static_cast<wchar_t>(point.value));
  uselocale(before);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

bool breaksBehind(char c) {
  return std::string_view("-_./,:@=").find(c) != std::string_view::npos;
}

// The next part that is not broken if it can be helped: a word, or a part of one.
std::string_view pieceOf(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] != ' ') {
    if (breaksBehind(text[end++]) && end < text.size() && !breaksBehind(text[end])) break;
  }
  return text.substr(0, end);
}

// As much of it as there is room for, one glyph at least.
std::string_view fitting(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t used = 0; bytes < text.size();) {
    const Glyph glyph = glyphAt(text.substr(bytes));
    if (bytes > 0 && used + glyph.columns > columns) break;
    used += glyph.columns;
    bytes += glyph.bytes;
  }
  return text.substr(0, bytes);
}

}  // namespace

Glyph glyphAt(std::string_view text) {
  const CodePoint first = decoded(text);
  Glyph glyph{first.bytes, columnsOfCodePoint(first)};
  while (glyph.bytes < text.size()) {
    const CodePoint next = decoded(text.substr(glyph.bytes));
    if (!next.valid || next.value < 0x80 || columnsOfCodePoint(next) > 0) break;
    glyph.bytes += next.bytes;
  }
  return glyph;
}

std::size_t columnsOf(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Glyph glyph = glyphAt(text);
    columns += glyph.columns;
    text.remove_prefix(glyph.bytes);
  }
  return columns;
}

std::string shortenedTo(std::string_view text, std::size_t columns) {
  if (columnsOf(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  std::string_view head = columns == 1 ? std::string_view() : fitting(text, columns - 1);
  if (columnsOf(head) > columns - 1) head = {};
  while (head.ends_with(' ')) head.remove_suffix(1);
  return std::string(head) + "…";
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  columns = std::max<std::size_t>(columns, 1);
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  std::size_t blanks = 0;
  while (!text.empty()) {
    if (text.front() == ' ') {
      ++blanks;
      text.remove_prefix(1);
      continue;
    }
    std::string_view piece = pieceOf(text);
    std::size_t width = columnsOf(piece);
    // A word that has room in a line of its own is not broken.
    const std::size_t word = blanks > 0 ? columnsOf(text.substr(0, text.find(' '))) : width;
    const std::size_t whole = word <= columns ? word : width;
    if (used > 0 && used + blanks + whole > columns) {
      lines.emplace_back();
      used = blanks = 0;
    }
    if (width > columns) {
      piece = fitting(piece, columns);
      width = columnsOf(piece);
    }
    if (used > 0 || lines.size() == 1) {
      blanks = std::min(blanks, columns - std::min(columns, used));
      lines.back() += std::string(blanks, ' ');
      used += blanks;
    }
    blanks = 0;
    lines.back() += piece;
    used += width;
    text.remove_prefix(piece.size());
  }
  return lines;
}

std::size_t longestPiece(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    if (text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    const std::string_view piece = pieceOf(text);
    longest = std::max(longest, columnsOf(piece));
    text.remove_prefix(piece.size());
  }
  return longest;
}

}  // namespace heald::ctl
