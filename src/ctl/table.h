#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heald::ctl {

enum class Colour { kPlain, kGood, kWarn, kBad, kQuiet, kStrong };

// `text` in a colour, or as it is.
std::string painted(std::string_view text, Colour colour, bool colours);

struct Cell {
  std::string text;
  Colour colour = Colour::kPlain;
};

// Columns as wide as their widest cell, two blanks apart, indented by two; no blanks at the ends of
// lines. Width is counted in code points. A row may be shorter than the head.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : head_(std::move(head)) {}

  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::string text(bool colours) const;

 private:
  std::vector<std::size_t> widths() const;

  std::vector<std::string> head_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace heald::ctl
