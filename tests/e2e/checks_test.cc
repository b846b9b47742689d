#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "e2e/stories.h"
#include "support/tiny_server.h"

// Stories of whole checks and remedies over the wire and the file system.
namespace heald::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kSecret = "sk-this-is-the-key";

void awaitStatus(const TestDaemon& daemon, const std::string& check, const std::string& status) {
  daemon.await(check + " is " + status, [&] { return daemon.check(check).at("status") == status; });
}

std::string messageOf(const TestDaemon& daemon, const std::string& check) {
  return daemon.check(check).at("message").get<std::string>();
}

TEST(EnvCheck, AKeyFileThatGoesAndComesBackIsSeenAndItsValueIsNeverTold) {
  TestDaemon daemon({.config = R"(
checks:
  - name: file
    env: {file: '@DIR@/api-key'}
    interval: 50ms
  - name: variable
    env: {variable: API_KEY}
    interval: 50ms
)",
                     .environment = {{"API_KEY", kSecret}}});
  const std::string path = daemon.dir().write("api-key", std::string(kSecret) + "\n");
  daemon.start();
  awaitStatus(daemon, "file", "ok");
  awaitStatus(daemon, "variable", "ok");
  std::filesystem::remove(path);
  awaitStatus(daemon, "file", "critical");
  EXPECT_THAT(messageOf(daemon, "file"), HasSubstr(path));
  daemon.dir().write("api-key", " \n");
  daemon.await("blank", [&] { return messageOf(daemon, "file") == "file " + path + " is blank"; });
  daemon.dir().write("api-key", std::string(kSecret) + "\n");
  awaitStatus(daemon, "file", "ok");
  EXPECT_THAT(daemon.get("/api/status").body, Not(HasSubstr(kSecret)));
  EXPECT_THAT(daemon.get("/api/status?format=markdown").body, Not(HasSubstr(kSecret)));
  EXPECT_THAT(daemon.metrics(), Not(HasSubstr(kSecret)));
  EXPECT_EQ(daemon.stop(), 0);
  EXPECT_THAT(daemon.log(), Not(HasSubstr(kSecret)));
}

// A service over HTTP that is broken until somebody POSTs to /heal with the right token.
class HttpService {
 public:
  std::string answer(const std::string& request) {
    const bool trusted =
        request.find("Authorization: Bearer " + std::string(kSecret) + "\r\n") != request.npos;
    if (!trusted) return TinyServer::reply(401, "who are you?");
    if (request.starts_with("POST /heal ")) broken_ = false;
    if (request.starts_with("GET /moved ")) {
      return TinyServer::reply(302, "", "Location: /health\r\n");
    }
    if (request.starts_with("GET /health ") && broken_) return TinyServer::reply(503, "down");
    return TinyServer::reply(200, "all is well");
  }

 private:
  std::atomic<bool> broken_{true};
};

TEST(HttpCheck, ABrokenServiceIsHealedOverHttpWithItsToken) {
  HttpService service;
  TinyServer server([&](const std::string& request) { return service.answer(request); });
  TestDaemon daemon({R"(
checks:
  - name: service
    http: {url: ')" + server.url("/health") +
                     R"(', bearer_token_file: '@DIR@/token'}
    interval: 100ms
remedies:
  - name: heal
    when: {check: service}
    http: {url: ')" + server.url("/heal") +
                     R"(', bearer_token_file: '@DIR@/token'}
    verify: {after: 0}
)"});
  daemon.dir().write("token", kSecret);
  daemon.start();
  daemon.await("a success", [&] { return daemon.remedy("heal").at("successes") == 1; });
  awaitStatus(daemon, "service", "ok");
  EXPECT_EQ(daemon.remedy("heal").at("attempts"), 1);
  EXPECT_THAT(daemon.log(), HasSubstr("503"));
  EXPECT_THAT(daemon.log(), Not(HasSubstr(kSecret)));
}

TEST(HttpCheck, ARedirectIsNotFollowedAndABodyMustMatch) {
  HttpService service;
  TinyServer server([&](const std::string& request) { return service.answer(request); });
  const std::string with_token = "', bearer_token_file: '@DIR@/token'";
  TestDaemon daemon({R"(
detection: {interval: 200ms}
checks:
  - name: moved
    http: {url: ')" + server.url("/moved") +
                     with_token + R"(}
  - name: matching
    http: {url: ')" + server.url("/") +
                     with_token + R"(, expect_body: is well}
  - name: different
    http: {url: ')" + server.url("/") +
                     with_token + R"(, expect_body: is ill}
  - name: stranger
    http: {url: ')" + server.url("/") +
                     R"('}
)"});
  daemon.dir().write("token", kSecret);
  daemon.start();
  awaitStatus(daemon, "moved", "critical");
  EXPECT_THAT(messageOf(daemon, "moved"), HasSubstr("302"));
  awaitStatus(daemon, "matching", "ok");
  awaitStatus(daemon, "different", "critical");
  EXPECT_THAT(messageOf(daemon, "different"), HasSubstr("is ill"));
  awaitStatus(daemon, "stranger", "critical");
  EXPECT_THAT(messageOf(daemon, "stranger"), HasSubstr("401"));
  for (const std::string& request : server.requests()) {
    EXPECT_THAT(request, Not(StartsWith("GET /health "))) << "a redirect was followed";
  }
}

TEST(HttpRemedy, UnauthorizedOpensTheBreakerForGoodAtOnce) {
  TinyServer server([](const std::string&) { return TinyServer::reply(401, "Unauthorized"); });
  TestDaemon daemon({R"(
checks:
  - name: service
    exec: {command: [/bin/false], nonzero_is_critical: true}
    interval: 100ms
remedies:
  - name: heal
    when: {check: service}
    http: {url: ')" + server.url("/heal") +
                     R"('}
    verify: {after: 0}
)"});
  daemon.start();
  daemon.await("dormant", [&] { return isDormant(daemon); });
  EXPECT_EQ(daemon.governor("heal").at("state"), "PERMANENT_OPEN");
  EXPECT_EQ(server.requests().size(), 1u);
}

}  // namespace
}  // namespace heald::test
