#include "checks/tcp.h"

#include "checks/check_fixture.h"
#include "support/tiny_server.h"

namespace heald::checks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct TcpCheck : CheckTest {
  CheckResult connect(int port) {
    return run(tcpKind(), "address: 127.0.0.1:" + std::to_string(port));
  }
};

TEST_F(TcpCheck, IsOkWhenThePortOpens) {
  const test::TinyServer server([](const std::string&) { return std::string(); });
  EXPECT_RESULT(connect(server.port()), CheckStatus::kOk, "connected");
}

TEST_F(TcpCheck, IsCriticalWhenNobodyListens) {
  const test::ClosedPort closed;
  EXPECT_RESULT(connect(closed.port()), CheckStatus::kCritical, "connection refused");
}

TEST_F(TcpCheck, IsUnknownWhenCancelled) {
  cancel.cancel();
  const test::ClosedPort closed;
  const auto result = connect(closed.port());
  EXPECT_TRUE(result.message == "cancelled" || result.message == "connection refused");
}

TEST(TcpCheckOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(tcpKind(), yaml).problems;
  };
  EXPECT_THAT(problems("{}"), ElementsAre(HasSubstr("address")));
  EXPECT_THAT(problems("address: localhost"), ElementsAre(HasSubstr("is not host:port")));
  EXPECT_THAT(problems("address: '::1:80'"), ElementsAre(HasSubstr("is not host:port")));
  EXPECT_THAT(problems("address: '[::1]:80'"), testing::IsEmpty());
}

}  // namespace
}  // namespace heald::checks
