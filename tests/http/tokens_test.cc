#include "http/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "http/message.h"
#include "io/digest.h"
#include "support/temp_dir.h"

namespace heald::http {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

std::string hashOf(const std::string& token) {
  return io::Digest(token).hex();
}

class TokensTest : public testing::Test {
 protected:
  std::unique_ptr<Tokens> open() {
    auto tokens = std::make_unique<Tokens>(folder_.file("tokens.json"), [this] { return now_; });
    const auto loaded = tokens->load();
    loaded_ = loaded ? "" : loaded.error().message;
    return tokens;
  }
  void SetUp() override { tokens_ = open(); }

  Result<TokenRecord> create(const std::string& name, const std::string& token,
                             Grant grant = {Role::kOperate},
                             std::optional<core::Duration> lifetime = {}) {
    return tokens_->create({name, std::move(grant), hashOf(token), lifetime, "user root"});
  }
  // "operate", the problem, or "unknown".
  std::string found(const std::string& token) const {
    const auto match = tokens_->find(token);
    if (!match) return "unknown";
    return match->problem.empty() ? std::string(toString(match->grant.role)) : match->problem;
  }
  std::string codeOf(const Result<TokenRecord>& result) const {
    return result ? "ok" : std::string(http::codeOf(result.error().code));
  }

