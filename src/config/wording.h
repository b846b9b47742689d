#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heald::config {

// The parts that error messages are made of.

// With control characters as escapes, and not longer than about 64 bytes (cut at a character, with
// "…").
std::string shortened(std::string_view text);
// The same in double quotes.
std::string quoted(std::string_view text);

// Whole, likewise, without bytes that are not UTF-8: for the names of files.
std::string printable(std::string_view text);

// "a, b, c"; at most 40 of them.
std::string joined(const std::vector<std::string>& words);

// The candidate that `word` is most likely a misspelling of, or "".
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// `(did you mean "interval"?)` when one is near, else `(known: interval, timeout)`.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

// Edit distance with insertion, deletion, replacement, and exchange of neighbours.
int editDistance(std::string_view a, std::string_view b);

}  // namespace heald::config
