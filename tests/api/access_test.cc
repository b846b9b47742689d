#include "http/access.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>

#include "api/control_routes.h"
#include "fake_backend.h"
#include "http/tokens.h"
#include "io/digest.h"
#include "support/temp_dir.h"

namespace heald::api {
namespace {

// A row without a role does not compile.
template <class Row>
concept MayLeaveOutTheRole = requires {
  Row{.method = "GET", .path = "/"};
};
static_assert(!MayLeaveOutTheRole<Call> && !MayLeaveOutTheRole<http::Route>);
static_assert(!std::is_default_constructible_v<http::Needs>);
static_assert(requires { Call{.method = "GET", .path = "/", .needs = http::Access::kOpen}; });

// What docs/http-api.md promises: the call, and the words of its second column.
std::map<std::string, std::string> documentedRoles() {
  std::ifstream file(HEALD_SOURCE_DIR "/docs/http-api.md");
  std::map<std::string, std::string> roles;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) inside = line == "### Who may do what";
    if (!inside || line.find(" /") == std::string::npos || !line.starts_with("| `")) continue;
    const auto end = line.find("` | ");
    const std::string call = line.substr(3, end - 3);
    const std::string role = line.substr(end + 4, line.find(" |", end + 4) - end - 4);
    EXPECT_TRUE(roles.emplace(call, role).second) << line;
  }
  return roles;
}

std::string wordsOf(http::Access access) {
  return access == http::Access::kOpen ? "everybody" : http::rolesFor(access);
}

// A way to say who one is, and the role that it stands for ("" for none).
struct Credential {
  std::string what;
  std::string role;
  std::string authorization = {};
  door::Caller caller = {};
};

door::Caller unixUser(uid_t uid) {
  door::Caller caller;
  caller.uid = uid;
  caller.unix_socket = true;
  return caller;
}
door::Caller certificate(const std::string& san) {
  door::Caller caller;
  caller.tls = true;
  caller.certificate_names = {"DNS:" + san};
  return caller;
}

class AccessTable : public testing::Test {
 protected:
  static constexpr const char* kControlToken = "0123456789abcdef0123456789abcdef";

  AccessTable() {
    EXPECT_TRUE(tokens_.load());
    const auto make = [&](const std::string& name, config::Grant grant,
                          std::optional<core::Duration> lifetime = {}) {
      const auto made = tokens_.create(
          {name, std::move(grant), io::Digest("secret-" + name).hex(), lifetime, "test"});
      EXPECT_TRUE(made) << made.error().message;
      return "Bearer secret-" + name;
    };
    credentials_ = {
        {"none", ""},
        {"wrong", "", "Bearer guess"},
        {"empty", "", "Bearer "},
        {"of another scheme", "", "Basic c2VjcmV0"},
        {"expired", "", make("expired", {config::Role::kAdmin}, std::chrono::seconds(1))},
        {"revoked", "", make("revoked", {config::Role::kAdmin})},
        {"rotated away", "", make("rotated", {config::Role::kAdmin})},
        {"control", "admin", std::string("Bearer ") + kControlToken},
        {"unix operator", "admin", "", unixUser(0)},
        {"unix operator with a wrong token", "", "Bearer guess", unixUser(0)},
        {"another user of the socket", "", "", unixUser(1234)},
        {"a certificate without a rule", "", "", certificate("other.example")}};
    for (const config::Role role : config::kRoles) {
      const std::string word(toString(role));
      const config::Grant grant = {role, role == config::Role::kPermits
                                             ? std::vector<std::string>{"queue"}
                                             : std::vector<std::string>{}};
      credentials_.push_back({"token " + word, word, make(word, grant)});
      credentials_.push_back({"certificate " + word, word, "", certificate(word + ".example")});
      policy_.client_roles.push_back({word + ".example", grant});
    }
    EXPECT_TRUE(tokens_.revoke("revoked", "test"));
    EXPECT_TRUE(tokens_.rotate({"rotated", io::Digest("another").hex()}));
    now_ += std::chrono::seconds(2);
    policy_.token = kControlToken;
    policy_.operators = {0};
    policy_.tokens = &tokens_;
  }

