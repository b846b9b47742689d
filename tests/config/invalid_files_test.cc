#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "fake_kinds.h"

namespace heald::config {
namespace {

const std::string kFolder = HEALD_SOURCE_DIR "/tests/testdata/config/invalid";

std::vector<std::filesystem::path> invalidFiles() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// What a file of the folder may refer to.
const Lookup kWords = environmentOf({{"WORD", "a secret"}, {"EMPTY", ""}, {"SIX", "6"}});

TEST(InvalidFiles, AreReportedToTheLetter) {
  const auto files = invalidFiles();
  EXPECT_GE(files.size(), 30U);
  for (const auto& file : files) {
    auto expected = file;
    expected.replace_extension(".expected");
    ASSERT_TRUE(std::filesystem::exists(expected)) << expected << " is missing";
    EXPECT_EQ(problemsOf(contentOf(file), file.filename(), kWords), contentOf(expected)) << file;
  }
}

TEST(InvalidFiles, HaveEachAMistakeAndEachAnExpectationHasAFile) {
  std::size_t expectations = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".expected") continue;
    ++expectations;
    EXPECT_GT(std::filesystem::file_size(entry.path()), 0U) << entry.path();
  }
  EXPECT_EQ(expectations, invalidFiles().size());
}

}  // namespace
}  // namespace heald::config
