#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

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

  // Entries of the history about credentials.
  nlohmann::json accesses() const {
    const auto answer = test::get(daemon_.controlPort(), "/api/history?kind=access");
    return nlohmann::json::parse(answer.body).at("entries");
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
  EXPECT_EQ(daemon_.metric("heald_http_auth_failures_total{reason=\"wrong\"}"), 1);
  EXPECT_EQ(daemon_.metric("heald_http_auth_failures_total{reason=\"missing\"}"), 1);
}

TEST_F(Security, WrongTokensAreInTheLogAndTheHistoryOnceAMinute) {
  for (int i = 0; i < 50; ++i) {
    expectRefused(dormant(json_ + "Authorization: Bearer guess-" + std::to_string(i) + "\r\n"), 401,
                  "unauthorized");
  }
  const auto reading = sendRaw(daemon_.controlPort(),
                               "GET /api/history HTTP/1.1\r\nHost: localhost\r\n"
                               "Authorization: Bearer guess-51\r\n\r\n");
  EXPECT_EQ(reading.status, 200) << "reading needs no token, and a guess is counted all the same";
  EXPECT_EQ(daemon_.metric("heald_http_auth_failures_total{reason=\"wrong\"}"), 51);
  daemon_.await("the history", [&] { return !accesses().empty(); });
  const auto entries = accesses();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].at("event"), "wrong_token");
  EXPECT_EQ(entries[0].at("actor"), "api from 127.0.0.1");
  EXPECT_EQ(entries[0].at("details").at("calls"), 1);
  daemon_.stop();  // which tells the rest
  const std::string log = daemon_.log();
  std::size_t lines = 0;
  for (auto at = log.find("wrong token"); at != std::string::npos;
       at = log.find("wrong token", at + 1)) {
    ++lines;
  }
  EXPECT_EQ(lines, 2u) << log;
  EXPECT_THAT(log, HasSubstr("calls=50"));
  EXPECT_FALSE(daemon_.logHas("guess-"));
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

// With a secret in its second line, as a careless command has it.
TEST(Output, OfAFailedCommandIsForWhoBringsTheTokenAndItsFirstLineInTheLog) {
  TestDaemon daemon({sickService("echo; echo cannot bind port 4080; echo password=hush; exit 1",
                                 kHundredTimesFaster)});
  daemon.start();
  daemon.dir().write("sick", "");
  daemon.await("a failure", [&] { return daemon.remedy("restart").at("failures") >= 1; });
  const auto status = [&](const std::string& credential) {
    return sendRaw(daemon.controlPort(),
                   "GET /api/status HTTP/1.1\r\nHost: localhost\r\n" + credential + "\r\n")
        .body;
  };
  const std::string shown = status("Authorization: Bearer " + daemon.token() + "\r\n");
  EXPECT_THAT(shown, HasSubstr("error: exit code 1: cannot bind port 4080"));
  EXPECT_THAT(shown, testing::Not(HasSubstr("hush")));
  EXPECT_THAT(status(""), testing::Not(HasSubstr("port 4080")));
  EXPECT_THAT(test::get(daemon.metricsPort(), "/").body + daemon.metrics(),
              testing::Not(HasSubstr("port 4080")));
  EXPECT_TRUE(daemon.logHas("output=\"cannot bind port 4080\""));
  EXPECT_FALSE(daemon.logHas("hush"));
}

TEST(Output, OfACheckThatCannotTellIsInTheLogOnce) {
  TestDaemon daemon(
      {"checks:\n  - name: gone\n    interval: 50ms\n    exec: {command: "
       "[/no/such/plugin]}\n"});
  daemon.start();
  awaitCheckRuns(daemon, "gone", 5);
  const std::string log = daemon.log();
  const auto first = log.find("check result unknown");
  ASSERT_NE(first, std::string::npos);
  EXPECT_THAT(log.substr(first), HasSubstr("/no/such/plugin"));
  EXPECT_EQ(log.find("check result unknown", first + 1), std::string::npos);
  daemon.await("the history", [&] {
    const auto told = test::get(daemon.controlPort(), "/api/history?kind=check").body;
    return told.find("/no/such/plugin") != std::string::npos;
  });
}

// Over its socket root needs no token; another user does, and has a way of their own to be limited.
class ControlSocket : public testing::Test {
 protected:
  ControlSocket()
      : daemon_({.config = "web: {control_socket: '@DIR@/control.sock'}\nchecks: []\n"}) {
    daemon_.start();
  }
  int healdctl(const std::string& arguments, const std::string& as = {}) const {
    const std::string command =
        as + HEALD_BINARY_DIR "/healdctl --url unix:" + daemon_.file("control.sock") + " " +
        arguments + " > " + daemon_.file("said") + " 2>&1";
    return std::system(command.c_str());
  }

  TestDaemon daemon_;
};

TEST_F(ControlSocket, OwnUserIsAnOperatorWithoutAToken) {
  EXPECT_EQ(healdctl("flag auto_healing off --reason test"), 0) << daemon_.read("said");
  EXPECT_EQ(daemon_.get("/api/flags/auto_healing").body.find("\"enabled\":true"),
            std::string::npos);
  daemon_.await("the history", [&] {
    return daemon_.get("/api/history").body.find("\"user ") != std::string::npos;
  });
}

TEST_F(ControlSocket, IsGoneWithHeald) {
  EXPECT_TRUE(std::filesystem::exists(daemon_.file("control.sock")));
  EXPECT_EQ(daemon_.stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(daemon_.file("control.sock")));
}

TEST_F(ControlSocket, WorksWhileAllConnectionsOfThePortAreTaken) {
  std::vector<std::unique_ptr<RawConnection>> held;
  for (int i = 0; i < 2'000; ++i) {
    held.push_back(std::make_unique<RawConnection>(daemon_.controlPort()));
    held.back()->send("GET /api/status HTTP/1.1\r\nHost: loc");
  }
  EXPECT_EQ(healdctl("flag auto_healing off --reason test"), 0) << daemon_.read("said");
  EXPECT_EQ(daemon_.get("/api/status").status, 200);
  EXPECT_EQ(test::get(daemon_.metricsPort(), "/-/healthy").status, 200);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon_.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

TEST(Refusals, AControlListenerForTheWholeWorldIsRefusedWithTheReason) {
  TestDaemon daemon({.config = "checks: []\n", .flags = {"--web.control-address=0.0.0.0:0"}});
  daemon.spawn();
  EXPECT_EQ(daemon.waitForExit(), 1);
  EXPECT_THAT(daemon.log(), HasSubstr("0.0.0.0:0\\\" is not a loopback address"));
  EXPECT_THAT(daemon.log(), HasSubstr("it needs TLS and credentials"));
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