  // 0: admitted.
  static int statusOf(const http::Pipeline& pipeline, const http::Route& route,
                      const Credential& credential) {
    http::Request request;
    request.method = route.method;
    request.path = route.path;
    for (auto open = request.path.find('{'); open != std::string::npos;
         open = request.path.find('{')) {
      request.path.replace(open, request.path.find('}') - open + 1, "name");
    }
    request.caller = credential.caller;
    request.headers.add("Host", "localhost");
    if (!credential.authorization.empty()) {
      request.headers.add("Authorization", credential.authorization);
    }
    const auto admission = pipeline.admit(request);
    return admission.refusal ? admission.refusal->status : 0;
  }

  core::WallTime now_ = testNow().wall;
  test::TempDir folder_;
  http::Tokens tokens_{folder_.file("tokens.json"), [this] { return now_; }};
  http::GuardPolicy policy_;
  std::vector<Credential> credentials_;
  FakeEngine engine_;
};

// Every route, every credential, open and closed reads: the document says what is expected.
TEST_F(AccessTable, IsHeldForEveryRouteRoleAndCredential) {
  const auto documented = documentedRoles();
  int looked_at = 0;
  for (const bool closed : {false, true}) {
    policy_.token_for_reads = closed;
    const http::Pipeline pipeline(api::controlRoutes(engine_.backend()), policy_, {});
    for (const http::Route& route : pipeline.router().routes()) {
      const std::string call = route.method + " " + route.path;
      const auto promised = documented.find(call);
      ASSERT_NE(promised, documented.end()) << call << " is not in the table of docs/http-api.md";
      for (const Credential& credential : credentials_) {
        const bool named =
            !credential.role.empty() &&
            (" " + promised->second + " ").find(" " + credential.role + " ") != std::string::npos;
        const bool needs_none =
            promised->second == "everybody" || (promised->second == "read or operate or admin" &&
                                                (!closed || credential.caller.unix_socket));
        const int wanted = named || needs_none ? 0 : credential.role.empty() ? 401 : 403;
        EXPECT_EQ(statusOf(pipeline, route, credential), wanted)
            << call << " with " << credential.what << (closed ? ", closed" : ", open");
        ++looked_at;
      }
    }
    EXPECT_EQ(documented.size(), pipeline.router().routes().size());
  }
  EXPECT_EQ(looked_at, 2 * static_cast<int>(documented.size() * credentials_.size()));
}

TEST_F(AccessTable, OfTheDocumentIsThatOfTheCode) {
  const auto documented = documentedRoles();
  const http::Router router = api::controlRoutes(engine_.backend());
  for (const http::Route& route : router.routes()) {
    const auto row = documented.find(route.method + " " + route.path);
    ASSERT_NE(row, documented.end()) << route.path;
    EXPECT_EQ(row->second, wordsOf(route.access)) << row->first;
  }
}

TEST_F(AccessTable, EndsARequestWhoseTokenIsRevokedBeforeItIsDone) {
  const http::Pipeline pipeline(api::controlRoutes(engine_.backend()), policy_, {});
  http::Request request;
  request.method = "POST";
  request.path = "/api/unpause";
  request.headers = {{"Host", "localhost"}, {"Authorization", "Bearer secret-operate"}};
  ASSERT_FALSE(pipeline.admit(request).refusal);
  EXPECT_EQ(pipeline.serveAndWait(request).status, 200);
  ASSERT_TRUE(tokens_.revoke("operate", "test"));
  EXPECT_EQ(pipeline.serveAndWait(request).status, 401);
  EXPECT_EQ(engine_.events.size(), 1u);
}

