#include "outbox/slack.h"

#include <nlohmann/json.hpp>

#include "support.h"

namespace heald::outbox {
namespace {

using nlohmann::json;

json attachmentOf(const Message& message) {
  return json::parse(slackBody(message)).at("attachments").at(0);
}

TEST(Slack, ADormantGovernorLooksLikeTheMessageOfAlertmanagersTemplate) {
  const json shown = attachmentOf(messageOf({dormant("main", 0)}));
  EXPECT_EQ(shown.at("title"), "Critical: Healing has stopped: main is dormant");
  EXPECT_EQ(shown.at("fallback"), shown.at("title"));
  EXPECT_EQ(shown.at("color"), "danger");
  EXPECT_EQ(shown.at("text"),
            "main on web-1 has tried as often as it may, without success. What happened: `healdctl "
            "explain main`. When the cause is fixed: `healdctl resume main --reason \"what was "
            "fixed\"`\n"
            "*Why:* Exceeded max failures\n"
            "*What that means:* No remedy under main starts any more, until a human resumes it. "
            "Checks go on.\n"
            "*Since* 2026-11-23 20:47:00 UTC");
  EXPECT_EQ(shown.at("footer"), "heald on web-1 · HealdDormant");
  EXPECT_EQ(shown.at("actions").at(0).at("url"), "https://runbooks.example.org/HealdDormant.md");
  EXPECT_EQ(shown.at("actions").at(1).at("url"), "https://heald.example.org/");
}

TEST(Slack, WhatIsOverIsGreen) {
  const json shown = attachmentOf(messageOf({dormant("main", 0), active("main", 90)}));
  EXPECT_EQ(shown.at("color"), "good");
}

TEST(Slack, NothingThatANameOrReasonHoldsBecomesALinkOrAMention) {
  auto entry = dormant("main", 0);
  entry.message = "<!channel> <https://evil.example.org|click> & more";
  const std::string text = attachmentOf(messageOf({entry})).at("text");
  EXPECT_THAT(text, testing::HasSubstr("&lt;!channel&gt; &lt;https://evil.example.org|click&gt; "
                                       "&amp; more"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("<")));
}

TEST(Slack, BytesThatAreNoTextAreReplaced) {
  auto entry = dormant("main", 0);
  entry.message = "\xff\xfe";
  EXPECT_NO_THROW(attachmentOf(messageOf({entry})));
}

TEST(Slack, ATestSaysThatNothingIsWrong) {
  Message message = messageOf({});
  message.test = true;
  const json shown = attachmentOf(message);
  EXPECT_EQ(shown.at("title"), "Test: heald on web-1 can reach you");
  EXPECT_THAT(shown.at("text").get<std::string>(), testing::HasSubstr("Nothing is wrong"));
}

}  // namespace
}  // namespace heald::outbox
