// The house rules that a compiler does not keep: who may include whom, the purity of core and
// engine, heavy headers in few places, no sleeping in tests, no file with two ideas.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = HEALD_SOURCE_DIR;

// docs/architecture.md. A file may include only what has a lower rank, and its own room.
const std::map<std::string, int> kRanks = {
    {"core", 0},       {"engine", 1},  {"proof", 1},  {"config", 2},   {"io", 2},
    {"etcd", 3},       {"process", 3}, {"checks", 4}, {"remedies", 4}, {"outbox", 4},
    {"store", 4},      {"metrics", 4}, {"door", 4},   {"http", 5},     {"runtime", 5},
    {"simulation", 5}, {"api", 6},     {"app", 7},    {"ctl", 8}};

struct Line {
  fs::path file;
  int number;
  std::string text;

  std::string place() const {
    return fs::relative(file, kRoot).string() + ":" + std::to_string(number) + ": " + text;
  }
};

std::vector<fs::path> sources(const fs::path& folder) {
  std::vector<fs::path> files;
  if (fs::exists(folder)) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string extension = entry.path().extension();
      if (extension == ".h" || extension == ".cc") {
        files.push_back(entry.path());
      }
    }
  }
  return files;
}

std::vector<Line> linesOf(const fs::path& folder) {
  std::vector<Line> lines;
  for (const fs::path& file : sources(folder)) {
    std::ifstream stream(file);
    std::string text;
    for (int number = 1; std::getline(stream, text); ++number) {
      lines.push_back({file, number, text});
    }
  }
  return lines;
}

std::string roomOf(const fs::path& file) {
  return fs::relative(file, kRoot / "src").begin()->string();
}

std::string withoutComment(const std::string& text) {
  return text.substr(0, text.find("//"));
}

// Lines of `folder` whose code matches, but for those that `except` names.
std::vector<std::string> matches(const fs::path& folder, const std::string& pattern,
                                 const std::set<std::string>& except = {}) {
  const std::regex wanted(pattern);
  std::vector<std::string> found;
  for (const Line& line : linesOf(folder)) {
    const std::string name = fs::relative(line.file, kRoot).string();
    if (!except.contains(name) && std::regex_search(withoutComment(line.text), wanted)) {
      found.push_back(line.place());
    }
  }
  return found;
}

TEST(Tidy, TheRulesSeeTheHouse) {
  EXPECT_GT(sources(kRoot / "src").size(), 100u);
  EXPECT_GT(sources(kRoot / "tests").size(), 30u);
}

TEST(Tidy, EveryRoomHasARank) {
  for (const auto& entry : fs::directory_iterator(kRoot / "src")) {
    if (entry.is_directory()) {
      EXPECT_TRUE(kRanks.contains(entry.path().filename())) << entry.path();
    }
  }
}

TEST(Tidy, AFileIncludesOnlyRoomsOfALowerRank) {
  const std::regex include("^#include \"([a-z_]+)/");
  for (const Line& line : linesOf(kRoot / "src")) {
    std::smatch match;
    if (!std::regex_search(line.text, match, include)) {
      continue;
    }
    const std::string room = roomOf(line.file);
    const std::string other = match[1];
    if (other == "heald" || other == room) {
      continue;
    }
    ASSERT_TRUE(kRanks.contains(other)) << line.place();
    EXPECT_LT(kRanks.at(other), kRanks.at(room)) << line.place();
  }
}

TEST(Tidy, TheOperatorsToolIsNoServer) {
  EXPECT_EQ(matches(kRoot / "src" / "ctl", "^#include \"(http|door)/"), std::vector<std::string>());
}

TEST(Tidy, ThePublicHeadersStandAlone) {
  const std::regex include("^#include \"(.*)\"");
  for (const Line& line : linesOf(kRoot / "include")) {
    std::smatch match;
    if (std::regex_search(line.text, match, include)) {
      EXPECT_EQ(match[1].str().rfind("heald/", 0), 0u) << line.place();
    }
  }
}

TEST(Tidy, CoreAndEngineArePure) {
  const std::string impure =
      "#include <(thread|mutex|shared_mutex|atomic|condition_variable|future|stop_token|semaphore|"
      "latch|barrier|fstream|iostream|ostream|sstream|filesystem|random|ctime|time\\.h|cstdlib|"
      "unistd\\.h|fcntl\\.h|poll\\.h|signal\\.h|csignal|sys/.*|spdlog/.*|curl/.*|sqlite3\\.h|"
      "nlohmann/.*|yaml-cpp/.*)>"
      "|_clock::now|\\bgetenv\\b|this_thread|\\b(fopen|fprintf|printf|puts|system|fork|rand|time|"
      "clock_gettime|gettimeofday|sleep|usleep|nanosleep)\\s*\\("
      "|\\bthread_local\\b|\\bvolatile\\b";
  for (const char* room : {"core", "engine", "proof"}) {
    for (const std::string& place :
         matches(kRoot / "src" / room, impure, {"src/core/invariant.cc"})) {
      ADD_FAILURE() << place;
    }
  }
}

