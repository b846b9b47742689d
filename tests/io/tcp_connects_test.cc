#include "io/tcp_connects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <vector>

#include "support/tiny_server.h"

namespace heald::io {
namespace {

using namespace std::chrono_literals;
using Clock = TcpConnects::Clock;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

struct TcpConnectsTest : testing::Test {
  void start(const std::string& host, int port, core::Duration timeout = 5s,
             CancelToken cancel = {}) {
    connects.start(
        *NumericAddress::of(host, port), timeout, std::move(cancel),
        [this](const HttpResponse& response) {
          outcomes.push_back(response.end == HttpEnd::kAnswered ? "connected" : response.error);
          last = response.end;
        });
  }
  // As the client's thread does it, without an end of its own.
  void waitForAll() {
    while (!connects.descriptors().empty()) {
      for (pollfd& descriptor : connects.descriptors()) poll(&descriptor, 1, -1);
      connects.end(Clock::now());
    }
  }

  TcpConnects connects;
  std::vector<std::string> outcomes;
  HttpEnd last = HttpEnd::kNotSent;
};

TEST_F(TcpConnectsTest, OpensWhereSomebodyListens) {
  const test::TinyServer server([](const std::string&) { return std::string(); });
  start("127.0.0.1", server.port());
  waitForAll();
  EXPECT_THAT(outcomes, ElementsAre("connected"));
}

TEST_F(TcpConnectsTest, SaysWhyItDidNotOpen) {
  const test::ClosedPort closed;
  start("127.0.0.1", closed.port());
  start("::1", closed.port());
  waitForAll();
  EXPECT_THAT(outcomes, Contains("connection refused"));
  EXPECT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(last, HttpEnd::kFailed);
}

TEST_F(TcpConnectsTest, EndsAtItsOwnTimeoutAndNotAtThatOfAnother) {
  const test::SilentPort silent;
  const Clock::time_point now = Clock::now();
  start("127.0.0.1", silent.port(), 60s);
  start("127.0.0.1", silent.port(), 5s);
  start("127.0.0.1", silent.port(), 60s);
  connects.end(now);
  EXPECT_THAT(outcomes, IsEmpty());
  connects.end(now + 30s);
  EXPECT_THAT(outcomes, ElementsAre("timed out after 5s"));
  EXPECT_EQ(last, HttpEnd::kTimeout);
  connects.end(now + 90s);
  EXPECT_THAT(outcomes,
              ElementsAre("timed out after 5s", "timed out after 1m", "timed out after 1m"));
  EXPECT_THAT(connects.descriptors(), IsEmpty());
}

TEST_F(TcpConnectsTest, WaitsNoLongerThanUntilTheNextTimeout) {
  const test::SilentPort silent;
  EXPECT_EQ(connects.patience(Clock::now(), 60s), 60s);
  start("127.0.0.1", silent.port(), 5s);
  EXPECT_LE(connects.patience(Clock::now(), 60s), 5s);
  EXPECT_EQ(connects.patience(Clock::now(), 1s), 1s);
  EXPECT_EQ(connects.patience(Clock::now() + 10s, 60s), 0s);
}

TEST_F(TcpConnectsTest, EndsWhatIsCancelledAndNothingElse) {
  const test::SilentPort silent;
  CancelSource source;
  start("127.0.0.1", silent.port(), 60s, source.token());
  start("127.0.0.1", silent.port(), 60s);
  source.cancel();
  connects.end(Clock::now());
  EXPECT_THAT(outcomes, ElementsAre("cancelled"));
  EXPECT_EQ(last, HttpEnd::kCancelled);
  connects.cancelAll();
  EXPECT_THAT(outcomes, ElementsAre("cancelled", "cancelled"));
}

TEST(NumericAddressOf, IsNothingForWhatAResolverHasToBeAskedFor) {
  EXPECT_TRUE(NumericAddress::of("127.0.0.1", 80));
  EXPECT_TRUE(NumericAddress::of("::1", 80));
  EXPECT_TRUE(NumericAddress::of("::ffff:127.0.0.1", 80));
  for (const char* other : {"localhost", "127.1", "2130706433", "", "fe80::1%lo", "0x7f.0.0.1"}) {
    EXPECT_FALSE(NumericAddress::of(other, 80)) << other;
  }
}

}  // namespace
}  // namespace heald::io
