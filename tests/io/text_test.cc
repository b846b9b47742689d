#include "io/text.h"

#include <gtest/gtest.h>

namespace heald::io {
namespace {

using namespace std::chrono_literals;

TEST(Text, WritesDurationsShort) {
  EXPECT_EQ(shortDuration(5s), "5s");
  EXPECT_EQ(shortDuration(90s), "90s");
  EXPECT_EQ(shortDuration(2min), "2m");
  EXPECT_EQ(shortDuration(1h), "1h");
  EXPECT_EQ(shortDuration(250ms), "250ms");
  EXPECT_EQ(shortDuration(1500ms), "1500ms");
  EXPECT_EQ(shortDuration(1us), "1e-06s");
}

}  // namespace
}  // namespace heald::io
