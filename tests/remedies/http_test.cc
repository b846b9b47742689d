#include "remedies/http.h"

#include "remedies/remedy_fixture.h"
#include "support/temp_dir.h"
#include "support/tiny_server.h"

namespace heald::remedies {
namespace {

using test::TinyServer;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TinyServer::Answer always(std::string reply) {
  return [reply](const std::string&) { return reply; };
}

struct HttpRemedy : RemedyTest {
  ActionResult call(const TinyServer& server, const std::string& more = "") {
    return run(httpKind(), "{url: '" + server.url("/warm") + "'" + more + "}");
  }
};

TEST_F(HttpRemedy, PostsAndTellsWhy) {
  const TinyServer server(always(TinyServer::reply(200, "warm")));
  reason = "down\r\nX-Evil: 1";
  const auto result = call(server, ", headers: {X-Key: v}, body: '{}'");
  EXPECT_EQ(result.outcome, ActionOutcome::kOk);
  EXPECT_EQ(result.text, "status 200");
  EXPECT_EQ(result.output, "warm");
  const std::string sent = server.lastRequest();
  EXPECT_THAT(sent, StartsWith("POST /warm HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("X-Key: v\r\n"));
  EXPECT_THAT(sent, HasSubstr("X-Heald-Check: gateway\r\nX-Heald-Remedy: restart\r\n"
                              "X-Heald-Attempt: 3\r\nX-Heald-Reason: down  X-Evil: 1\r\n"));
  EXPECT_THAT(sent, EndsWith("\r\n\r\n{}"));
}

TEST_F(HttpRemedy, AHeaderOfTheConfigurationTakesNoPlaceOfHealdsOwn) {
  const TinyServer server(always(TinyServer::reply(200, "")));
  call(server, ", headers: {x-heald-check: mine, X-Key: v}");
  const std::string sent = server.lastRequest();
  EXPECT_THAT(sent, HasSubstr("X-Heald-Check: gateway\r\n"));
  EXPECT_THAT(sent, Not(HasSubstr("mine")));
}

TEST_F(HttpRemedy, FailsOnAnotherStatusAndKeepsTheBody) {
  const TinyServer server(always(TinyServer::reply(401, "Unauthorized")));
  const auto result = call(server);
  EXPECT_EQ(result.outcome, ActionOutcome::kFailed);
  EXPECT_EQ(result.text, "status 401 (expected 2xx)");
  EXPECT_EQ(result.output, "Unauthorized");
  EXPECT_EQ(call(server, ", expect_status: [401]").outcome, ActionOutcome::kOk);
}

TEST_F(HttpRemedy, SendsWhatItsFilesHoldAndFailsWithoutThem) {
  const test::TempDir dir;
  const TinyServer server(always(TinyServer::reply(200, "")));
  const std::string more =
      ", body_file: " + dir.write("body", "{\"a\": 1}") +
      ", basic_auth: {username: heald, password_file: " + dir.write("password", "hush\n") + "}";
  EXPECT_EQ(call(server, more).outcome, ActionOutcome::kOk);
  EXPECT_THAT(server.lastRequest(), HasSubstr("Authorization: Basic aGVhbGQ6aHVzaA==\r\n"));
  EXPECT_THAT(server.lastRequest(), EndsWith("\r\n\r\n{\"a\": 1}"));
  std::remove(dir.file("password").c_str());
  const auto failed = call(server, more);
  EXPECT_EQ(failed.outcome, ActionOutcome::kFailed);
  EXPECT_EQ(failed.text, "password_file: " + dir.file("password") + ": No such file or directory");
}

TEST_F(HttpRemedy, FailsWithoutConnection) {
  const test::ClosedPort closed;
  const auto result = run(httpKind(), "url: http://127.0.0.1:" + std::to_string(closed.port()));
  EXPECT_EQ(result.outcome, ActionOutcome::kFailed);
  EXPECT_EQ(result.text, "connection refused");
}

TEST_F(HttpRemedy, TimesOutAndIsCancelled) {
  const TinyServer silent(always(""));
  EXPECT_EQ(call(silent, ", timeout: 150ms").outcome, ActionOutcome::kTimeout);
  cancel.cancel();
  EXPECT_EQ(call(silent).outcome, ActionOutcome::kCancelled);
}

TEST_F(HttpRemedy, SendsItsToken) {
  const test::TempDir dir;
  const TinyServer server(always(TinyServer::reply(200, "")));
  call(server, ", method: PUT, bearer_token_file: " + dir.write("token", "key\n"));
  EXPECT_THAT(server.lastRequest(), StartsWith("PUT "));
  EXPECT_THAT(server.lastRequest(), HasSubstr("Authorization: Bearer key\r\n"));
}

TEST_F(HttpRemedy, HasATimeoutWithoutBeingAsked) {
  EXPECT_EQ(read(httpKind(), "url: http://x/")->timeout(), 30s);
  EXPECT_EQ(read(httpKind(), "{url: 'http://x/', timeout: 5s}")->timeout(), 5s);
}

TEST(HttpRemedyOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(httpKind(), yaml).problems;
  };
  EXPECT_THAT(problems("body: x"), ElementsAre(HasSubstr("url")));
  EXPECT_THAT(problems("url: file:///x"), ElementsAre(HasSubstr("url")));
  EXPECT_THAT(problems("{url: 'http://x/', headers: {A: \"b\\nc\"}}"),
              ElementsAre(HasSubstr("has a control character")));
}

}  // namespace
}  // namespace heald::remedies
