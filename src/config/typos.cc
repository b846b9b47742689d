#include "config/typos.h"

#include <algorithm>
#include <array>
#include <string>

#include "config/wording.h"

namespace heald::config {
namespace {

constexpr std::string_view kBlank = " \t\r";
// No-break, ideographic and zero-width space.
constexpr std::array<std::string_view, 3> kOddSpaces = {"\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\x8B"};

std::string_view withoutIndentation(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(kBlank), line.size()));
}

int columnOf(std::string_view line, std::string_view rest) {
  return static_cast<int>(line.size() - rest.size()) + 1;
}

bool isWordLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool saysNothing(std::string_view line) {
  const std::string_view rest = withoutIndentation(line);
  return rest.empty() || rest.front() == '#';
}

// "name:a", but neither a URL nor localhost:80.
bool lacksSpaceAfterColon(std::string_view rest) {
  const bool item = rest.starts_with("- ");
  if (item) rest = withoutIndentation(rest.substr(1));
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 >= rest.size()) return false;
  if (!std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(colon), isWordLetter)) {
    return false;
  }
  const char next = rest[colon + 1];
  return isWordLetter(next) || next == '"' || next == '[' || next == '{' || next == '\'' ||
         (!item && next >= '0' && next <= '9');
}

std::optional<SyntaxFault> typoIn(std::string_view line, int number) {
  const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
  if (indentation.find('\t') != std::string_view::npos) {
    return SyntaxFault{{number, 1}, "a tab is used for indentation (use spaces)"};
  }
  const std::string_view rest = withoutIndentation(line);
  const int column = columnOf(line, rest);
  if (rest.size() > 1 && rest[0] == '-' && isWordLetter(rest[1])) {
    return SyntaxFault{{number, column}, "a list item needs a space after its - (write \"- \")"};
  }
  if (lacksSpaceAfterColon(rest)) {
    return SyntaxFault{{number, column}, "a key needs a space after its colon (write key: value)"};
  }
  return std::nullopt;
}

// Between words, where a plain one was meant: neither in quotes nor in a comment.
std::optional<SyntaxFault> oddSpaceIn(std::string_view line, int number) {
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote == '\0' && line[i] == '#' && (i == 0 || kBlank.find(line[i - 1]) != kBlank.npos)) {
      break;
    }
    if (quote != '\0') {
      if (line[i] == quote) quote = '\0';
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    }
    for (const std::string_view space : kOddSpaces) {
      if (quote != '\0' || !line.substr(i).starts_with(space)) continue;
      return SyntaxFault{{number, static_cast<int>(i) + 1},
                         "a special space stands here, perhaps from a web page (use a plain one)"};
    }
  }
  return std::nullopt;
}

}  // namespace

Lines::Lines(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines_.push_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

std::string_view Lines::at(int line) const {
  return line < 1 || line > count() ? std::string_view()
                                    : lines_[static_cast<std::size_t>(line) - 1];
}

std::optional<SyntaxFault> oddSpace(const Lines& lines) {
  for (int number = 1; number <= lines.count(); ++number) {
    const std::string_view rest = withoutIndentation(lines.at(number));
    for (const std::string_view space : kOddSpaces) {
      if (!rest.starts_with(space)) continue;
      return SyntaxFault{{number, columnOf(lines.at(number), rest)},
                         "a special space is used for indentation (use plain spaces)"};
    }
  }
  return std::nullopt;
}

std::optional<SyntaxFault> typoAround(const Lines& lines, int line) {
  int before = line - 1;
  while (before > 0 && saysNothing(lines.at(before))) --before;
  for (const int number : {before, line}) {
    if (auto space = oddSpaceIn(lines.at(number), number)) return space;
  }
  if (auto typo = typoIn(lines.at(line), line)) return typo;
  return typoIn(lines.at(before), before);
}

std::optional<SyntaxFault> referenceInFlow(const Lines& lines, Place open) {
  const std::string_view line = lines.at(open.line);
  char quote = '\0';
  bool in_flow = false;
  for (auto i = static_cast<std::size_t>(std::max(open.column - 1, 0)); i < line.size(); ++i) {
    if (quote != '\0') {
      if (line[i] == quote) quote = '\0';
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    } else if (line.substr(i).starts_with("${") && !in_flow) {
      return std::nullopt;
    } else if (line.substr(i).starts_with("${")) {
      const std::size_t end = std::min(line.find('}', i), line.size() - 1);
      const std::string reference(line.substr(i, end - i + 1));
      return SyntaxFault{
          {open.line, static_cast<int>(i) + 1},
          "a ${…} inside { } or [ ] needs quotes (write \"" + shortened(reference) + "\")"};
    } else if (line[i] == '{' || line[i] == '[') {
      in_flow = true;
    }
  }
  return std::nullopt;
}

std::optional<SyntaxFault> quoteLeftOpen(const Lines& lines, Place last, Place where) {
  if (last.line < 1 || last.line >= where.line) return std::nullopt;
  const std::string_view line = lines.at(last.line);
  const std::string_view text =
      line.substr(std::min(static_cast<std::size_t>(last.column - 1), line.size()));
  const bool quoted = text.starts_with('"') || text.starts_with('\'');
  if (!quoted || text.find(text.front(), 1) != std::string_view::npos) return std::nullopt;
  for (int number = last.line + 1; number <= where.line; ++number) {
    const auto end = lines.at(number).find(text.front());
    if (end == std::string_view::npos) continue;
    // A text of several lines ends with its line.
    if (saysNothing(lines.at(number).substr(end + 1))) return std::nullopt;
    return SyntaxFault{last, "this quote is not closed in its line (close it)"};
  }
  return std::nullopt;
}

std::optional<SyntaxFault> bracesOutsideQuotes(const Lines& lines, int first, int last) {
  for (int number = std::max(first, 1); number <= last; ++number) {
    const std::string_view line = lines.at(number);
    char quote = '\0';
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (quote == '\0' && line[i] == '#' && (i == 0 || line[i - 1] == ' ')) break;
      if (quote == '\0' && (line[i] == '"' || line[i] == '\'')) {
        quote = line[i];
      } else if (line[i] == quote) {
        quote = '\0';
      } else if (quote == '\0' && line.substr(i).starts_with("{{")) {
        return SyntaxFault{{number, static_cast<int>(i) + 1},
                           "a text with {{…}} needs quotes, inside { } and [ ] and where it begins "
                           "so (write \"…{{name}}…\")"};
      }
    }
  }
  return std::nullopt;
}

bool strayComma(const Lines& lines, Place where) {
  const std::string_view line = lines.at(where.line);
  const auto at = static_cast<std::size_t>(where.column - 1);
  return at < line.size() && line[at] == ',';
}

Place placeOfEmptyItem(const Lines& lines, Place next) {
  for (int number = next.line; number > 0; --number) {
    std::string_view line = lines.at(number);
    // On the line of what comes next, only what stands before it.
    if (number == next.line) line = line.substr(0, static_cast<std::size_t>(next.column - 1));
    const std::string_view rest = withoutIndentation(line);
    if (rest.starts_with('-')) return {number, columnOf(line, rest)};
  }
  return next;
}

}  // namespace heald::config
