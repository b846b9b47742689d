#include "api/status_markdown.h"

#include <gmock/gmock.h>

#include "core/plain_text.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string documentOf(const engine::Snapshot& snapshot) {
  return statusMarkdown(snapshot, testNow(), "1.2.3");
}

TEST(StatusMarkdown, BeginsWithTitleAndOverallStatus) {
  EXPECT_THAT(documentOf(sampleSnapshot()),
              testing::StartsWith("# heald status\n\nOverall: **healthy** at "
                                  "2026-11-23T20:47:00.000Z, heald 1.2.3: everything is quiet.\n"));
}

TEST(StatusMarkdown, HasATableOfEveryKindAndTheCommandsThatHelp) {
  const std::string text = documentOf(troubledSnapshot());
  EXPECT_THAT(text, HasSubstr("| gateway | dormant | PERMANENT\\_OPEN | 10 of 10 | 1m 30s ago | "
                              "after a human resumes it | 10 / 0 / 10 |\n"));
  EXPECT_THAT(text,
              HasSubstr("| queue | active | OPEN | 3 of 10 | never | in 30s | 0 / 0 / 0 |\n"));
  EXPECT_THAT(text, HasSubstr("| api | http | unhealthy | critical | 4s ago | status 503 |\n"));
  EXPECT_THAT(text, HasSubstr("| renew-key | api | self-healing-main | waiting | backoff | never"));
  EXPECT_THAT(text, HasSubstr("| process-monitoring | on | 5m | 12 | 0 | never |\n"));
  EXPECT_THAT(text, HasSubstr("- **critical**: governor gateway is dormant since"));
  EXPECT_THAT(text, HasSubstr("\n  ```sh\n  healdctl resume gateway --reason \"<what was fixed>\""
                              "\n  ```\n"));
}

TEST(StatusMarkdown, LetsNoMessageBecomeMarkup) {
  engine::Snapshot snapshot = troubledSnapshot();
  snapshot.checks[0].message = "| <b> `x` [a](http://e)\n\n# title\x01 \xff";
  const std::string text = documentOf(snapshot);
  EXPECT_THAT(text, HasSubstr("| \\| \\<b\\> \\`x\\` \\[a\\](http://e)  \\# title"));
  EXPECT_THAT(text, Not(HasSubstr("\n# title")));
  EXPECT_THAT(text, Not(HasSubstr("\x01")));
  EXPECT_TRUE(core::isUtf8(text));
}

TEST(StatusMarkdown, NamesTheCheckThatIsInTheWay) {
  engine::Snapshot snapshot = troubledSnapshot();
  snapshot.remedies[0].blocked_by = "disk";
  EXPECT_THAT(documentOf(snapshot), HasSubstr("| waiting | check disk | never |"));
}

TEST(StatusMarkdown, SaysThatHealdOnlyObserves) {
  engine::Snapshot snapshot = sampleSnapshot();
  EXPECT_THAT(documentOf(snapshot), Not(HasSubstr("Observe mode")));
  snapshot.observe = true;
  EXPECT_THAT(documentOf(snapshot), HasSubstr("Observe mode"));
}

}  // namespace
}  // namespace heald::api
