#include "simulation/approval_referee.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::simulation {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

const engine::ApprovalKey kStep{"fix", "", 2};
const engine::Event kGiven = engine::Approve{"fix", false, "", 2, minutes(10), "why", "o"};

engine::Changes row(std::optional<engine::Approval> approval) {
  engine::Changes changes;
  changes.approvals = {{kStep, std::move(approval)}};
  return changes;
}

struct Judged {
  ApprovalReferee referee;
  std::string gives() { return referee.committed(row(engine::Approval{}), &kGiven, {}, {}, {}); }
  std::string starts(Duration at, const engine::Changes& changes = row(std::nullopt)) {
    return referee.committed(changes, nullptr, at, {}, {kStep});
  }
};

TEST(ApprovalReferee, TakesAnAttemptWithItsApproval) {
  Judged judged;
  EXPECT_EQ(judged.gives(), "");
  EXPECT_EQ(judged.starts(minutes(9)), "");
}

TEST(ApprovalReferee, FindsAnAttemptWithoutOneAndASecondOneOfTheSame) {
  Judged judged;
  EXPECT_THAT(judged.starts({}), HasSubstr("starts without an approval"));
  judged.gives();
  judged.starts(minutes(1));
  EXPECT_THAT(judged.starts(minutes(2)), HasSubstr("starts without an approval"));
}

TEST(ApprovalReferee, FindsAnAttemptAfterTheEndAndAnApprovalThatStays) {
  Judged judged;
  judged.gives();
  EXPECT_THAT(judged.starts(minutes(10)), HasSubstr("after its approval has ended"));
  EXPECT_THAT(judged.starts(minutes(1), {}), HasSubstr("leaves its approval in force"));
}

TEST(ApprovalReferee, FindsAnApprovalOfNobodyAndOneThatIsLost) {
  Judged judged;
  EXPECT_THAT(judged.referee.committed(row(engine::Approval{}), nullptr, {}, {}, {}),
              HasSubstr("nobody has approved"));
  judged.gives();
  EXPECT_THAT(judged.referee.committed(row(std::nullopt), nullptr, minutes(1), {}, {}),
              HasSubstr("nobody has used it"));
}

}  // namespace
}  // namespace heald::simulation
