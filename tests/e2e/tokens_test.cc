#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "e2e/stories.h"
#include "support/command.h"

// Tokens with names and roles, with the real programs.
namespace heald::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class NamedTokens : public testing::Test {
 protected:
  NamedTokens() : daemon_({sickService("exit 1", kHundredTimesFaster)}) { daemon_.start(); }

  CommandResult healdctl(std::vector<std::string> arguments) const {
    std::vector<std::string> all = {HEALD_BINARY_DIR "/healdctl", "--url", daemon_.url(),
                                    "--token-file", daemon_.file("control.token")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return runCommand(all);
  }
  // Its secret.
  std::string create(const std::string& name, const std::string& role,
                     std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"token",   "create",          name, "--role", role,
                                          "--write", daemon_.file(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const CommandResult made = healdctl(arguments);
    EXPECT_EQ(made.code, 0) << made.output;
    const std::string secret = daemon_.read(name);
    return secret.substr(0, secret.find('\n'));
  }
  RawResponse post(const std::string& path, const std::string& body,
                   const std::string& token) const {
    return sendRaw(daemon_.controlPort(),
                   "POST " + path +
                       " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       "Authorization: Bearer " +
                       token + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                       body);
  }
  int pause(const std::string& token) const {
    return post("/api/pause", R"({"for": "1m", "reason": "a test"})", token).status;
  }

  TestDaemon daemon_;
};

TEST_F(NamedTokens, AreInForceAtOnceAndRefusedWithinASecondOfTheirEnd) {
  const std::string ops = create("ops", "operate");
  EXPECT_EQ(pause(ops), 200);
  EXPECT_EQ(post("/-/reload", "", ops).status, 403);
  EXPECT_EQ(healdctl({"token", "revoke", "ops"}).code, 0);
  EXPECT_EQ(pause(ops), 401) << "the very next request";
  const std::string brief = create("brief", "operate", {"--expires", "2s"});
  EXPECT_EQ(pause(brief), 200);
  daemon_.await(
      "the end of the token", [&] { return pause(brief) == 401; }, std::chrono::seconds(3));
  EXPECT_THAT(post("/api/unpause", "", brief).body, HasSubstr("the token brief expired at"));
}

TEST_F(NamedTokens, SurviveKillMinusNine) {
  const std::string ops = create("ops", "operate");
  const std::string gone = create("gone", "admin");
  const std::string turned = create("turned", "operate");
  ASSERT_EQ(healdctl({"token", "revoke", "gone"}).code, 0);
  ASSERT_EQ(
      healdctl({"token", "rotate", "turned", "--grace", "0s", "--write", daemon_.file("turned")})
          .code,
      0);
  daemon_.kill();
  daemon_.waitForExit();
  daemon_.start();
  EXPECT_EQ(pause(ops), 200);
  EXPECT_EQ(pause(gone), 401);
  EXPECT_EQ(pause(turned), 401);
  const std::string fresh = daemon_.read("turned");
  EXPECT_EQ(pause(fresh.substr(0, fresh.find('\n'))), 200);
}

TEST_F(NamedTokens, AreInLogAndHistoryAsWhoHasActed) {
  const std::string ops = create("ops", "operate");
  ASSERT_EQ(pause(ops), 200);
  json entries;
  daemon_.await("the history", [&] {
    entries = json::parse(daemon_.get("/api/history?kind=pause,access").body).at("entries");
    return entries.size() >= 2;
  });
  EXPECT_EQ(entries[0].at("actor"), "token ops from 127.0.0.1");
  EXPECT_EQ(entries[0].at("provenActor"), "token ops from 127.0.0.1");
  EXPECT_EQ(entries[0].at("claimedActor"), nullptr);
  EXPECT_EQ(entries[1].at("event"), "token_created");
  EXPECT_EQ(entries[1].at("provenActor"), "token control from 127.0.0.1");
  EXPECT_THAT(entries[1].at("claimedActor").get<std::string>(), HasSubstr("@"));
  EXPECT_TRUE(daemon_.logHas("token ops from 127.0.0.1"));
  EXPECT_FALSE(daemon_.logHas(ops)) << "never the secret";
  EXPECT_THAT(daemon_.read("tokens.json"), Not(HasSubstr(ops)));
}

TEST_F(NamedTokens, EndTheirStreamsWithinASecond) {
  const std::string ops = create("ops", "operate");
  RawConnection stream(daemon_.controlPort());
  stream.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + ops +
              "\r\n\r\n");
  ASSERT_TRUE(stream.readable({10, 0}));
  ASSERT_EQ(healdctl({"token", "revoke", "ops"}).code, 0);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(stream.readAll(), HasSubstr("200 OK"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5)) << "and not 15";
}

TEST(WebUsers, AndTokensOfTheConfigurationEndTheirStreamsTooWhenTheyAreTakenAway) {
  const std::string kept = std::string(40, 'k');
  TestDaemon daemon({.config = "web:\n  control: {config_file: '@DIR@/web.yml'}\n"
                               "  tokens: [{name: ci, role: read, file: '@DIR@/ci.token'}]\n"
                               "checks: []\n"});
  const std::string user = "$2y$04$tOJY3iczjZkYUVmSfJP7UO3krsxqKOB.uftwQSxwQ.z01x/VG1jIO";
  const auto put = [&](const std::string& name, const std::string& text) {
    daemon.dir().write(name + ".next", text);
    std::filesystem::permissions(daemon.file(name + ".next"), std::filesystem::perms(0600));
    std::filesystem::rename(daemon.file(name + ".next"), daemon.file(name));
  };
  put("web.yml", "basic_auth_users: {alice: '" + user + "', bob: '" + user + "'}\n");
  put("ci.token", kept);
  daemon.start();
  const auto stream = [&](const std::string& credential) {
    auto opened = std::make_unique<RawConnection>(daemon.controlPort());
    opened->send("GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + credential +
                 "\r\n\r\n");
    EXPECT_TRUE(opened->readable({10, 0}));
    return opened;
  };
  const auto alice = stream("Basic YWxpY2U6cHc=");  // alice:pw
  const auto bob = stream("Basic Ym9iOnB3");
  const auto ci = stream("Bearer " + kept);
  put("web.yml", "basic_auth_users: {bob: '" + user + "'}\n");
  EXPECT_THAT(alice->readAll(), HasSubstr("200 OK"));
  std::filesystem::remove(daemon.file("ci.token"));
  EXPECT_THAT(ci->readAll(), HasSubstr("200 OK"));
  const std::string call = "GET /api/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: ";
  EXPECT_EQ(sendRaw(daemon.controlPort(), call + "Bearer " + kept + "\r\n\r\n").status, 401);
  EXPECT_EQ(sendRaw(daemon.controlPort(), call + "Basic Ym9iOnB3\r\n\r\n").status, 200);
  EXPECT_TRUE(daemon.logHas("a token of the configuration cannot be read"));
}

// With a folder in the place of the store, heald has none.
TEST(TokensWithoutAStore, LetOperatorsInAndAreMade) {
  TestDaemon daemon({.config = "store: {path: '@DIR@/store/heald.db'}\nchecks: []\n"});
  std::filesystem::create_directories(daemon.file("store/heald.db/in the way"));
  daemon.start();
  const CommandResult made =
      runCommand({HEALD_BINARY_DIR "/healdctl", "--url", daemon.url(), "--token-file",
                  daemon.file("store/control.token"), "token", "create", "ops", "--role", "admin",
                  "--write", daemon.file("ops")});
  ASSERT_EQ(made.code, 0) << made.output << daemon.log();
  const CommandResult listed = runCommand({HEALD_BINARY_DIR "/healdctl", "--url", daemon.url(),
                                           "--token-file", daemon.file("ops"), "token", "list"});
  EXPECT_EQ(listed.code, 0) << listed.output;
  EXPECT_THAT(listed.output, HasSubstr("ops"));
}

// docs/monitoring.md and docs/http-api.md, as written: the user of Prometheus and Alertmanager can
// read exactly the one token that it needs.
TEST_F(NamedTokens, OfTheDocumentedAlertmanagerAreForItsUserAlone) {
  const char* user = getpwnam("prometheus") != nullptr ? "prometheus" : "nobody";
  if (::geteuid() != 0 || getpwnam(user) == nullptr) GTEST_SKIP() << "needs root";
  std::filesystem::permissions(daemon_.dir().path(), std::filesystem::perms(0755));
  const std::string secret = create("alertmanager", "alerts", {"--owner", user});
  const auto reads = [&](const std::string& file) {
    return runCommand({"setpriv", "--reuid", user, "--clear-groups", "cat", daemon_.file(file)});
  };
  EXPECT_EQ(reads("alertmanager").output, secret + "\n");
  for (const char* other : {"control.token", "tokens.json"}) {
    EXPECT_NE(reads(other).code, 0) << other;
  }
  const std::string alerts = R"({"version": "4", "alerts": []})";
  EXPECT_EQ(post("/api/alerts", alerts, secret).status, 200);
  EXPECT_EQ(pause(secret), 403);
  EXPECT_EQ(post("/api/permits", R"({"governor": "self-healing-main"})", secret).status, 403);
  EXPECT_EQ(post("/-/reload", "", secret).status, 403);
}

TEST(TokensOfTheConfiguration, AreReadFromTheirFiles) {
  TestDaemon daemon({.config = "web:\n  tokens:\n"
                               "    - {name: am, role: alerts, file: '@DIR@/am.token'}\n"
                               "    - {name: open, role: admin, file: '@DIR@/open.token'}\n"
                               "checks: []\n"});
  const std::string secret(40, 'a');
  daemon.dir().write("am.token", secret + "\n");
  daemon.dir().write("open.token", std::string(40, 'b') + "\n");
  ASSERT_EQ(::chmod(daemon.file("am.token").c_str(), 0600), 0);
  ASSERT_EQ(::chmod(daemon.file("open.token").c_str(), 0644), 0);
  daemon.start();
  const auto alerts = [&](const std::string& token) {
    const std::string body = R"({"version": "4", "alerts": []})";
    return sendRaw(daemon.controlPort(),
                   "POST /api/alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                   "application/json\r\nAuthorization: Bearer " +
                       token + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                       body)
        .status;
  };
  EXPECT_EQ(alerts(secret), 200);
  EXPECT_EQ(alerts(std::string(40, 'b')), 401) << "a file that others may read lets nobody in";
  EXPECT_TRUE(daemon.logHas("a token of the configuration cannot be read"));
  daemon.configure("checks: []\n");
  const RawResponse reloaded = daemon.post("/-/reload", "");
  EXPECT_EQ(reloaded.status, 409) << "they are read at the start";
  EXPECT_THAT(reloaded.body, HasSubstr("web.tokens: restart heald"));
}

}  // namespace
}  // namespace heald::test
