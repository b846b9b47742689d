#include "checks/ping.h"

#include "checks/check_fixture.h"

namespace heald::checks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

struct PingCheck : CheckTest {
  CheckResult ping(const std::string& yaml) { return run(pingKind(), yaml); }
};

TEST_F(PingCheck, CountsWhatComesBack) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    const CheckResult result = ping("{host: '" + std::string(host) + "', packets: 2}");
    EXPECT_EQ(result.status, CheckStatus::kOk) << result.message;
    EXPECT_THAT(result.message, MatchesRegex(".*: 0 of 2 packets lost, round trip [0-9.]+ ms"));
    ASSERT_EQ(result.measurements.size(), 2u);
    EXPECT_EQ(result.measurements[0], (core::Measurement{"loss_ratio", 0}));
    EXPECT_GT(result.measurements[1].value, 0);
    EXPECT_LT(result.measurements[1].value, 20);
  }
}

TEST_F(PingCheck, NamesTheAddressBehindAName) {
  EXPECT_RESULT(ping("{host: localhost, packets: 1}"), CheckStatus::kOk,
                MatchesRegex("localhost \\((127.0.0.1|::1)\\): 0 of 1 packets lost.*"));
}

TEST_F(PingCheck, HasALimitForTheRoundTrip) {
  EXPECT_RESULT(ping("{host: 127.0.0.1, packets: 1, round_trip: {critical: 1ns}}"),
                CheckStatus::kCritical, HasSubstr("(at most 1ns wanted)"));
}

// The kernel refuses to send to the broadcast address, so nothing leaves this machine.
TEST_F(PingCheck, IsCriticalWhenNothingComesBack) {
  timeout = 200ms;
  EXPECT_RESULT(ping("{host: 255.255.255.255, packets: 1}"), CheckStatus::kCritical,
                "255.255.255.255: 1 of 1 packets lost (at most 99% wanted)");
}

TEST_F(PingCheck, OfANameThatDoesNotExistIsCritical) {
  EXPECT_RESULT(ping("{host: no-such-host.invalid}"), CheckStatus::kCritical,
                HasSubstr("no-such-host.invalid: "));
}

TEST(PingCheckOptions, AreRefusedWithTheReason) {
  EXPECT_THAT(test::readKind(pingKind(), "host: 'a b'").problems,
              ElementsAre(HasSubstr("\"a b\" is not a host")));
  EXPECT_THAT(test::readKind(pingKind(), "{host: a, packets: 21}").problems,
              ElementsAre(HasSubstr("packets")));
}

}  // namespace
}  // namespace heald::checks
