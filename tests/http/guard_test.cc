#include "http/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/base64.h"

namespace heald::http {
namespace {

using testing::HasSubstr;
using Field = Headers::Field;

constexpr const char* kToken = "0123456789abcdef0123456789abcdef";

GuardPolicy policy() {
  GuardPolicy result;
  result.allowed_hosts = {"heald.example"};
  result.token = kToken;
  result.token_file = "/var/lib/heald/control.token";
  result.body_limit = 100;
  return result;
}

std::optional<Response> access(const Guard& guard, const Request& request, Access access) {
  return guard.checkAccess(request, guard.identify(request), access);
}

int statusOf(const std::optional<Response>& refusal) {
  return refusal ? refusal->status : 0;
}

Request withHeaders(std::initializer_list<Field> headers) {
  Request request;
  request.method = "POST";
  request.path = "/api/dormant";
  request.headers = Headers(headers);
  return request;
}

int checkRequest(std::initializer_list<Field> headers) {
  return statusOf(Guard(policy()).checkRequest(withHeaders(headers)));
}

// A changing call with the right token and these headers besides.
int checkChange(std::initializer_list<Field> headers) {
  Request request = withHeaders(headers);
  request.headers.add("Authorization", std::string("Bearer ") + kToken);
  return statusOf(access(Guard(policy()), request, Access::kOperate));
}

std::optional<Response> checkToken(const Guard& guard, const std::string& authorization) {
  return access(guard, withHeaders({{"Authorization", authorization}}), Access::kOperate);
}

TEST(Guard, KnowsOperatorsByTheKernelsWordForAUnixSocket) {
  GuardPolicy own = policy();
  own.operators = {0, 33};
  const Guard guard(own);
  const auto ask = [&](bool unix_socket, std::optional<uid_t> uid, const std::string& token = {}) {
    Request request = withHeaders({});
    if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
    request.caller.unix_socket = unix_socket;
    request.caller.uid = uid;
    return statusOf(access(guard, request, Access::kAdmin));
  };
  EXPECT_EQ(ask(true, 0), 0);
  EXPECT_EQ(ask(true, 33), 0);
  EXPECT_EQ(ask(true, 34), 401);
  EXPECT_EQ(ask(true, std::nullopt), 401);
  EXPECT_EQ(ask(false, 0), 401) << "over loopback the owner of a socket may not be who uses it";
  EXPECT_EQ(ask(true, 34, kToken), 0);
  EXPECT_EQ(ask(true, 0, "a wrong one"), 401) << "whoever shows a token is judged by it";
}

TEST(Guard, AUserOfTheWebConfigurationIsAsGoodAsTheToken) {
  const Guard guard(policy());
  Request request = withHeaders({});
  request.caller.user = "ops";
  EXPECT_EQ(statusOf(access(guard, request, Access::kAdmin)), 0);
  EXPECT_EQ(toString(guard.identify(request)), "web user ops");
  request.caller.still = [] { return false; };
  EXPECT_FALSE(guard.identify(request).grant) << "taken out of the file meanwhile";
  request.caller.still = nullptr;
  request.headers.add("Authorization", "Bearer a wrong one");
  EXPECT_EQ(statusOf(access(guard, request, Access::kOperate)), 401);
}

TEST(Guard, WhomTheGateLetInForTheirTokenNeedsItForReadingToo) {
  const Guard guard(policy());
  for (const Access needed : {Access::kOpen, Access::kRead}) {
    const auto ask = [&](const std::string& token) {
      Request request = withHeaders({{"Authorization", "Bearer " + token}});
      request.caller.needs_credential = true;
      return statusOf(access(guard, request, needed));
    };
    EXPECT_EQ(ask("a wrong one"), 401);
    EXPECT_EQ(ask(kToken), 0);
  }
}

TEST(Guard, ReadingOverTheUnixSocketNeedsNoToken) {
  GuardPolicy open = policy();
  open.token_for_reads = true;
  const Guard guard(open);
  Request request = withHeaders({});
  EXPECT_EQ(statusOf(access(guard, request, Access::kRead)), 401);
  request.caller.unix_socket = true;
  EXPECT_EQ(statusOf(access(guard, request, Access::kRead)), 0);
}

TEST(Guard, AnswersToItsOwnNamesOnly) {
  for (const char* good : {"localhost", "localhost:3001", "LOCALHOST", "127.0.0.1:9", "[::1]:3001",
                           "heald.example", "heald.example:80"}) {
    EXPECT_EQ(checkRequest({{"Host", good}}), 0) << good;
  }
  for (const char* evil : {"evil.com", "localhost.evil.com", "127.0.0.1.evil.com", "evil.com:3001",
                           "localhost.", "169.254.169.254", "0.0.0.0", "2130706433"}) {
    EXPECT_EQ(checkRequest({{"Host", evil}}), 403) << evil;
  }
  for (const char* bad : {"", "localhost:80@evil.com", "localhost evil.com", "localhost:x"}) {
    EXPECT_EQ(checkRequest({{"Host", bad}}), 400) << bad;
  }
}

TEST(Guard, NamesTheSettingThatAllowsAHost) {
  const auto refusal = Guard(policy()).checkRequest(withHeaders({{"Host", "evil.com"}}));
  EXPECT_THAT(refusal->body, HasSubstr("evil.com"));
  EXPECT_THAT(refusal->body, HasSubstr("web.allowed_hosts"));
}

TEST(Guard, NeedsExactlyOneHost) {
  EXPECT_EQ(checkRequest({}), 400);
  EXPECT_EQ(checkRequest({{"Host", "localhost"}, {"host", "evil.com"}}), 400);
}

TEST(Guard, AsksNoHostOfAListenerThatProtectsNothing) {
  GuardPolicy open = policy();
  open.check_host = false;
  const Guard guard(open);
  EXPECT_EQ(statusOf(guard.checkRequest(withHeaders({{"Host", "10.0.0.7:9469"}}))), 0);
  EXPECT_EQ(statusOf(guard.checkRequest(withHeaders({}))), 0);
}

TEST(Guard, RefusesTwoWaysToReadOneBody) {
  const Field host{"Host", "localhost"};
  EXPECT_EQ(checkRequest({host, {"Content-Length", "3"}, {"Transfer-Encoding", "chunked"}}), 400);
  EXPECT_EQ(checkRequest({host, {"Content-Length", "3"}, {"Content-Length", "3"}}), 400);
  EXPECT_EQ(checkRequest({host, {"Transfer-Encoding", "chunked"}}), 411);
  for (const char* bad : {"", "-1", "+3", "3 ", "0x3", "3,3", "3.0", "99999999999999999999"}) {
    EXPECT_EQ(checkRequest({host, {"Content-Length", bad}}), 400) << bad;
  }
}

TEST(Guard, RefusesATargetThatIsNoPath) {
  for (const char* target : {"http://localhost/api/status", "*", "", "localhost:80"}) {
    Request request = withHeaders({{"Host", "localhost"}});
    request.path = target;
    EXPECT_EQ(statusOf(Guard(policy()).checkRequest(request)), 400) << target;
  }
}

TEST(Guard, RefusesMoreHeadersThanItCanSee) {
  Request request = withHeaders({{"Host", "localhost"}});
  for (int i = 0; i < 63; ++i) request.headers.add("X", "y");
  EXPECT_EQ(statusOf(Guard(policy()).checkRequest(request)), 431);
}

TEST(Guard, NeedsTheTokenForAChange) {
  const Guard guard(policy());
  const std::string token = kToken;
  EXPECT_FALSE(checkToken(guard, "Bearer " + token));
  EXPECT_FALSE(checkToken(guard, "bearer " + token));
  for (const std::string& wrong :
       {std::string(), std::string("Bearer "), "Basic " + token, token, "Bearer " + token + "0",
        "Bearer " + token.substr(1), "Bearer  " + token, std::string("Bearer")}) {
    EXPECT_EQ(statusOf(checkToken(guard, wrong)), 401) << wrong;
  }
}

TEST(Guard, SaysWhereTheTokenIsButNotWhatItIs) {
  const Guard guard(policy());
  const auto refusal = checkToken(guard, "Bearer guess");
  EXPECT_THAT(refusal->body, HasSubstr("/var/lib/heald/control.token"));
  EXPECT_THAT(refusal->body, testing::Not(HasSubstr(kToken)));
  EXPECT_THAT(refusal->body, testing::Not(HasSubstr("guess")));
  EXPECT_TRUE(refusal->headers.get("WWW-Authenticate"));
}

TEST(Guard, TellsAWrongTokenFromAMissingOne) {
  const Guard guard(policy());
  const auto faultOf = [&](const std::string& credential, Access access) {
    Request request;
    if (!credential.empty()) request.headers.add("Authorization", credential);
    const auto fault = guard.authFault(request, guard.identify(request), access);
    return fault ? std::string(toString(*fault)) : "none";
  };
  const std::string right = std::string("Bearer ") + kToken;
  EXPECT_EQ(faultOf("Bearer x", Access::kOperate), "wrong");
  EXPECT_EQ(faultOf("Bearer x", Access::kRead), "wrong") << "a guess that nothing refuses";
  EXPECT_EQ(faultOf("", Access::kOperate), "missing");
  EXPECT_EQ(faultOf("Basic eDp5", Access::kOperate), "missing");
  EXPECT_EQ(faultOf("", Access::kRead), "none");
  EXPECT_EQ(faultOf("Basic eDp5", Access::kRead), "none") << "of a proxy in front of heald";
  EXPECT_EQ(faultOf(right, Access::kOperate), "none");
  EXPECT_EQ(faultOf(right, Access::kRead), "none");
}

TEST(Guard, TakesTheTokenOfAClientOfFleetLockAsItSendsIt) {
  const auto asked = [](std::initializer_list<Field> headers) {
    Request request = withHeaders(headers);
    request.headers.add("Content-Length", "10");
    return statusOf(access(Guard(policy()), request, Access::kOperate));
  };
  const std::string pair = "node-17:" + std::string(kToken);
  const std::string basic = "Basic " + io::toBase64(pair);
  EXPECT_EQ(asked({{"Authorization", basic}, {"fleet-lock-protocol", "true"}}), 0)
      << "without a type of its body too";
  EXPECT_EQ(asked({{"Authorization", basic}, {"Content-Type", "application/json"}}), 401);
  EXPECT_EQ(asked({{"Authorization", "Basic eDp5"}, {"fleet-lock-protocol", "true"}}), 401);
  EXPECT_EQ(asked({{"Authorization", basic},
                   {"fleet-lock-protocol", "true"},
                   {"Content-Type", "text/plain"}}),
            415);
  EXPECT_EQ(asked({{"Authorization", std::string("Bearer ") + kToken}}), 415);
}

TEST(Guard, LetsNobodyChangeAnythingWithoutAConfiguredToken) {
  GuardPolicy none = policy();
  none.token.clear();
  EXPECT_EQ(statusOf(checkToken(Guard(none), "Bearer ")), 401);
}

TEST(Guard, LeavesReadsOpenUnlessToldOtherwise) {
  Request read = withHeaders({{"Content-Type", "text/plain"}});
  read.method = "GET";
  EXPECT_FALSE(access(Guard(policy()), read, Access::kRead));
  GuardPolicy closed = policy();
  closed.token_for_reads = true;
  EXPECT_EQ(statusOf(access(Guard(closed), read, Access::kRead)), 401);
  EXPECT_FALSE(access(Guard(closed), read, Access::kOpen));
  read.caller.unix_socket = true;
  EXPECT_FALSE(access(Guard(closed), read, Access::kRead)) << "whoever is there is of this host";
}

TEST(Guard, RefusesReadingAndStreamsToAnotherSitesPage) {
  const auto read = [](const Headers& headers) {
    Request request;
    request.method = "GET";
    request.path = "/api/events";
    request.headers = headers;
    return statusOf(access(Guard(policy()), request, Access::kRead));
  };
  EXPECT_EQ(read({}), 0) << "curl";
  EXPECT_EQ(read({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Mode", "cors"}}), 0);
  EXPECT_EQ(read({{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Mode", "navigate"}}), 0);
  EXPECT_EQ(read({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}), 0)
      << "a link in a message";
  EXPECT_EQ(read({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}}), 403);
  EXPECT_EQ(read({{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Mode", "no-cors"}}), 403)
      << "another port of localhost";
  EXPECT_EQ(read({{"Origin", "http://evil.com"}, {"Sec-Fetch-Site", "cross-site"}}), 403);
  EXPECT_EQ(read({{"Origin", "http://evil.com"}, {"Sec-Fetch-Mode", "navigate"}}), 403);
  EXPECT_EQ(read({{"Origin", "http://heald.example"}, {"Sec-Fetch-Site", "same-site"}}), 0);
}

TEST(Guard, KnowsAClientByTheNamesOfItsCertificate) {
  GuardPolicy own = policy();
  own.client_roles = {{"ci.example", {Role::kPermits, {"backup"}}},
                      {"spiffe://example/ops", {Role::kOperate}},
                      {"192.0.2.7", {Role::kRead}}};
  const Guard guard(own);
  const auto who = [&](std::vector<std::string> names, const std::string& token = "") {
    Request request = withHeaders({});
    if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
    request.caller.tls = true;
    request.caller.certificate_names = std::move(names);
    return guard.identify(request);
  };
  EXPECT_EQ(toString(who({"DNS:ci.example"})), "certificate ci.example");
  EXPECT_EQ(who({"DNS:ci.example"}).grant, (Grant{Role::kPermits, {"backup"}}));
  EXPECT_EQ(who({"DNS:other", "URI:spiffe://example/ops"}).grant, Grant{Role::kOperate});
  EXPECT_EQ(who({"URI:spiffe://example/ops", "DNS:ci.example"}).grant->role, Role::kPermits)
      << "the first rule that fits";
  EXPECT_EQ(who({"IP:192.0.2.7"}).grant, Grant{Role::kRead});
  for (const char* other : {"DNS:CI.example.evil", "DNS:evil.ci.example", "DNS:", "ci", ""}) {
    EXPECT_FALSE(who({other}).grant) << other;
  }
  EXPECT_FALSE(who({}).grant);
  EXPECT_EQ(toString(who({"DNS:ci.example"}, kToken)), "token control")
      << "whoever shows a token is judged by it";
  EXPECT_EQ(who({"DNS:ci.example"}, "a wrong one").problem, "is wrong");
}

TEST(Guard, SaysWhichRoleIsNeededAndWhichThereIs) {
  GuardPolicy own = policy();
  own.client_roles = {{"am.example", {Role::kAlerts}}};
  Request request = withHeaders({});
  request.caller.certificate_names = {"DNS:am.example"};
  const auto refusal = access(Guard(own), request, Access::kOperate);
  ASSERT_EQ(statusOf(refusal), 403);
  EXPECT_THAT(refusal->body, HasSubstr("this call needs the role operate or admin; certificate "
                                       "am.example has the role alerts"));
  EXPECT_THAT(refusal->body, HasSubstr(R"("code":"wrong_role")"));
  EXPECT_THAT(refusal->body, HasSubstr(R"("needs":["operate","admin"],"has":"alerts")"));
}

TEST(Guard, RefusesChangesFromAnotherSitesPage) {
  EXPECT_EQ(checkChange({{"Origin", "http://localhost:3001"}}), 0);
  EXPECT_EQ(checkChange({{"Origin", "https://heald.example"}}), 0);
  EXPECT_EQ(checkChange({{"Sec-Fetch-Site", "same-origin"}}), 0);
  for (const char* evil :
       {"http://evil.com", "null", "", "http://localhost.evil.com",
        "http://127.0.0.1.evil.com:3001", "file://", "http://localhost@evil.com"}) {
    EXPECT_EQ(checkChange({{"Origin", evil}}), 403) << evil;
  }
  EXPECT_EQ(checkChange({{"Sec-Fetch-Site", "cross-site"}}), 403);
}

TEST(Guard, TakesJsonOnly) {
  const Field length{"Content-Length", "2"};
  EXPECT_EQ(checkChange({}), 0);
  EXPECT_EQ(checkChange({{"Content-Length", "0"}}), 0);
  EXPECT_EQ(checkChange({length, {"Content-Type", "application/json"}}), 0);
  EXPECT_EQ(checkChange({length, {"Content-Type", "Application/JSON ; charset=utf-8"}}), 0);
  for (const char* form :
       {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
        "application/jsonp", "text/plain; application/json", "application/json, text/plain"}) {
    EXPECT_EQ(checkChange({length, {"Content-Type", form}}), 415) << form;
    EXPECT_EQ(checkChange({{"Content-Type", form}}), 415) << "empty body, " << form;
  }
  EXPECT_EQ(checkChange({length}), 415);
}

TEST(Guard, LimitsTheBodyBeforeItIsRead) {
  const Field json_type{"Content-Type", "application/json"};
  EXPECT_EQ(checkChange({json_type, {"Content-Length", "100"}}), 0);
  EXPECT_EQ(checkChange({json_type, {"Content-Length", "101"}}), 413);
  EXPECT_EQ(checkChange({json_type, {"Content-Length", "18446744073709551615"}}), 413);
}

}  // namespace
}  // namespace heald::http
