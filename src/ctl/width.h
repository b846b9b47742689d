#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heald::ctl {

// How much room a text takes on a terminal, in columns: most characters take one, East Asian wide
// ones and emoji two, combining marks none. Texts are UTF-8 without control characters; what is
// not UTF-8 takes a column for each byte. Pure and thread-safe.

// A character with the combining marks behind it.
struct Glyph {
  std::size_t bytes = 0;
  std::size_t columns = 0;
};
Glyph glyphAt(std::string_view text);  // the first one of a text that is not empty

std::size_t columnsOf(std::string_view text);

// At most so many columns; what is cut off is shown by "…".
std::string shortenedTo(std::string_view text, std::size_t columns);

// Lines of at most `columns`, broken at blanks where there are any, else behind - _ . / , : @ =,
// else anywhere. Nothing is lost but the blanks at the breaks. At least one line, perhaps empty.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

// The least number of columns in which wrapped() needs to break no word.
std::size_t longestPiece(std::string_view text);

}  // namespace heald::ctl
