#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace heald::core {

// What a label of an alert has to look like before it may become an argument of a command: a
// regular expression in the syntax of Prometheus (RE2), for the whole value. Labels come from
// whoever can raise an alert, so a value never matches when it is empty, longer than kLongest
// bytes, begins with "-" (an option to most programs), or has a control character. Linear in the
// length of the value whatever the pattern. Immutable; any thread.
class LabelPattern {
 public:
  static constexpr std::size_t kLongest = 256;

  explicit LabelPattern(const std::string& pattern);

  // What is wrong with the pattern, or "". One with a problem matches nothing.
  std::string problem() const;
  bool matches(std::string_view value) const;

 private:
  std::shared_ptr<const re2::RE2> pattern_;  // shared: copies of a setup share the program
};

// Whether a value may name a target: as a pattern that takes everything.
bool isPlainLabelValue(std::string_view value);

}  // namespace heald::core
