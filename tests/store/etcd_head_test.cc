// What this machine remembers of etcd, and refuses.
#include "store/etcd_head.h"

#include <gmock/gmock.h>

#include "store/fault.h"
#include "store/support.h"

namespace heald::store {
namespace {

using testing::HasSubstr;

class SeenHeadTest : public testing::Test {
 protected:
  // Why `found` is refused, or "".
  std::string refusal(const SeenHead& found) const {
    try {
      requireNotOlder(path_, found);
    } catch (const Fault& fault) {
      return fault.what();
    }
    return "";
  }

  const SeenHead seen_{7, "/heald", {3, 40, "a", 0, ""}};
  TempFolder folder_;
  const std::string path_ = folder_ / "seen";
};

TEST_F(SeenHeadTest, WhatWasNeverSeenIsTaken) {
  EXPECT_EQ(refusal(seen_), "");
}

TEST_F(SeenHeadTest, AnOlderStateIsRefusedHoweverNewItsTerm) {
  writeSeenHead(path_, seen_);
  EXPECT_EQ(refusal(seen_), "");
  EXPECT_EQ(refusal({7, "/heald", {4, 41, "b", 0, ""}}), "");
  EXPECT_THAT(refusal({7, "/heald", {4, 39, "b", 0, ""}}), HasSubstr("older state (commit 39)"));
}

TEST_F(SeenHeadTest, AnotherClusterIsRefused) {
  writeSeenHead(path_, seen_);
  EXPECT_THAT(refusal({8, "/heald", {4, 41, "b", 0, ""}}), HasSubstr("another etcd cluster"));
}

TEST_F(SeenHeadTest, AnotherPrefixIsAnotherState) {
  writeSeenHead(path_, seen_);
  EXPECT_EQ(refusal({8, "/test", {1, 1, "b", 0, ""}}), "");
}

TEST_F(SeenHeadTest, WhatCannotBeReadIsNoFirstTime) {
  std::filesystem::create_directory(path_);
  EXPECT_THAT(refusal(seen_), HasSubstr(path_));
  std::filesystem::remove(path_);
  std::ofstream(path_) << "{}";
  EXPECT_THAT(refusal(seen_), HasSubstr("remove it if etcd has the right state"));
}

}  // namespace
}  // namespace heald::store
