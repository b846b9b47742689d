#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "e2e/stories.h"

namespace heald::test {
namespace {

using testing::HasSubstr;

class Security : public testing::Test {
 protected:
  Security() : daemon_({sickService("exit 1", kHundredTimesFaster)}) { daemon_.start(); }

  // A request to enter dormant mode, with these headers.
  RawResponse dormant(const std::string& headers, const std::string& host = "localhost") const {
    const std::string body = R"({"reason": "a test"})";
    return sendRaw(daemon_.controlPort(),
                   "POST /api/governors/self-healing-main/dormant HTTP/1.1\r\nHost: " + host +
                       "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
                       "\r\n\r\n" + body);
  }
  std::string bearer() const { return "Authorization: Bearer " + daemon_.token() + "\r\n"; }
  void expectRefused(const RawResponse& answer, int status, const std::string& code) const {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(nlohmann::json::parse(answer.body).at("error").at("code"), code);
    EXPECT_FALSE(isDormant(daemon_));
  }

  const std::string json_ = "Content-Type: application/json\r\n";
  TestDaemon daemon_;
};

TEST_F(Security, WithoutATokenNothingCanBeChanged) {
  expectRefused(dormant(json_), 401, "unauthorized");
}

TEST_F(Security, TheWrongTokenIsRefusedAndCounted) {
  std::string wrong = daemon_.token();
  wrong.back() = wrong.back() == 'a' ? 'b' : 'a';
  expectRefused(dormant(json_ + "Authorization: Bearer " + wrong + "\r\n"), 401, "unauthorized");
  expectRefused(dormant(json_ + "Authorization: Bearer \r\n"), 401, "unauthorized");
  EXPECT_EQ(daemon_.metric("heald_http_auth_failures_total"), 2);
}

TEST_F(Security, AForeignHostNameIsRefusedEvenWithTheToken) {
  expectRefused(dormant(json_ + bearer(), "evil.example"), 403, "forbidden");
  EXPECT_EQ(sendRaw(daemon_.controlPort(), "GET /api/status HTTP/1.1\r\nHost: evil.example\r\n\r\n")
                .status,
            403);
}

TEST_F(Security, APageOfAnotherSiteIsRefusedEvenWithTheToken) {
  expectRefused(dormant(json_ + bearer() + "Origin: http://evil.example\r\n"), 403, "forbidden");
}

TEST_F(Security, ABodyThatIsNotJsonIsRefused) {
  expectRefused(dormant("Content-Type: text/plain\r\n" + bearer()), 415, "unsupported_media_type");
}

TEST_F(Security, TheTokenWorksAndItsFileIsTheOwnersAlone) {
  EXPECT_EQ(dormant(json_ + bearer()).status, 200);
  EXPECT_TRUE(isDormant(daemon_));
  struct stat status {};
  ASSERT_EQ(::stat(daemon_.file("control.token").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_GE(daemon_.token().size(), 32u);
}

TEST_F(Security, TheTokenIsTheSameAfterARestartAndInNoLog) {
  const std::string before = daemon_.token();
  dormant(json_ + bearer());
  daemon_.stop();
  EXPECT_FALSE(daemon_.logHas(before));
  daemon_.start();
  EXPECT_EQ(daemon_.token(), before);
}

TEST_F(Security, TheMetricsListenerChangesNothingAndServesNoApi) {
  EXPECT_EQ(test::get(daemon_.metricsPort(), "/api/status").status, 404);
  EXPECT_EQ(sendRaw(daemon_.metricsPort(),
                    "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
                .status,
            405);
}

TEST(Refusals, AControlListenerForTheWholeWorldIsRefusedWithTheReason) {
  TestDaemon daemon({.config = "checks: []\n", .flags = {"--web.control-address=0.0.0.0:0"}});
  daemon.spawn();
  EXPECT_EQ(daemon.waitForExit(), 1);
  EXPECT_THAT(daemon.log(), HasSubstr("0.0.0.0:0\\\" is not a loopback address"));
  EXPECT_THAT(daemon.log(), HasSubstr("authenticat"));
}

TEST(Refusals, AConfigurationWithMistakesIsRefusedWithThePlaceOfEach) {
  TestDaemon daemon(
      {"checks:\n"
       "  - name: a\n"
       "    intervall: 5s\n"
       "    env: {variable: X}\n"
       "  - name: b\n"
       "    timeout: 5 parsecs\n"
       "    tcp: {address: nowhere}\n"});
  daemon.spawn();
  EXPECT_EQ(daemon.waitForExit(), 1);
  const std::string file = daemon.file("heald.yml");
  EXPECT_THAT(daemon.log(), HasSubstr(file + ":4:5: checks[0].intervall: unknown key"));
  EXPECT_THAT(daemon.log(),
              HasSubstr(file + ":7:5: checks[1].timeout: \\\"5 parsecs\\\" is not a"));
  EXPECT_THAT(daemon.log(), HasSubstr(file + ":8:11: checks[1].tcp.address"));
}

TEST(Refusals, ACommandLineWithMistakesEndsWithTwo) {
  TestDaemon daemon({.config = "checks: []\n", .flags = {"--log.level=loud"}});
  daemon.spawn();
  EXPECT_EQ(daemon.waitForExit(), 2);
}

TEST(Refusals, APortThatIsTakenIsRefusedWithItsAddress) {
  TestDaemon first({"checks: []\n"});
  first.start();
  const std::string address = "127.0.0.1:" + std::to_string(first.metricsPort());
  TestDaemon second({.config = "checks: []\n", .flags = {"--web.metrics-address=" + address}});
  second.spawn();
  EXPECT_EQ(second.waitForExit(), 1);
  EXPECT_THAT(second.log(), HasSubstr(address));
}

}  // namespace
}  // namespace heald::test