TEST_F(AccessTable, GivesPermitsOfNamedGovernorsAlone) {
  engine::Snapshot snapshot = troubledSnapshot();
  engine::Permit permit;
  permit.id = "7-a";
  permit.governor = "gateway";
  snapshot.permits = {permit};
  permit.id = "8-a";
  permit.governor = "queue";
  snapshot.permits.push_back(permit);
  engine_.show(snapshot);
  const http::Pipeline pipeline(api::controlRoutes(engine_.backend()), policy_, {});
  const auto post = [&](const std::string& path, const std::string& body, const char* token) {
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.headers = {{"Host", "localhost"},
                       {"Authorization", std::string("Bearer secret-") + token},
                       {"Content-Type", "application/json"},
                       {"Content-Length", std::to_string(body.size())}};
    return pipeline
        .answer(request,
                [&](http::Request& r, bool) {
                  r.body = body;
                  return std::optional<http::Response>();
                })
        .status;
  };
  const std::string done = R"({"ok": true})";
  EXPECT_EQ(post("/api/permits", R"({"governor": "queue"})", "permits"), 201);
  EXPECT_EQ(post("/api/permits", R"({"governor": "gateway"})", "permits"), 403);
  EXPECT_EQ(post("/api/permits", R"({"governor": "queue "})", "permits"), 403);
  EXPECT_EQ(post("/api/permits", R"({"governor": "gateway"})", "admin"), 201);
  EXPECT_EQ(post("/api/permits/8-a/result", done, "permits"), 200);
  EXPECT_EQ(post("/api/permits/7-a/result", done, "permits"), 403);
  EXPECT_EQ(post("/api/permits/7-a/result", done, "admin"), 200);
  EXPECT_EQ(engine_.events.size(), 4u);
}

// The second table of the document: who sees what actions printed.
TEST_F(AccessTable, ShowsWhatActionsPrintedToThoseWhoMayAct) {
  engine::Snapshot snapshot = troubledSnapshot();
  snapshot.remedies[0].last_result = "error: exit code 1";
  snapshot.remedies[0].last_output = "cannot bind port 4080";
  engine_.show(snapshot);
  const http::Pipeline pipeline(api::controlRoutes(engine_.backend()), policy_, {});
  for (const Credential& credential : credentials_) {
    http::Request request;
    request.method = "GET";
    request.path = "/api/status";
    request.caller = credential.caller;
    request.headers.add("Host", "localhost");
    if (!credential.authorization.empty()) {
      request.headers.add("Authorization", credential.authorization);
    }
    ASSERT_FALSE(pipeline.admit(request).refusal);
    const std::string body = pipeline.serve(request).body;
    const bool shown = credential.role == "operate" || credential.role == "admin";
    EXPECT_EQ(body.find("4080") != std::string::npos, shown) << credential.what;
    EXPECT_THAT(body, testing::HasSubstr("error: exit code 1")) << credential.what;
  }
}

TEST_F(AccessTable, TellsTheErrorOfTheStoreToReadersAlone) {
  engine::Snapshot snapshot = sampleSnapshot();
  snapshot.store_error = "disk I/O error of /secret/place";
  snapshot.store_up = false;
  engine_.show(snapshot);
  policy_.token_for_reads = true;
  const http::Pipeline pipeline(api::controlRoutes(engine_.backend()), policy_, {});
  const auto ready = [&](const std::string& authorization) {
    http::Request request;
    request.method = "GET";
    request.path = "/-/ready";
    request.headers = {{"Host", "localhost"}, {"Authorization", authorization}};
    const http::Response response = pipeline.serve(request);
    EXPECT_EQ(response.status, 503);
    return response.body;
  };
  EXPECT_THAT(ready("Bearer secret-read"), testing::HasSubstr("/secret/place"));
  EXPECT_THAT(ready("Bearer guess"), testing::Not(testing::HasSubstr("/secret/place")));
  EXPECT_THAT(ready("Bearer secret-alerts"), testing::Not(testing::HasSubstr("/secret/place")));
}

}  // namespace
}  // namespace heald::api