TEST(Tidy, NoTestSleeps) {
  const std::string sleeping = "sleep_for|sleep_until|\\b(sleep|usleep|nanosleep)\\s*\\(";
  for (const Line& line : linesOf(kRoot / "tests")) {
    const std::string name = fs::relative(line.file, kRoot).string();
    if (name.rfind("tests/support/", 0) == 0 || name == "tests/tidy_test.cc") {
      continue;
    }
    EXPECT_FALSE(std::regex_search(withoutComment(line.text), std::regex(sleeping)))
        << line.place();
  }
}

// The pointer that snapshot() returns is gone before the first turn of such a loop (C++20).
TEST(Tidy, NoLoopRunsOverASnapshotThatNobodyHolds) {
  for (const char* folder : {"src", "tests"}) {
    for (const std::string& place :
         matches(kRoot / folder, "for \\(.*:.*snapshot\\(\\)->", {"tests/tidy_test.cc"})) {
      ADD_FAILURE() << place;
    }
  }
}

TEST(Tidy, HeavyHeadersStayInSources) {
  // Headers of two sources each, which hold what the library gives them.
  const std::set<std::string> kPrivate = {"http_transfer.h", "schema_fields.h"};
  for (const fs::path& file : sources(kRoot / "src")) {
    if (file.extension() != ".h") {
      continue;
    }
    std::ifstream stream(file);
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    for (const char* heavy : {"<spdlog/", "<CLI/", "<nlohmann/json.hpp>", "<yaml-cpp/yaml.h>",
                              "<curl/curl.h>", "<civetweb.h>"}) {
      if (kPrivate.contains(file.filename())) {
        continue;
      }
      EXPECT_EQ(text.find(heavy), std::string::npos) << file << " includes " << heavy;
    }
  }
}

TEST(Tidy, SpdlogAndTheCommandLineLiveInOneSourceEach) {
  EXPECT_TRUE(matches(kRoot / "src", "#include <spdlog/", {"src/io/log.cc"}).empty());
}

TEST(Tidy, NoFileHasTwoIdeas) {
  for (const fs::path& file : sources(kRoot / "src")) {
    std::ifstream stream(file);
    const auto lines = std::count(std::istreambuf_iterator<char>(stream), {}, '\n');
    EXPECT_LE(lines, 400) << file << ": look for the second idea in it";
  }
}

// "| who | can reach | wants | what holds | `Suite.Test`, … |": every row names its tests.
TEST(Tidy, EveryRowOfTheThreatModelIsHeldByTestsThatExist) {
  std::set<std::string> tests;
  const std::regex macro("^TEST(?:_F|_P)?\\((\\w+), *(\\w+)\\)");
  for (const Line& line : linesOf(kRoot / "tests")) {
    std::smatch found;
    if (std::regex_search(line.text, found, macro)) {
      tests.insert(found[1].str() + "." + found[2].str());
    }
  }
  const std::regex named("`(\\w+\\.\\w+)`");
  std::ifstream document(kRoot / "SECURITY.md");
  int rows = 0;
  for (std::string line; std::getline(document, line);) {
    if (!line.starts_with("| ") || line.starts_with("| who | can reach")) continue;
    ++rows;
    std::string column = line.substr(0, line.size() - 2);
    column.erase(0, column.rfind(" | "));
    std::sregex_iterator name(column.begin(), column.end(), named);
    EXPECT_NE(name, std::sregex_iterator()) << "no test in " << line;
    for (; name != std::sregex_iterator(); ++name) {
      EXPECT_TRUE(tests.contains((*name)[1])) << "there is no test " << (*name)[1];
    }
  }
  EXPECT_GT(rows, 25);
}

TEST(Tidy, NothingIsLeftForLater) {
  for (const char* folder : {"src", "include", "scripts"}) {
    for (const std::string& place :
         matches(kRoot / folder, "\\b(TODO|FIXME|XXX)\\b|not implemented")) {
      ADD_FAILURE() << place;
    }
  }
}

}  // namespace
