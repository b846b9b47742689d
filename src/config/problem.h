#pragma once

#include <string>
#include <tuple>
#include <vector>

namespace heald::config {

// A place in a file, counted from 1, in bytes. {0, 0} stands for the file as a whole. `file` and
// `context` are numbers of a Sources: 0 is the main file, and no context. The context tells for
// which item of a template something is read; it makes no other place.
struct Place {
  int line = 0;
  int column = 0;
  int file = 0;
  int context = 0;

  friend bool operator==(const Place& a, const Place& b) {
    return std::tie(a.file, a.line, a.column) == std::tie(b.file, b.line, b.column);
  }
  friend auto operator<=>(const Place& a, const Place& b) {
    return std::tie(a.file, a.line, a.column) <=> std::tie(b.file, b.line, b.column);
  }
};

// One mistake of a configuration file, or a warning of what is allowed and most likely not meant.
struct Problem {
  std::string file;
  Place place;
  std::string path;       // "checks[2].timeout"; empty for the file as a whole
  std::string message;    // what is wrong, and in brackets what would be right
  std::string id = {};    // of a warning, its rule ("check-unused"); empty for a mistake
  std::size_t count = 1;  // how many it stands for: sorted()

  friend bool operator==(const Problem&, const Problem&) = default;
};

// `heald.yml:14:5: checks[2].timeout: "5 parsecs" is not a duration (examples: 5s, 10m)`: one line
// without control characters. A warning has "warning: " before the path, and its id in [] at the
// end.
std::string toString(const Problem& problem);

// By position (the main file first). Of those that say the same of many items ("remedies[7].verify"
// and "remedies[8].verify") the first five, and then how many more there are, under the path
// without its numbers. At most 200; a last one then counts the others.
std::vector<Problem> sorted(std::vector<Problem> problems);

// How many they are, with those that are not shown.
std::size_t countOf(const std::vector<Problem>& problems);

}  // namespace heald::config
