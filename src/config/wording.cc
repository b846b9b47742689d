#include "config/wording.h"

#include <algorithm>

#include "core/plain_text.h"

namespace heald::config {
namespace {

constexpr std::size_t kLongest = 64;
constexpr std::size_t kMostListed = 40;
constexpr std::size_t kMostConsidered = 500;

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Of a space that looks like another one; what steers a terminal is core::escaped's.
std::string_view nameOfSpace(std::string_view text) {
  struct Invisible {
    std::string_view bytes, name;
  };
  constexpr Invisible kAll[] = {{"\xC2\xA0", "<no-break space>"},
                                {"\xC2\xAD", "<soft hyphen>"},
                                {"\xE3\x80\x80", "<ideographic space>"},
                                {"\xE2\x80\xAF", "<no-break space>"}};
  for (const Invisible& each : kAll) {
    if (text.starts_with(each.bytes)) return each.name;
  }
  return "";
}

// With lines, tabs and what steers a terminal written as escapes: "\\n", "\\t", "\\u202e".
std::string shown(std::string_view text) {
  std::string result;
  for (const char c : core::escapedLines(text)) {
    if (c == '\n' || c == '\t') {
      result += c == '\n' ? "\\n" : "\\t";
    } else {
      result += c;
    }
  }
  return result;
}

bool sameButForCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string shortened(std::string_view text) {
  std::size_t end = std::min(text.size(), kLongest);
  while (end < text.size() && end > 0 && continues(text[end])) --end;
  std::string result;
  for (std::size_t i = 0; i < end;) {
    const std::string_view name = nameOfSpace(text.substr(i, end - i));
    result += name.empty() ? std::string(1, text[i]) : std::string(name);
    i += name.empty() ? 1 : text[i] == '\xC2' ? 2 : 3;
  }
  result = shown(result);
  return end < text.size() ? result + "…" : result;
}

std::string quoted(std::string_view text) {
  return "\"" + shortened(text) + "\"";
}

std::string printable(std::string_view text) {
  return shown(text);
}

std::string joined(const std::vector<std::string>& words) {
  std::string result;
  for (std::size_t i = 0; i < std::min(words.size(), kMostListed); ++i) {
    result += (i == 0 ? "" : ", ") + shortened(words[i]);
  }
  return words.size() > kMostListed ? result + ", …" : result;
}

int editDistance(std::string_view a, std::string_view b) {
  std::vector<int> before(b.size() + 1);
  std::vector<int> last(b.size() + 1);
  std::vector<int> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// The only candidate that goes on behind this word: "password_file" for "password".
std::string completionOf(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kShortest = 4;
  std::string found;
  for (const std::string& candidate : candidates) {
    if (word.size() < kShortest || candidate.size() <= word.size() ||
        !candidate.starts_with(word) || candidate[word.size()] != '_') {
      continue;
    }
    if (!found.empty()) return "";
    found = candidate;
  }
  return found;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kLongest) return "";
  const auto length = static_cast<int>(word.size());
  int best = std::min({4, (length + 2) / 3 + 1, length});  // what is wholly different is not near
  std::string found;
  const std::size_t considered = std::min(candidates.size(), kMostConsidered);
  for (std::size_t i = 0; i < considered; ++i) {
    const std::string& candidate = candidates[i];
    if (candidate.size() > kLongest) continue;
    if (sameButForCase(word, candidate)) return candidate;
    const int distance = editDistance(word, candidate);
    if (distance >= best) continue;
    best = distance;
    found = candidate;
  }
  return found.empty() ? completionOf(word, candidates) : found;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  if (!near.empty()) return "(did you mean " + quoted(near) + "?)";
  return candidates.empty() ? "(there is none)" : "(known: " + joined(candidates) + ")";
}

}  // namespace heald::config
