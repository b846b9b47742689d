// The engine in rooms: every class of it is small enough to be held in one head, over all of its
// files.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kEngine = fs::path(HEALD_SOURCE_DIR) / "src" / "engine";

constexpr int kMostMethods = 25;
constexpr int kMostLines = 400;

struct Size {
  int methods = 0;
  int lines = 0;
};

std::string textOf(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> files(const std::string& extension) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kEngine)) {
    if (entry.path().extension() == extension) found.push_back(entry.path());
  }
  return found;
}

// Comments, texts and characters as blanks: what is left has only braces that count.
std::string codeOf(std::string text) {
  static const std::regex silent(R"(//[^\n]*|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])')");
  std::string code;
  std::size_t from = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), silent), end; it != end; ++it) {
    const auto at = static_cast<std::size_t>(it->position());
    code += text.substr(from, at - from) + std::string(static_cast<std::size_t>(it->length()), ' ');
    from = at + static_cast<std::size_t>(it->length());
  }
  return code + text.substr(from);
}

// The place behind the brace that closes the one at `open`.
std::size_t behind(const std::string& code, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    depth += (code[i] == '{') - (code[i] == '}');
    if (depth == 0) return i + 1;
  }
  return code.size();
}

int linesIn(const std::string& text) {
  return 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

// The functions that a body of a class declares, but for constructors and what is deleted.
int methodsIn(const std::string& body, const std::string& name) {
  std::vector<std::string> members(1);
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '{') {
      i = behind(body, i) - 1;
      members.back() += "{}";
      if (members.back().find('(') != std::string::npos) members.emplace_back();
    } else if (body[i] == ';') {
      members.emplace_back();
    } else {
      members.back() += body[i];
    }
  }
  static const std::regex access(R"(\b(public|private|protected)\s*:(?!:))");
  static const std::regex no_function(R"(^\s*(using|friend|typedef|struct|class|enum)\b)");
  static const std::regex arguments(R"(<[^<>()]*(\([^()]*\))?[^<>()]*>)");
  static const std::regex function(R"((~?\w+|operator\s*\S+?)\s*\()");
  int count = 0;
  for (const std::string& each : members) {
    std::string member = std::regex_replace(each, access, " ");
    if (std::regex_search(member, no_function)) continue;
    for (int i = 0; i < 3; ++i) member = std::regex_replace(member, arguments, " ");
    std::smatch found;
    if (!std::regex_search(member, found, function)) continue;
    const bool made = found[1] == name || found[1] == "~" + name;
    const bool deleted = member.find("= delete") != std::string::npos;
    count += made || deleted ? 0 : 1;
  }
  return count;
}

// By name; a class in another has the name of both.
std::map<std::string, Size> classes() {
  std::map<std::string, Size> all;
  static const std::regex begins(R"((^|\n)[ ]*class ((?:\w+::)*(\w+))( final)?( : [^{;]*)?\s*\{)");
  for (const fs::path& file : files(".h")) {
    const std::string code = codeOf(textOf(file));
    for (std::sregex_iterator it(code.begin(), code.end(), begins), end; it != end; ++it) {
      const auto from = static_cast<std::size_t>(it->position());
      const std::size_t open = from + static_cast<std::size_t>(it->length()) - 1;
      const std::size_t to = behind(code, open);
      all[(*it)[2]] = {methodsIn(code.substr(open + 1, to - open - 2), (*it)[3]),
                       linesIn(code.substr(from, to - from)) - ((*it)[1].length() > 0 ? 1 : 0)};
    }
  }
  for (const fs::path& file : files(".cc")) {
    const std::string code = codeOf(textOf(file));
    static const std::regex defined(R"((?:^|\n)(?! )[^\n=;]*?\b((?:\w+::)*\w+)::~?\w+\()");
    for (std::sregex_iterator it(code.begin(), code.end(), defined), end; it != end; ++it) {
      const auto from = static_cast<std::size_t>(it->position()) + 1;
      // Behind the initializers of a constructor, which have braces of their own.
      std::size_t to = code.find("\n}", from);
      const std::size_t line = code.find('\n', code.find('{', from));
      if (line != std::string::npos && code[line - 1] == '}') to = std::min(to, line);
      const auto known = all.find((*it)[1]);
      if (known != all.end()) known->second.lines += linesIn(code.substr(from, to - from)) + 1;
    }
  }
  return all;
}

TEST(Classes, AreFound) {
  const auto all = classes();
  EXPECT_GT(all.size(), 30u);
  for (const auto& [name, size] : all) {
    RecordProperty(
        name, std::to_string(size.methods) + " methods, " + std::to_string(size.lines) + " lines");
  }
}

TEST(Classes, OfTheEngineHaveAtMost25MethodsAnd400LinesOverAllTheirFiles) {
  for (const auto& [name, size] : classes()) {
    EXPECT_LE(size.methods, kMostMethods) << name << ": which of its ideas owns its state?";
    EXPECT_LE(size.lines, kMostLines) << name << ": which of its ideas owns its state?";
  }
}

}  // namespace
