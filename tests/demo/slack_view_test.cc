#include "demo/slack_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::demo {
namespace {

const nlohmann::json kMessage = {
    {"channel", "#heald"},
    {"attachments",
     {{{"color", "danger"},
       {"title", "Critical: é is dormant"},
       {"text", "Type `healdctl resume x` now.\n*Since* yesterday"},
       {"footer", "heald on web1"},
       {"actions", {{{"text", "Runbook"}, {"url", "http://r/x.md"}}}}}}}};

TEST(SlackView, ShowsTitleTextButtonsAndFooterBesideABar) {
  EXPECT_EQ(slackView(kMessage, false),
            "  Slack, #heald\n"
            "  ┃ Critical: é is dormant\n"
            "  ┃ Type `healdctl resume x` now.\n"
            "  ┃ Since yesterday\n"
            "  ┃ [Runbook] http://r/x.md\n"
            "  ┃ heald on web1\n");
}

TEST(SlackView, BreaksLinesBetweenWords) {
  EXPECT_THAT(slackView(kMessage, false, 20), testing::HasSubstr("  ┃ Type `healdctl\n"
                                                                 "  ┃ resume x` now.\n"));
}

TEST(SlackView, HasTheColourOfTheMessageAndGoesOnWithAMarkInTheNextLine) {
  const std::string view = slackView(kMessage, true, 20);
  EXPECT_THAT(view, testing::HasSubstr("\033[31m┃\033[0m"));
  EXPECT_THAT(view, testing::HasSubstr("\033[36mhealdctl"));
  EXPECT_THAT(view, testing::HasSubstr("\033]8;;http://r/x.md\033\\[Runbook]\033]8;;\033\\"));
  EXPECT_THAT(view, testing::HasSubstr("\033[0m\033[36mresume x\033[0m now."));
  EXPECT_THAT(view, testing::Not(testing::HasSubstr("`")));
}

TEST(SlackView, OfAMessageWithoutAttachmentsIsItsChannel) {
  EXPECT_EQ(slackView({{"channel", "#x"}}, false), "  Slack, #x\n");
}

}  // namespace
}  // namespace heald::demo
