#include "io/cancel.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace heald::io {
namespace {

bool readable(int fd) {
  pollfd p{fd, POLLIN, 0};
  return poll(&p, 1, 0) == 1;
}

TEST(Cancel, NeverComesToATokenWithoutSource) {
  const CancelToken token;
  EXPECT_FALSE(token.cancelled());
  EXPECT_FALSE(token.cancellable());
  EXPECT_EQ(token.fd(), -1);
}

TEST(Cancel, ReachesEveryCopy) {
  CancelSource source;
  const CancelToken one = source.token(), two = one;
  EXPECT_FALSE(two.cancelled());
  EXPECT_FALSE(readable(two.fd()));
  source.cancel();
  source.cancel();
  EXPECT_TRUE(one.cancelled());
  EXPECT_TRUE(readable(one.fd()));
  EXPECT_TRUE(readable(two.fd()));
}

TEST(Cancel, MakesADescriptorReadableThatIsAskedForLater) {
  CancelSource source;
  source.cancel();
  EXPECT_TRUE(readable(source.token().fd()));
}

TEST(Cancel, WakesAPollOfAnotherThread) {
  CancelSource source;
  std::thread waiter([token = source.token()] {
    pollfd p{token.fd(), POLLIN, 0};
    EXPECT_EQ(poll(&p, 1, 20'000), 1);
  });
  source.cancel();
  waiter.join();
}

TEST(Cancel, CallsWhoWaitsForManyOnce) {
  CancelSource source;
  int calls = 0;
  source.token().whenCancelled([&calls] { ++calls; });
  EXPECT_EQ(calls, 0);
  source.cancel();
  source.cancel();
  EXPECT_EQ(calls, 1);
  source.token().whenCancelled([&calls] { ++calls; });
  EXPECT_EQ(calls, 2) << "it is cancelled already";
  CancelToken().whenCancelled([&calls] { ++calls; });
  EXPECT_EQ(calls, 2);
}

TEST(Cancel, IsNotDoneByTheEndOfTheSource) {
  CancelToken token;
  {
    const CancelSource source;
    token = source.token();
  }
  EXPECT_FALSE(token.cancelled());
  EXPECT_FALSE(readable(token.fd()));
}

}  // namespace
}  // namespace heald::io
