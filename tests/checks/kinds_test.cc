#include "checks/kinds.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <regex>

namespace heald::checks {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = HEALD_SOURCE_DIR;

// Files of the product that name the function of a kind, or include its header.
std::vector<std::string> filesThatName(const std::string& kind) {
  const std::regex named("\\b" + kind + "Kind\\(|\"checks/" + kind + "\\.h\"");
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "src")) {
    const fs::path extension = entry.path().extension();
    if (extension != ".cc" && extension != ".h") continue;
    const std::string room = entry.path().parent_path().filename();
    if (room == "remedies") continue;  // its kinds have the same names
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (std::regex_search(text, named)) files.push_back(fs::relative(entry.path(), kRoot));
  }
  return files;
}

TEST(Kinds, OfChecksAreEachAHeaderASourceATestAndAWordInTheList) {
  ASSERT_GE(kinds().size(), 10u);
  for (const config::Kind& kind : kinds()) {
    EXPECT_TRUE(fs::exists(kRoot / "tests/checks" / (kind.name + "_test.cc"))) << kind.name;
    std::vector<std::string> files = {"src/checks/" + kind.name + ".cc",
                                      "src/checks/" + kind.name + ".h"};
    // What watches processes takes them as the check finds them.
    if (kind.name == "process") files.push_back("src/runtime/performer.cc");
    EXPECT_THAT(filesThatName(kind.name), testing::UnorderedElementsAreArray(files)) << kind.name;
  }
}

}  // namespace
}  // namespace heald::checks
