#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heald::ctl {

enum class Colour { kPlain, kGood, kWarn, kBad, kQuiet, kStrong };

// `text` in a colour, or without; what steers a terminal in it is escaped.
std::string painted(std::string_view text, Colour colour, bool colours);

struct Cell {
  std::string text;
  Colour colour = Colour::kPlain;
};

// Columns as wide as their widest cell, two blanks apart, indented by two; no blanks at the ends of
// lines. Width is counted in columns of a terminal. A row may be shorter than the head.
//
// Where that is wider than the terminal, every column stays: first the titles are broken, then the
// columns of messages get shorter (what is cut off is shown by "…"), then cells are broken into
// lines, at blanks and hyphens as far as possible.
//
// What steers a terminal is escaped.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : head_(std::move(head)) {}

  // This column has messages: long texts, of which two lines are enough.
  Table& messagesIn(std::size_t column);
  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }

  // `width`: columns of the terminal; 0: no limit.
  std::string text(bool colours, std::size_t width = 0) const;

  // The same in parts: the lines of the head, and of each row.
  struct Lines {
    std::vector<std::string> head;
    std::vector<std::vector<std::string>> rows;
  };
  Lines lines(bool colours, std::size_t width) const;

 private:
  struct Column {
    std::size_t title = 0;  // columns of the whole title, of its longest word
    std::size_t title_word = 0;
    std::size_t cell = 0;  // of the widest cell, of the longest piece of any
    std::size_t piece = 0;
    bool message = false;
  };

  std::vector<Column> measured() const;
  std::vector<std::size_t> widths(std::size_t width) const;
  std::vector<std::string> rowLines(const std::vector<Cell>& row,
                                    const std::vector<std::size_t>& widths, bool colours) const;

  std::vector<std::string> head_;
  std::vector<std::size_t> messages_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace heald::ctl
