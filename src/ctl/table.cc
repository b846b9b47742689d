#include "ctl/table.h"

#include <algorithm>
#include <numeric>

#include "core/plain_text.h"
#include "ctl/width.h"

namespace heald::ctl {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastMessage = 14;  // columns
constexpr std::size_t kMessageLines = 2;

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

// A line of cells that are no wider than their columns.
std::string lineOf(const std::vector<Cell>& row, const std::vector<std::size_t>& widths,
                   bool colours) {
  std::string line;
  std::size_t owed = kIndent;  // blanks before the next cell with something in it
  for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
    const std::size_t width = columnsOf(row[i].text);
    if (width > 0) {
      line += std::string(owed, ' ') + painted(row[i].text, row[i].colour, colours);
      owed = 0;
    }
    owed += widths[i] - std::min(width, widths[i]) + kGap;
  }
  return line;
}

std::size_t sum(const std::vector<std::size_t>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::size_t{0});
}

// Takes from the widest until all fit, whatever they hold; one column is left to each.
void squeeze(std::vector<std::size_t>& widths, std::size_t room) {
  for (std::size_t all = sum(widths); all > room; --all) {
    std::size_t& widest = *std::max_element(widths.begin(), widths.end());
    if (widest <= 1) return;
    --widest;
  }
}

// Gives what is left to those that need least to be whole, and the rest to the next one.
void grow(std::vector<std::size_t>& widths, const std::vector<std::size_t>& wanted,
          std::size_t room) {
  std::size_t left = room - std::min(room, sum(widths));
  while (left > 0) {
    std::size_t next = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool less =
          next == widths.size() || wanted[i] - widths[i] < wanted[next] - widths[next];
      if (widths[i] < wanted[i] && less) next = i;
    }
    if (next == widths.size()) return;
    const std::size_t more = std::min(left, wanted[next] - widths[next]);
    widths[next] += more;
    left -= more;
  }
}

}  // namespace

void Table::add(std::vector<Cell> row) {
  for (Cell& cell : row) cell.text = core::escaped(cell.text);
  rows_.push_back(std::move(row));
}

std::string painted(std::string_view text, Colour colour, bool colours) {
  const std::string safe = core::escapedLines(text);
  if (!colours || colour == Colour::kPlain) return safe;
  return codeOf(colour) + safe + "\x1b[0m";
}

Table& Table::messagesIn(std::size_t column) {
  messages_.push_back(column);
  return *this;
}

std::vector<Table::Column> Table::measured() const {
  std::vector<Column> columns(head_.size());
  for (std::size_t i = 0; i < head_.size(); ++i) {
    columns[i].title = columnsOf(head_[i]);
    columns[i].title_word = longestPiece(head_[i]);
    columns[i].message = std::find(messages_.begin(), messages_.end(), i) != messages_.end();
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size() && i < columns.size(); ++i) {
      columns[i].cell = std::max(columns[i].cell, columnsOf(row[i].text));
      columns[i].piece = std::max(columns[i].piece, longestPiece(row[i].text));
    }
  }
  return columns;
}

std::vector<std::size_t> Table::widths(std::size_t width) const {
  const std::vector<Column> columns = measured();
  std::vector<std::size_t> whole, titles_broken, least;
  for (const Column& column : columns) {
    whole.push_back(std::max(column.title, column.cell));
    const std::size_t wanted = std::max(column.title_word, column.cell);
    titles_broken.push_back(wanted);
    least.push_back(column.message ? std::min(wanted, std::max(column.title_word, kLeastMessage))
                                   : std::max(column.title_word, column.piece));
  }
  const std::size_t around =
      kIndent + kGap * (columns.size() - std::min<std::size_t>(1, columns.size()));
  if (width == 0 || around + sum(whole) <= width) return whole;
  const std::size_t room = width - std::min(width, around);
  std::vector<std::size_t> chosen = least;
  if (sum(chosen) > room) {
    squeeze(chosen, room);
    return chosen;
  }
  // First of all names in one line, then other cells, then messages that are whole, then titles.
  if (!chosen.empty()) {
    std::vector<std::size_t> names = least;
    names.front() = titles_broken.front();
    if (sum(names) <= room) chosen = names;
  }
  std::vector<std::size_t> cells = least;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].message) cells[i] = titles_broken[i];
  }
  grow(chosen, cells, room);
  grow(chosen, titles_broken, room);
  grow(chosen, whole, room);
  return chosen;
}

std::vector<std::string> Table::rowLines(const std::vector<Cell>& row,
                                         const std::vector<std::size_t>& widths,
                                         bool colours) const {
  std::vector<std::vector<std::string>> parts;
  std::size_t height = 1;
  for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
    if (columnsOf(row[i].text) <= widths[i]) {
      parts.push_back({row[i].text});
      continue;
    }
    std::vector<std::string> lines = wrapped(row[i].text, widths[i]);
    const bool message = std::find(messages_.begin(), messages_.end(), i) != messages_.end();
    if (message && lines.size() > kMessageLines) {
      lines.resize(kMessageLines);
      lines.back() = shortenedTo(lines.back() + " …", widths[i]);
    }
    height = std::max(height, lines.size());
    parts.push_back(std::move(lines));
  }
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < height; ++at) {
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      cells.push_back({at < parts[i].size() ? parts[i][at] : "", row[i].colour});
    }
    lines.push_back(lineOf(cells, widths, colours));
  }
  return lines;
}

Table::Lines Table::lines(bool colours, std::size_t width) const {
  const std::vector<std::size_t> columns = widths(width);
  std::vector<Cell> head;
  for (const std::string& title : head_) head.push_back({title, Colour::kQuiet});
  Lines all{rowLines(head, columns, colours), {}};
  for (const auto& row : rows_) all.rows.push_back(rowLines(row, columns, colours));
  return all;
}

std::string Table::text(bool colours, std::size_t width) const {
  const Lines all = lines(colours, width);
  std::string text;
  for (const std::string& line : all.head) text += line + "\n";
  for (const auto& row : all.rows) {
    for (const std::string& line : row) text += line + "\n";
  }
  return text;
}

}  // namespace heald::ctl
