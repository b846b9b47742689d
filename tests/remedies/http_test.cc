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

TEST_F(HttpRemedy, FillsAttemptTimeAndLabelsIntoItsBodySoThatARestartOfARolloutIsANewOne) {
  const TinyServer server(always(TinyServer::reply(200, "")));
  labels = {{"pod", R"(a"}, "x": "\)"}};
  const auto result =
      call(server,
           R"(, method: PATCH, headers: {Content-Type: application/strategic-merge-patch+json},
         body: '{"n": {{attempt}}, "at": "{{ now }}", "pod": "{{pod}}"}')");
  EXPECT_EQ(result.outcome, ActionOutcome::kOk) << result.text;
  EXPECT_THAT(server.lastRequest(), StartsWith("PATCH /warm HTTP/1.1\r\n"));
  EXPECT_THAT(
      server.lastRequest(),
      EndsWith(R"({"n": 3, "at": "2026-11-29T07:00:00.000Z", "pod": "a\"}, \"x\": \"\\"})"));
}

TEST_F(HttpRemedy, ALabelInItsAddressStaysOneSegmentAndOneParameter) {
  const TinyServer server(always(TinyServer::reply(200, "")));
  labels = {{"pod", "a/../b?c&d #é"}};
  const std::string yaml = "url: '" + server.url("/pods/{{pod}}?of={{pod}}&n={{attempt}}") + "'";
  EXPECT_EQ(run(httpKind(), yaml).outcome, ActionOutcome::kOk);
  EXPECT_THAT(server.lastRequest(),
              StartsWith("POST /pods/a%2F..%2Fb%3Fc%26d%20%23%C3%A9?of=a%2F..%2Fb%3Fc%26d%20%23%C3%"
                         "A9&n=3 HTTP/1.1\r\n"));
}

TEST_F(HttpRemedy, ALabelThatWouldLeadToAnotherPathOrIsMissingIsNotSent) {
  const TinyServer server(always(TinyServer::reply(200, "")));
  const std::string yaml = "url: '" + server.url("/pods/{{pod}}/restart") + "'";
  for (const char* value : {"..", ".", "", "-x"}) {
    labels = {{"pod", value}};
    const auto result = run(httpKind(), yaml);
    EXPECT_EQ(result.outcome, ActionOutcome::kFailed);
    EXPECT_EQ(result.text, "label \"pod\" is missing or cannot stand there: nothing was sent");
  }
  labels = {};
  EXPECT_EQ(run(httpKind(), yaml).outcome, ActionOutcome::kFailed);
  EXPECT_EQ(server.lastRequest(), "");
}

TEST_F(HttpRemedy, AFormIsPercentEncodedAndAPlainTextIsAsItIs) {
  const TinyServer server(always(TinyServer::reply(200, "")));
  labels = {{"pod", "a&b=\"c"}};
  call(server,
       ", headers: {content-type: application/x-www-form-urlencoded; charset=utf-8}, "
       "body: 'pod={{pod}}'");
  EXPECT_THAT(server.lastRequest(), EndsWith("\r\n\r\npod=a%26b%3D%22c"));
  call(server, ", body: 'pod={{pod}}, docker {{.State}}'");
  EXPECT_THAT(server.lastRequest(), EndsWith("\r\n\r\npod=a&b=\"c, docker {{.State}}"));
}

TEST_F(HttpRemedy, TellsTheLabelsThatItTakes) {
  const auto remedy =
      read(httpKind(), "{url: 'http://x/{{job}}/{{now}}', body: '{{attempt}} {{ pod }}'}");
  EXPECT_THAT(remedy->labels(), ElementsAre("job", "pod"));
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
  EXPECT_THAT(problems("url: 'http://{{instance}}/restart'"),
              ElementsAre(HasSubstr("takes its host from {{instance}}")));
  EXPECT_THAT(problems("url: 'http://x:{{port}}?{{now}}'"),
              ElementsAre(HasSubstr("takes its host from {{port}}")));
  EXPECT_THAT(problems("url: 'ftp://x/{{port}}'"), ElementsAre(HasSubstr("url")));
}

TEST(HttpRemedyOptions, ABodyIsRefusedWhereNobodyCouldEscapeIt) {
  const auto problems = [](const std::string& body, const std::string& type) {
    return test::readKind(httpKind(),
                          "{url: 'http://x/', body: '" + body + "'" +
                              (type.empty() ? "" : ", headers: {Content-Type: " + type + "}") + "}")
        .problems;
  };
  EXPECT_THAT(problems("<a>{{pod}}</a>", "application/xml"),
              ElementsAre(HasSubstr("heald can escape in a body of JSON, a form or text/plain")));
  EXPECT_THAT(problems("<a/>", "application/xml"), testing::IsEmpty());
  EXPECT_THAT(problems("{\"a\": {{pod}}}", ""), ElementsAre(HasSubstr("outside of a string")));
  EXPECT_THAT(problems("{\"a\": {{attempt}}}", ""), testing::IsEmpty());
  EXPECT_THAT(problems("a: \"{{pod}}\"", "application/apply-patch+yaml"),
              ElementsAre(HasSubstr("is no JSON")));
  EXPECT_THAT(problems("{\"a\": \"\\{{pod}}\"}", "application/json"),
              ElementsAre(HasSubstr("is no JSON")));
  EXPECT_THAT(problems("{\"a\": \"{{pod}}\"", ""), ElementsAre(HasSubstr("is no JSON")));
  EXPECT_THAT(problems("{\"a\": \"\\u000{{attempt}}\"}", ""), testing::IsEmpty());
}

}  // namespace
}  // namespace heald::remedies