  core::WallTime now_{seconds(1'795'466'820)};
  test::TempDir folder_;
  std::string loaded_;
  std::unique_ptr<Tokens> tokens_;
};

TEST_F(TokensTest, KeepWhatATokenIsForAndNotTheToken) {
  ASSERT_TRUE(create("ci", "the secret of ci", {Role::kPermits, {"backup", "restore"}}));
  EXPECT_EQ(found("the secret of ci"), "permits");
  EXPECT_EQ(found("the secret of c"), "unknown");
  EXPECT_EQ(found(""), "unknown");
  EXPECT_EQ(found(hashOf("the secret of ci")), "unknown") << "the hash is no token";
  const std::string file = folder_.read("tokens.json");
  EXPECT_THAT(file, HasSubstr(hashOf("the secret of ci")));
  EXPECT_THAT(file, Not(HasSubstr("the secret of ci")));
  struct stat status {};
  ASSERT_EQ(::stat(folder_.file("tokens.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(TokensTest, AreTheSameAfterARestart) {
  ASSERT_TRUE(create("ci", "a", {Role::kPermits, {"backup"}}, hours(1)));
  ASSERT_TRUE(create("old", "b"));
  ASSERT_TRUE(create("turned", "c"));
  ASSERT_TRUE(tokens_->revoke("old", "user root"));
  ASSERT_TRUE(tokens_->rotate({"turned", hashOf("d"), minutes(5)}));
  std::vector<TokenRecord> before, after;
  for (const auto& view : tokens_->list()) before.push_back(view.record);
  tokens_ = open();
  EXPECT_EQ(loaded_, "");
  for (const auto& view : tokens_->list()) after.push_back(view.record);
  EXPECT_EQ(after, before);
  EXPECT_EQ(found("a"), "permits");
  EXPECT_THAT(found("b"), HasSubstr("was revoked at"));
  EXPECT_EQ(found("c"), "operate") << "the old secret has its grace";
  EXPECT_EQ(found("d"), "operate");
}

TEST_F(TokensTest, ExpireAtTheirTime) {
  ASSERT_TRUE(create("short", "a", {Role::kAdmin}, hours(1)));
  now_ += hours(1) - seconds(1);
  EXPECT_EQ(found("a"), "admin");
  now_ += seconds(1);
  EXPECT_EQ(found("a"), "expired at 2026-11-23T21:47:00.000Z");
}

TEST_F(TokensTest, AreRevokedAtOnceAndForGood) {
  ASSERT_TRUE(create("ci", "a"));
  ASSERT_TRUE(tokens_->revoke("ci", "user root"));
  EXPECT_EQ(found("a"), "was revoked at 2026-11-23T20:47:00.000Z");
  now_ += hours(1);
  const auto again = tokens_->revoke("ci", "user alice");
  EXPECT_EQ(again->revoked_by, "user root") << "asked twice, done once";
  EXPECT_EQ(codeOf(tokens_->rotate({"ci", hashOf("b")})), "conflict");
  ASSERT_TRUE(create("ci", "b")) << "the name may be used again";
  EXPECT_EQ(found("a"), "unknown");
  EXPECT_EQ(codeOf(tokens_->revoke("nobody", "")), "not_found");
}

TEST_F(TokensTest, HaveANewSecretAndForAWhileTheOldOneToo) {
  ASSERT_TRUE(create("ci", "a", {Role::kOperate}, hours(2)));
  now_ += hours(1);
  const auto turned = tokens_->rotate({"ci", hashOf("b"), minutes(1)});
  ASSERT_TRUE(turned);
  EXPECT_EQ(turned->expires_at, now_ + hours(2)) << "as long as before, anew";
  EXPECT_EQ(found("a"), "operate");
  EXPECT_EQ(found("b"), "operate");
  EXPECT_TRUE(tokens_->rotate({"ci", hashOf("b"), minutes(1)})) << "asked twice, done once";
  now_ += minutes(1);
  EXPECT_EQ(found("a"), "was replaced by a newer one");
  ASSERT_TRUE(tokens_->rotate({"ci", hashOf("c")}));
  EXPECT_EQ(found("b"), "was replaced by a newer one") << "without a grace at once";
  EXPECT_EQ(found("a"), "unknown");
  EXPECT_EQ(codeOf(tokens_->rotate({"ci", hashOf("d"), hours(24 * 8)})), "invalid");
}

TEST_F(TokensTest, OfAnOldSecretNeverOutliveItsOwnEnd) {
  ASSERT_TRUE(create("ci", "a", {Role::kOperate}, seconds(10)));
  ASSERT_TRUE(tokens_->rotate({"ci", hashOf("b"), hours(1), hours(24)}));
  now_ += seconds(10);
  EXPECT_EQ(found("a"), "was replaced by a newer one");
  EXPECT_EQ(found("b"), "operate");
}

TEST_F(TokensTest, RefuseWhatWouldBeATokenForNothingOrForTooMuch) {
  ASSERT_TRUE(create("ci", "a"));
  EXPECT_TRUE(create("ci", "a")) << "the very same is asked twice";
  EXPECT_EQ(codeOf(create("ci", "b")), "conflict");
  EXPECT_EQ(codeOf(create("ci", "a", {Role::kAdmin})), "conflict");
  EXPECT_EQ(codeOf(create("other", "a")), "conflict") << "one secret is one token";
  EXPECT_EQ(codeOf(create("control", "b")), "invalid");
  EXPECT_EQ(codeOf(create("has blanks", "b")), "invalid");
  EXPECT_EQ(codeOf(create("", "b")), "invalid");
  EXPECT_EQ(codeOf(create("p", "b", {Role::kPermits})), "invalid");
  EXPECT_EQ(codeOf(create("p", "b", {Role::kRead, {"backup"}})), "invalid");
  for (const std::string& hash : {std::string(), std::string(63, 'a'), std::string(64, 'A'),
                                  std::string(64, 'g'), std::string(65, 'a')}) {
    EXPECT_EQ(codeOf(tokens_->create({"x", {Role::kRead}, hash})), "invalid") << hash;
  }
}

TEST_F(TokensTest, AreAtMostAThousandAndOldOnesMakeRoom) {
  for (std::size_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(create("gone-" + std::to_string(i), "g" + std::to_string(i)));
    ASSERT_TRUE(tokens_->revoke("gone-" + std::to_string(i), ""));
  }
  now_ += Tokens::kRemembered + seconds(1);
  ASSERT_TRUE(create("new", "n"));
  EXPECT_EQ(tokens_->list().size(), 1u);
}

TEST_F(TokensTest, OfADamagedFileLetNobodyInAndAreNotOverwritten) {
  ASSERT_TRUE(create("ci", "a"));
  const std::string good = folder_.read("tokens.json");
  const auto cut = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const std::string& bad :
       {good.substr(0, good.size() / 2), std::string("[]"), std::string("{}"), std::string("\0", 1),
        cut("\"version\": 1", "\"version\": 2"), cut("\"operate\"", "\"root\""),
        cut("\"createdAt\": \"2", "\"createdAt\": \"x"),
        cut("\"sha256\": \"", "\"sha256\": \"00")}) {
    folder_.write("tokens.json", bad);
    tokens_ = open();
    EXPECT_THAT(loaded_, HasSubstr("tokens.json")) << bad;
    EXPECT_EQ(found("a"), "unknown") << bad;
    EXPECT_EQ(codeOf(create("ci", "b")), "unavailable") << bad;
    EXPECT_EQ(codeOf(tokens_->revoke("ci", "")), "unavailable") << bad;
    EXPECT_EQ(folder_.read("tokens.json"), bad);
  }
}

// What a typing mistake makes of the file, who would believe that a token is revoked.
TEST_F(TokensTest, OfAFileSayWhatIsWrongWithIt) {
  const std::string a = hashOf("a");
  const std::string b = hashOf("b");
  const auto said = [](const std::string& records) {
    const auto read = decodeTokens("{\"version\": 1, \"tokens\": [" + records + "]}");
    return read ? std::to_string(read->size()) + " read" : read.error().message;
  };
  const auto record = [](const std::string& name, const std::string& hash,
                         const std::string& more = "") {
    return R"({"name": ")" + name + R"(", "role": "read", "sha256": ")" + hash +
           R"(", "createdAt": "2026-11-29T07:00:00Z", "createdBy": "")" + more + "}";
  };
  EXPECT_EQ(said(record("ci", a) + "," + record("cd", b)), "2 read");
  EXPECT_EQ(said(record("ci", a, R"(, "revokdAt": "2026-11-29T07:00:00Z")")),
            "tokens[0] has an unknown key");
  EXPECT_EQ(said(record("ci", a) + "," + record("cd", b, R"(, "revokedAt": 5)")),
            "tokens[1].revokedAt is not a time");
  EXPECT_EQ(said(record("ci", a, R"(, "revokedAt": "today")")),
            "tokens[0].revokedAt is not a time");
  EXPECT_EQ(said(record("ci", a, R"(, "revokedBy": null)")), "tokens[0].revokedBy is not a text");
  EXPECT_EQ(said(record("ci", a, R"(, "governors": "backup")")),
            "tokens[0].governors is not a list");
  EXPECT_EQ(said(record("ci", a, R"(, "governors": ["backup"])")),
            "tokens[0].role and governors: governors are named for the role permits alone");
  EXPECT_EQ(said(record("ci", a, R"(, "previousSha256": ")" + b + "\"")),
            "tokens[0].previousSha256 and previousUntil belong together");
  EXPECT_EQ(said(record("ci", std::string(64, 'A'))), "tokens[0].sha256 is not a SHA-256");
  EXPECT_EQ(said(record("c i", a)), "tokens[0].name is not a name for a token");
  EXPECT_EQ(said(record("control", a)), "tokens[0].name is not a name for a token");
  EXPECT_EQ(said(record("ci", a) + "," + record("ci", b)), "the name \"ci\" is there twice");
  EXPECT_EQ(said(record("ci", a) + "," + record("cd", a)), "the sha256 of \"cd\" is there twice");
  EXPECT_EQ(said("7"), "tokens[0] is not an object");
  EXPECT_THAT(said("}"), HasSubstr("the file is not valid: line 1, column 27"));
}

TEST_F(TokensTest, OfAFileThatOthersMayWriteLetNobodyIn) {
  ASSERT_TRUE(create("ci", "a"));
  ASSERT_EQ(::chmod(folder_.file("tokens.json").c_str(), 0666), 0);
  tokens_ = open();
  EXPECT_NE(loaded_, "");
  EXPECT_EQ(found("a"), "unknown");
}

// A folder in the place of the file, so that not even root can replace it.
TEST_F(TokensTest, ThatCannotBeWrittenAreNotMadeAndYetRevoked) {
  ASSERT_TRUE(create("ci", "a"));
  std::filesystem::remove(folder_.file("tokens.json"));
  std::filesystem::create_directories(folder_.file("tokens.json/in the way"));
  EXPECT_EQ(codeOf(create("new", "b")), "unavailable");
  EXPECT_EQ(found("b"), "unknown");
  EXPECT_EQ(codeOf(tokens_->rotate({"ci", hashOf("b")})), "unavailable");
  EXPECT_EQ(found("a"), "operate");
  const auto revoked = tokens_->revoke("ci", "user root");
  ASSERT_FALSE(revoked);
  EXPECT_THAT(revoked.error().message, HasSubstr("revoked until heald ends, and not on disk"));
  EXPECT_THAT(found("a"), HasSubstr("was revoked"));
  std::filesystem::remove_all(folder_.file("tokens.json"));
  EXPECT_TRUE(tokens_->revoke("ci", "user root"));
  tokens_ = open();
  EXPECT_THAT(found("a"), HasSubstr("was revoked"));
}

TEST_F(TokensTest, OfTheConfigurationAreChangedThereAlone) {
  tokens_->configure("alertmanager", {Role::kAlerts}, "from a file", "/etc/heald/am.token");
  EXPECT_EQ(found("from a file"), "alerts");
  EXPECT_EQ(codeOf(create("alertmanager", "b")), "conflict");
  EXPECT_EQ(codeOf(tokens_->revoke("alertmanager", "")), "conflict");
  EXPECT_EQ(codeOf(tokens_->rotate({"alertmanager", hashOf("b")})), "conflict");
  ASSERT_TRUE(create("ci", "a"));
  EXPECT_THAT(folder_.read("tokens.json"), Not(HasSubstr("alertmanager")));
  EXPECT_EQ(tokens_->list()[0].file, "/etc/heald/am.token");
}

TEST_F(TokensTest, SayWhenTheyWereUsed) {
  ASSERT_TRUE(create("ci", "a"));
  EXPECT_FALSE(tokens_->list()[0].last_used);
  now_ += seconds(7);
  (void)found("a");
  EXPECT_EQ(tokens_->list()[0].last_used, now_);
  ASSERT_TRUE(tokens_->revoke("ci", ""));
  now_ += seconds(7);
  (void)found("a");
  EXPECT_EQ(tokens_->list()[0].last_used, now_ - seconds(7)) << "a refused one is not used";
}

}  // namespace
}  // namespace heald::http
