#include "checks/alertmanager.h"

#include <map>
#include <mutex>

#include "checks/alertmanager_answer.h"
#include "checks/check_fixture.h"
#include "engine/alert_identity.h"
#include "support/tiny_server.h"

namespace heald::checks {
namespace {

using engine::AlertAnswer;
using test::TinyServer;
using testing::HasSubstr;
using testing::Not;

const core::WallTime kBegan{std::chrono::hours(490'000)};
const core::WallTime kNow = kBegan + 10min;

engine::AskAlert askFor(engine::Labels labels, std::vector<std::string> ignore_labels = {}) {
  engine::Alert alert{engine::fingerprintOf(labels), kBegan, true, labels};
  return {7,
          {"restart", engine::identityOf(alert, ignore_labels)},
          alert.fingerprint,
          std::move(labels),
          kBegan,
          std::move(ignore_labels)};
}

const engine::Labels kDown = {{"alertname", "Down"}, {"instance", "a:1"}, {"replica", "a"}};

std::string alertWith(const std::string& fingerprint, const std::string& replica) {
  return R"({"fingerprint":")" + fingerprint +
         R"(","labels":{"alertname":"Down","instance":"a:1","replica":")" + replica +
         R"("},"status":{"state":"suppressed","silencedBy":["x"]}})";
}

TEST(AlertmanagerAnswer, AsksForTheLabelsThatCountSilencedOnesToo) {
  const std::string query = alertQuery(askFor(
      {{"alertname", "Down"}, {"path", "a\"b\\c\nd&é"}, {"replica", "a"}, {"with.dots", "x"}},
      {"replica"}));
  EXPECT_THAT(query, HasSubstr("/api/v2/alerts?active=true&silenced=true&inhibited=true"));
  EXPECT_THAT(query, HasSubstr("&filter=alertname%3D%22Down%22"));
  EXPECT_THAT(query, HasSubstr("&filter=path%3D%22a%5C%22b%5C%5Cc%5Cnd%26%C3%A9%22"));
  EXPECT_THAT(query, Not(HasSubstr("replica")));
  EXPECT_THAT(query, Not(HasSubstr("dots"))) << "fewer matchers find more, and never less";
}

TEST(AlertmanagerAnswer, FindsTheAlertByItsFingerprintOrWithoutWhatIsIgnored) {
  const std::string other = engine::fingerprintOf({{"alertname", "Down"}, {"replica", "b"}});
  EXPECT_FALSE(*holdsAlert("[]", askFor(kDown)));
  EXPECT_TRUE(*holdsAlert("[" + alertWith(engine::fingerprintOf(kDown), "a") + "]", askFor(kDown)));
  EXPECT_FALSE(*holdsAlert("[" + alertWith(other, "b") + "]", askFor(kDown)));
  EXPECT_TRUE(*holdsAlert("[" + alertWith(other, "b") + "]", askFor(kDown, {"replica"})))
      << "the other replica says that it fires";
  for (const char* bad : {"", "{}", "[1]", "null", "[", "\"text\""}) {
    EXPECT_FALSE(holdsAlert(bad, askFor(kDown))) << bad;
  }
}

TEST(AlertmanagerAnswer, OnlyOneThatWouldKnowTheAlertSaysThatItDoesNotFire) {
  const auto ask = askFor(kDown);
  EXPECT_TRUE(wouldKnow(kBegan - 1h, ask, kNow));
  EXPECT_TRUE(wouldKnow(kBegan, ask, kNow));
  EXPECT_FALSE(wouldKnow(kBegan + 6min, ask, kNow)) << "it has started since";
  EXPECT_TRUE(wouldKnow(kBegan + 5min, ask, kNow)) << "and was told everything again";
  EXPECT_FALSE(runsSince("{}"));
  EXPECT_FALSE(runsSince("[]"));
  EXPECT_EQ(*runsSince(R"({"uptime":"1970-01-01T00:00:01.000Z"})"), core::WallTime(1s));
}

// A server with an answer for each call, and what heald makes of them.
class AskingAlertmanager : public CheckTest {
 protected:
  engine::AlertAsked asked(const std::string& alerts, const std::string& uptime, int status = 200,
                           const std::string& more = "") {
    const TinyServer server([&](const std::string& request) {
      request_ = request;
      const bool is_status = request.find("/am/api/v2/status ") != std::string::npos;
      return TinyServer::reply(status, is_status ? R"({"uptime":")" + uptime + "\"}" : alerts,
                               "Connection: close\r\n");
    });
    return ask("{url: '" + server.url("/am/") + "'" + more + "}");
  }
  engine::AlertAsked ask(const std::string& yaml) {
    const auto read = test::readKind(alertmanagerKind(), yaml);
    EXPECT_THAT(read.problems, testing::IsEmpty());
    std::promise<engine::AlertAsked> promise;
    dynamic_cast<const Alertmanager&>(*read.part)
        .ask(
            services, askFor(kDown), [] { return kNow; }, cancel.token(),
            [&](engine::AlertAsked answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }

  std::string request_;
};

TEST_F(AskingAlertmanager, SaysWhetherAnAlertFiresOrThatItCannotKnow) {
  const std::string it = "[" + alertWith(engine::fingerprintOf(kDown), "a") + "]";
  EXPECT_EQ(asked(it, "").answer, AlertAnswer::kFires);
  EXPECT_EQ(asked(it, "").run, 7u);
  EXPECT_EQ(asked("[]", "2000-01-01T00:00:00Z").answer, AlertAnswer::kGone);
  const auto young = asked("[]", "2025-11-24T16:08:00Z");
  EXPECT_EQ(young.answer, AlertAnswer::kUnknown);
  EXPECT_THAT(young.text, HasSubstr("less than 5 minutes ago"));
  EXPECT_THAT(asked("[]", "yesterday").text, HasSubstr("since when it runs"));
  EXPECT_THAT(asked("<html>", "").text, HasSubstr("no list of alerts"));
  EXPECT_EQ(asked("[]", "2000-01-01T00:00:00Z", 503).text, "status 503");
  EXPECT_THAT(ask("{url: 'http://127.0.0.1:1'}").text, HasSubstr("refused"));
}

TEST_F(AskingAlertmanager, SendsWhatItIsToldToSend) {
  asked("[]", "2000-01-01T00:00:00Z", 200, ", headers: {X-Scope-OrgID: shop}");
  EXPECT_THAT(request_, HasSubstr("X-Scope-OrgID: shop"));
}

TEST_F(AskingAlertmanager, IsNotAskedWithoutAnAddressAndAnOptionAloneIsAMistake) {
  EXPECT_EQ(test::readKind(alertmanagerKind(), "{}").part, nullptr);
  const auto alone = test::readKind(alertmanagerKind(), "{timeout: 5s}");
  ASSERT_EQ(alone.problems.size(), 1u);
  EXPECT_THAT(alone.problems[0], HasSubstr("give it its url"));
  EXPECT_FALSE(
      test::readKind(alertmanagerKind(), "{url: 'http://a:9093/#/alerts'}").problems.empty());
}

}  // namespace
}  // namespace heald::checks
