#include "ctl/table.h"

#include <algorithm>

namespace heald::ctl {
namespace {

const char* codeOf(Colour colour) {
  switch (colour) {
    case Colour::kPlain:
      return "";
    case Colour::kGood:
      return "\x1b[32m";
    case Colour::kWarn:
      return "\x1b[33m";
    case Colour::kBad:
      return "\x1b[1;31m";
    case Colour::kQuiet:
      return "\x1b[2m";
    case Colour::kStrong:
      return "\x1b[1m";
  }
  return "";
}

std::size_t widthOf(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string lineOf(const std::vector<Cell>& row, const std::vector<std::size_t>& widths,
                   bool colours) {
  std::string line;
  std::size_t owed = 2;  // blanks before the next cell with something in it
  for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
    const std::size_t width = widthOf(row[i].text);
    if (width > 0) {
      line += std::string(owed, ' ') + painted(row[i].text, row[i].colour, colours);
      owed = 0;
    }
    owed += widths[i] - width + 2;
  }
  return line + "\n";
}

}  // namespace

std::string painted(std::string_view text, Colour colour, bool colours) {
  if (!colours || colour == Colour::kPlain) return std::string(text);
  return codeOf(colour) + std::string(text) + "\x1b[0m";
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (const std::string& title : head_) widths.push_back(widthOf(title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], widthOf(row[i].text));
    }
  }
  return widths;
}

std::string Table::text(bool colours) const {
  const std::vector<std::size_t> columns = widths();
  std::vector<Cell> head;
  for (const std::string& title : head_) head.push_back({title, Colour::kQuiet});
  std::string text = lineOf(head, columns, colours);
  for (const auto& row : rows_) text += lineOf(row, columns, colours);
  return text;
}

}  // namespace heald::ctl
