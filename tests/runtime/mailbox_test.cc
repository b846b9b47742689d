#include "runtime/mailbox.h"

#include <gmock/gmock.h>

#include <thread>

namespace heald::runtime {
namespace {

using testing::ElementsAre;

constexpr std::chrono::hours kLong{1};

TEST(Mailbox, GivesAllThatIsThereInItsOrder) {
  Mailbox<int> box;
  box.put(1);
  box.put(2);
  EXPECT_THAT(box.takeAll(kLong), ElementsAre(1, 2));
}

TEST(Mailbox, MessagesInCompanyComeWithTheRestOfIt) {
  Mailbox<int> box;
  box.putInCompany(1);
  std::thread other([&box] {
    box.putInCompany(2);
    box.putInCompany(3);
  });
  auto taken = box.takeAll(kLong, 3);
  while (taken.size() < 3) {  // the other thread was later than a reader waits
    for (const int late : box.takeAll(kLong, 3 - taken.size())) taken.push_back(late);
  }
  other.join();
  EXPECT_THAT(taken, ElementsAre(1, 2, 3));
}

TEST(Mailbox, WholeCompanyWaitsForNobody) {
  Mailbox<int> box;
  box.putInCompany(1);
  box.putInCompany(2);
  EXPECT_THAT(box.takeAll(kLong, 2), ElementsAre(1, 2));
}

TEST(Mailbox, OneThatIsMissedIsNotWaitedForLong) {
  Mailbox<int> box;
  box.putInCompany(1);
  EXPECT_THAT(box.takeAll(kLong, 1000), ElementsAre(1));
}

TEST(Mailbox, AnotherMessageEndsTheWait) {
  Mailbox<int> box;
  box.putInCompany(1);
  box.put(2);
  EXPECT_THAT(box.takeAll(kLong, 1000), ElementsAre(1, 2));
  box.putInCompany(3);
  EXPECT_THAT(box.takeAll({}, 1000), ElementsAre(3)) << "there is no time to wait";
}

}  // namespace
}  // namespace heald::runtime
