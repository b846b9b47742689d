#include "checks/http.h"

#include "checks/check_fixture.h"
#include "support/temp_dir.h"
#include "support/tiny_server.h"

namespace heald::checks {
namespace {

using test::TinyServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TinyServer::Answer always(std::string reply) {
  return [reply](const std::string&) { return reply; };
}

struct HttpCheck : CheckTest {
  CheckResult check(const TinyServer& server, const std::string& more = "") {
    return run(httpKind(), "{url: '" + server.url() + "'" + more + "}");
  }
};

TEST_F(HttpCheck, IsOkOnAny2xx) {
  const TinyServer server(always(TinyServer::reply(204, "")));
  EXPECT_RESULT(check(server), CheckStatus::kOk, "status 204");
}

TEST_F(HttpCheck, IsCriticalOnAnotherStatus) {
  const TinyServer server(always(TinyServer::reply(503, "")));
  EXPECT_RESULT(check(server), CheckStatus::kCritical, "status 503 (expected 2xx)");
  EXPECT_RESULT(check(server, ", expect_status: [200]"), CheckStatus::kCritical,
                "status 503 (expected 200)");
  EXPECT_RESULT(check(server, ", expect_status: [200, 204]"), CheckStatus::kCritical,
                "status 503 (expected 200 or 204)");
  EXPECT_RESULT(check(server, ", expect_status: [503]"), CheckStatus::kOk, "status 503");
}

TEST_F(HttpCheck, LooksForTextInTheBody) {
  const TinyServer server(always(TinyServer::reply(200, "{\"status\": \"ok\"}")));
  EXPECT_RESULT(check(server, ", expect_body: '\"ok\"'"), CheckStatus::kOk, "status 200");
  EXPECT_RESULT(check(server, ", expect_body: ready"), CheckStatus::kCritical,
                "status 200, but the body does not contain 'ready'");
}

TEST_F(HttpCheck, IsCriticalWithoutConnectionOrAnswer) {
  const test::ClosedPort closed;
  EXPECT_RESULT(run(httpKind(), "url: http://127.0.0.1:" + std::to_string(closed.port())),
                CheckStatus::kCritical, "connection refused");
  const TinyServer silent(always(""));
  timeout = 150ms;
  EXPECT_RESULT(check(silent), CheckStatus::kCritical, "timed out after 150ms");
}

TEST_F(HttpCheck, IsCriticalOnAHeaderLineWithoutEnd) {
  const TinyServer endless(always("HTTP/1.1 200 OK\r\nX-Endless: " + std::string(1 << 20, 'x')));
  EXPECT_RESULT(check(endless), CheckStatus::kCritical,
                "a line of the answer's head has more than 100 KiB");
}

TEST_F(HttpCheck, SendsNothingOfItsOwnToAnotherHost) {
  const TinyServer other(always(TinyServer::reply(200, "")));
  const TinyServer first(always(TinyServer::reply(302, "", "Location: " + other.url() + "\r\n")));
  const test::TempDir dir;
  dir.write("token", "hush-bearer");
  EXPECT_RESULT(check(first,
                      ", follow_redirects: true, headers: {X-Api-Key: hush-key}, "
                      "bearer_token_file: " +
                          dir.file("token")),
                CheckStatus::kOk, "status 200");
  EXPECT_NE(first.lastRequest().find("hush-key"), std::string::npos);
  EXPECT_NE(first.lastRequest().find("hush-bearer"), std::string::npos);
  EXPECT_EQ(other.lastRequest().find("hush"), std::string::npos);
}

TEST_F(HttpCheck, IsUnknownWhenCancelled) {
  const TinyServer silent(always(""));
  cancel.cancel();
  EXPECT_RESULT(check(silent), CheckStatus::kUnknown, "cancelled");
}

TEST_F(HttpCheck, SendsMethodAndHeaders) {
  const TinyServer server(always(TinyServer::reply(200, "")));
  EXPECT_RESULT(check(server, ", method: POST, headers: {X-Key: v}"), CheckStatus::kOk,
                "status 200");
  EXPECT_THAT(server.lastRequest(), StartsWith("POST / "));
  EXPECT_THAT(server.lastRequest(), HasSubstr("X-Key: v\r\n"));
}

TEST_F(HttpCheck, FollowsRedirectsWhenAsked) {
  const TinyServer server([](const std::string& request) {
    return request.starts_with("GET /new ") ? TinyServer::reply(200, "")
                                            : TinyServer::reply(301, "", "Location: /new\r\n");
  });
  EXPECT_RESULT(check(server), CheckStatus::kCritical, "status 301 (expected 2xx)");
  EXPECT_RESULT(check(server, ", follow_redirects: true"), CheckStatus::kOk, "status 200");
}

TEST_F(HttpCheck, SendsATokenThatIsReadEachTimeAndNeverShown) {
  const test::TempDir dir;
  const TinyServer server(always(TinyServer::reply(200, "")));
  const std::string more = ", bearer_token_file: " + dir.write("token", "one\n");
  check(server, more);
  EXPECT_THAT(server.lastRequest(), HasSubstr("Authorization: Bearer one\r\n"));
  dir.write("token", "two");
  check(server, more);
  EXPECT_THAT(server.lastRequest(), HasSubstr("Authorization: Bearer two\r\n"));
  dir.write("token", "hush\r\nX-Evil: 1");
  EXPECT_RESULT(check(server, more), CheckStatus::kUnknown,
                testing::AllOf(HasSubstr("more than one line"), Not(HasSubstr("hush"))));
  EXPECT_RESULT(check(server, ", bearer_token_file: /nowhere/token"), CheckStatus::kUnknown,
                "bearer_token_file: /nowhere/token: No such file or directory");
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(HttpCheck, SendsHeadersAndBodyOfFiles) {
  const test::TempDir dir;
  const TinyServer server(always(TinyServer::reply(200, "")));
  const std::string more = ", method: POST, headers_file: " + dir.write("headers", "X-Key: k\n") +
                           ", body_file: " + dir.write("body", "{}");
  EXPECT_RESULT(check(server, more), CheckStatus::kOk, "status 200");
  EXPECT_THAT(server.lastRequest(), HasSubstr("X-Key: k\r\n"));
  EXPECT_THAT(server.lastRequest(), testing::EndsWith("\r\n\r\n{}"));
  std::remove(dir.file("body").c_str());
  EXPECT_RESULT(check(server, more), CheckStatus::kUnknown,
                "body_file: " + dir.file("body") + ": No such file or directory");
}

TEST(HttpCheckOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(httpKind(), yaml).problems;
  };
  EXPECT_THAT(problems("method: GET"), ElementsAre(HasSubstr("url")));
  EXPECT_THAT(problems("url: ftp://x/"), ElementsAre(HasSubstr("must begin with http://")));
  EXPECT_THAT(problems("url: http://user:hush@x/"), ElementsAre(HasSubstr("user or password")));
  EXPECT_THAT(problems("{url: 'http://x/', method: BREW}"), ElementsAre(HasSubstr("method")));
  EXPECT_THAT(problems("{url: 'http://x/', expect_status: [99]}"),
              ElementsAre(HasSubstr("expect_status")));
  EXPECT_THAT(problems("{url: 'http://x/', headers: {'A B': c}}"),
              ElementsAre(HasSubstr("is not a header name")));
  EXPECT_THAT(problems("{url: 'http://x/', body: a}"),
              ElementsAre(HasSubstr("body: is not sent with GET (example: method: POST)")));
  EXPECT_THAT(problems("{url: 'http://x/', method: PUT, body: a, body_file: /b}"),
              ElementsAre(HasSubstr("body_file: stands beside body")));
  EXPECT_THAT(problems("{url: 'http://x/', bearer_token_file: /t, basic_auth: {username: a, "
                       "password_file: /p}}"),
              ElementsAre(HasSubstr("basic_auth: makes an Authorization header, as "
                                    "bearer_token_file does (give it one of them)")));
  EXPECT_THAT(problems("{url: 'http://x/', headers: {authorization: a}, authorization: "
                       "{credentials_file: /c}}"),
              ElementsAre(HasSubstr("as headers does")));
  EXPECT_THAT(problems("{url: 'http://x/', basic_auth: {username: 'a:b'}}"),
              testing::UnorderedElementsAre(HasSubstr("username"), HasSubstr("password_file")));
  EXPECT_THAT(problems("{url: 'https://x/', tls_config: {cert_file: /c}}"),
              ElementsAre(HasSubstr("tls_config.cert_file: is half of a pair")));
  EXPECT_THAT(problems("{url: 'https://x/', tls_config: {key_file: /k}}"),
              ElementsAre(HasSubstr("tls_config.key_file: is half of a pair")));
  EXPECT_THAT(problems("{url: 'https://x/', ca_file: /a, tls_config: {ca_file: /b}}"),
              ElementsAre(HasSubstr("ca_file: stands in tls_config as well")));
  EXPECT_THAT(problems("{url: 'https://x/', follow_redirects: true, tls_config: {server_name: y}}"),
              ElementsAre(HasSubstr("follow_redirects: cannot be with")));
  EXPECT_THAT(problems("{url: 'https://x/', follow_redirects: true, keep_alive: true}"),
              ElementsAre(HasSubstr("keep_alive: stands beside follow_redirects")));
  EXPECT_THAT(problems("{url: 'https://x/', tls_config: {server_name: 'y z'}}"),
              ElementsAre(HasSubstr("is not the name of a server")));
  EXPECT_THAT(problems("{url: 'http://x/', insecure_skip_verify: true}"),
              ElementsAre(HasSubstr("insecure_skip_verify")));
}

}  // namespace
}  // namespace heald::checks
