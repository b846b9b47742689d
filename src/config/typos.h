#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/document.h"

namespace heald::config {

// Typing mistakes that YAML takes for something else, looked for in the text itself: the
// parser complains later, or not at all. Pure.

// The lines of a text, which outlives this; they count from 1, and are "" beyond the end.
class Lines {
 public:
  explicit Lines(std::string_view text);
  std::string_view at(int line) const;
  int count() const { return static_cast<int>(lines_.size()); }

 private:
  std::vector<std::string_view> lines_;
};

// A line that begins with a space that is none: a no-break space, say, from a web page.
std::optional<SyntaxFault> oddSpace(const Lines& lines);

// A special space, a tab as indentation, "-name: a" or "name:a", in the line that the parser
// complains about or in the last one before that says something.
std::optional<SyntaxFault> typoAround(const Lines& lines, int line);

// A ${NAME} without quotes in the { } or [ ] that begins at `open`, which its own braces end early.
std::optional<SyntaxFault> referenceInFlow(const Lines& lines, Place open);

// A quote that begins the text at `last` and ends in a later line: the complaint at `where` is
// about what comes after it.
std::optional<SyntaxFault> quoteLeftOpen(const Lines& lines, Place last, Place where);

// "{{" outside of quotes in one of these lines, which are those of the complaint: to YAML it is a
// mapping in a mapping, and not the place of a value in a template.
std::optional<SyntaxFault> bracesOutsideQuotes(const Lines& lines, int first, int last);

// Whether there is a comma.
bool strayComma(const Lines& lines, Place where);

// Where the "-" of an empty list item stands, of which the parser only knows what comes next.
Place placeOfEmptyItem(const Lines& lines, Place next);

}  // namespace heald::config
