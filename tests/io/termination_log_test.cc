#include "io/termination_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace heald::io {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::string mistakes(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) {
    text += "heald.yml:" + std::to_string(i) + ":5: checks[" + std::to_string(i) +
            "].interval: \"5 parsecs\" is not a duration (examples: 5s, 10m), and so on and on\n";
  }
  return text;
}

TEST(TerminationLog, HasEveryMistakeWholeWhereThereIsRoom) {
  EXPECT_EQ(fitted(mistakes(3)), mistakes(3));
  EXPECT_EQ(fitted("one\n\ntwo"), "one\ntwo\n");
  EXPECT_EQ(fitted(""), "");
}

TEST(TerminationLog, CutsEachLineAlikeSoThatEveryPlaceIsThere) {
  const std::string text = fitted(mistakes(20));
  EXPECT_LE(text.size(), kTerminationBytes);
  for (int i = 1; i <= 20; ++i)
    EXPECT_THAT(text, HasSubstr("heald.yml:" + std::to_string(i) + ":5: "));
}

TEST(TerminationLog, SaysHowManyHaveNoPlaceInIt) {
  const std::string text = fitted(mistakes(400));
  EXPECT_LE(text.size(), kTerminationBytes);
  EXPECT_GE(text.size(), kTerminationBytes - 2 * kReadable) << "as many as fit";
  EXPECT_THAT(text, HasSubstr("heald.yml:20:5: "));
  EXPECT_THAT(text, EndsWith("\nand 380 more, which the log has\n"));
}

TEST(TerminationLog, FitsWhateverTheLimitIs) {
  for (const std::size_t max : {40U, 200U, 500U}) EXPECT_LE(fitted(mistakes(50), max).size(), max);
}

TEST(TerminationLog, IsWrittenIntoTheFileThatIsThere) {
  const test::TempDir dir;
  dir.write("log", std::string(5000, 'x'));
  ASSERT_TRUE(writeTerminationLog(dir.file("log"), "a mistake"));
  EXPECT_EQ(dir.read("log"), "a mistake\n");
  EXPECT_TRUE(writeTerminationLog("", "a mistake"));
  const auto failed = writeTerminationLog(dir.file("no/log"), "a mistake");
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("cannot be written: No such file or directory"));
}

}  // namespace
}  // namespace heald::io
