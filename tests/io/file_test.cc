#include "io/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/temp_dir.h"

namespace heald::io {
namespace {

TEST(SmallFile, IsReadWhole) {
  const test::TempDir dir;
  const std::string content(10'000, 'k');
  EXPECT_EQ(*readSmallFile(dir.write("key", content)), content);
  EXPECT_EQ(*readSmallFile(dir.write("empty", "")), "");
}

TEST(SmallFile, IsToldFromNone) {
  const auto none = readSmallFile("/nowhere/key");
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(none.error().message, "/nowhere/key: No such file or directory");
}

TEST(SmallFile, IsNeitherADirectoryNorAPipe) {
  const test::TempDir dir;
  mkfifo(dir.file("fifo").c_str(), 0600);
  EXPECT_EQ(readSmallFile(dir.file("fifo")).error().message,
            dir.file("fifo") + ": not a regular file");
  EXPECT_EQ(readSmallFile(dir.path()).error().code, ErrorCode::kUnavailable);
}

TEST(SmallFile, HasALimit) {
  const test::TempDir dir;
  const std::string path = dir.write("big", "12345");
  EXPECT_TRUE(readSmallFile(path, 5));
  EXPECT_EQ(readSmallFile(path, 4).error().message, path + ": larger than 4 bytes");
}

}  // namespace
}  // namespace heald::io
