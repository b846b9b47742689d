// The documents among themselves: an index that has all, links that lead somewhere, one word for
// one thing.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = HEALD_SOURCE_DIR;

std::string contentOf(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> pagesIn(const fs::path& folder) {
  std::vector<fs::path> pages;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  }
  std::sort(pages.begin(), pages.end());
  return pages;
}

std::vector<fs::path> documents() {
  std::vector<fs::path> all;
  for (const char* folder : {".", "docs", "docs/runbooks", "docs/adr", "helm/heald"}) {
    for (const fs::path& page : pagesIn(kRoot / folder)) all.push_back(page);
  }
  return all;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// What stands between ``` is code.
std::string withoutBlocks(const std::string& text) {
  std::string prose;
  bool block = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("```") != std::string::npos) {
      block = !block;
    } else if (!block) {
      prose += line + "\n";
    }
  }
  return prose;
}

// The anchor that GitHub makes of a heading.
std::string anchorOf(const std::string& heading) {
  std::string anchor;
  for (const char c : lower(heading)) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte > 127) anchor += c;
    if (c == ' ') anchor += '-';
  }
  return anchor;
}

bool hasAnchor(const std::string& text, const std::string& anchor) {
  std::istringstream lines(withoutBlocks(text));
  for (std::string line; std::getline(lines, line);) {
    const auto title = line.find_first_not_of('#');
    if (title == 0 || title == std::string::npos || line[title] != ' ') continue;
    if (anchorOf(line.substr(title + 1)) == anchor) return true;
  }
  return text.find("id=\"" + anchor + "\"") != std::string::npos;
}

TEST(Documents, TheIndexHasEveryDocument) {
  const std::string index = contentOf(kRoot / "docs/README.md");
  for (const fs::path& page : pagesIn(kRoot / "docs")) {
    if (page.filename() == "README.md") continue;
    EXPECT_NE(index.find("(" + page.filename().string() + ")"), std::string::npos) << page;
  }
}

TEST(Documents, EveryLinkLeadsSomewhere) {
  const std::regex link(R"(\]\(([^)\s]+)\))");
  int links = 0;
  for (const fs::path& page : documents()) {
    const std::string prose = withoutBlocks(contentOf(page));
    for (std::sregex_iterator at(prose.begin(), prose.end(), link), end; at != end; ++at) {
      const std::string target = (*at)[1];
      if (target.find("://") != std::string::npos || target.starts_with("mailto:")) continue;
      const auto hash = target.find('#');
      const std::string file = target.substr(0, hash);
      const fs::path whole = file.empty() ? page : page.parent_path() / file;
      ++links;
      EXPECT_TRUE(fs::exists(whole)) << page << ": " << target;
      if (hash == std::string::npos || whole.extension() != ".md" || !fs::exists(whole)) continue;
      EXPECT_TRUE(hasAnchor(contentOf(whole), target.substr(hash + 1))) << page << ": " << target;
    }
  }
  EXPECT_GT(links, 100);
}

// The last column of the glossary's table.
std::vector<std::string> forbiddenWords() {
  std::vector<std::string> words;
  std::istringstream lines(contentOf(kRoot / "docs/glossary.md"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| ") || line.starts_with("| word ")) continue;
    const auto last = line.rfind('|', line.size() - 2);
    std::istringstream list(line.substr(last + 1, line.size() - last - 2));
    for (std::string word; std::getline(list, word, ',');) {
      const auto first = word.find_first_not_of(' ');
      if (first == std::string::npos) continue;
      words.push_back(word.substr(first, word.find_last_not_of(' ') - first + 1));
    }
  }
  return words;
}

TEST(Documents, HaveOneWordForOneThing) {
  const auto words = forbiddenWords();
  ASSERT_GT(words.size(), 20U);
  for (const fs::path& page : documents()) {
    if (page.filename() == "glossary.md") continue;
    const std::string text = lower(contentOf(page));
    for (const std::string& word : words) {
      const std::regex whole("\\b" + word + "\\b");
      EXPECT_FALSE(std::regex_search(text, whole))
          << page << ": \"" << word << "\" (docs/glossary.md)";
    }
  }
}

}  // namespace
