#include "io/file_replacement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support/temp_dir.h"

namespace heald::io {
namespace {

std::size_t filesIn(const test::TempDir& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

TEST(FileReplacement, IsThereAsAWholeOrNotAtAll) {
  const test::TempDir folder;
  const std::string path = folder.write("token", "old");
  auto prepared = FileReplacement::prepare(path, "new");
  ASSERT_TRUE(prepared);
  EXPECT_EQ(folder.read("token"), "old") << "until it is committed";
  ASSERT_TRUE(prepared->commit());
  EXPECT_EQ(folder.read("token"), "new");
  EXPECT_EQ(filesIn(folder), 1u);
}

TEST(FileReplacement, LeavesNothingBehindWhenItIsNotCommitted) {
  const test::TempDir folder;
  { const auto prepared = FileReplacement::prepare(folder.file("token"), "new"); }
  EXPECT_EQ(filesIn(folder), 0u);
}

TEST(FileReplacement, IsForItsOwnerAlone) {
  const test::TempDir folder;
  struct stat status {};
  auto own = FileReplacement::prepare(folder.file("own"), "x");
  ASSERT_TRUE(own && own->commit());
  ASSERT_EQ(::stat(folder.file("own").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  auto given = FileReplacement::prepare(folder.file("given"), "x",
                                        {.mode = 0640, .owner = std::pair<uid_t, gid_t>(12, 34)});
  ASSERT_TRUE(given && given->commit());
  ASSERT_EQ(::stat(folder.file("given").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
  EXPECT_EQ(status.st_uid, 12u);
  EXPECT_EQ(status.st_gid, 34u);
}

TEST(FileReplacement, TakesThePlaceOfALinkAndNotOfWhatItLeadsTo) {
  const test::TempDir folder;
  folder.write("elsewhere", "old");
  std::filesystem::create_symlink(folder.file("elsewhere"), folder.file("token"));
  auto prepared = FileReplacement::prepare(folder.file("token"), "secret");
  ASSERT_TRUE(prepared && prepared->commit());
  EXPECT_EQ(folder.read("elsewhere"), "old");
  EXPECT_FALSE(std::filesystem::is_symlink(folder.file("token")));
}

TEST(FileReplacement, SaysWhereItCannotBe) {
  const auto failed = FileReplacement::prepare("/nowhere/token", "the secret");
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, testing::StartsWith("/nowhere/token: "));
  EXPECT_THAT(failed.error().message, testing::Not(testing::HasSubstr("the secret")));
}

}  // namespace
}  // namespace heald::io
