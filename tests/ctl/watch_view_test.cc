// What healdctl watch shows, and what keys do to it: without a terminal.
#include "ctl/watch_view.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/fake_backend.h"
#include "api/status_json.h"
#include "ctl/width.h"

namespace heald::ctl {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr TerminalSize kSmall{24, 80};

std::vector<Key> keysOf(const std::string& bytes) {
  KeyParser parser;
  parser.feed(bytes);
  std::vector<Key> keys;
  while (auto key = parser.next(true)) keys.push_back(*key);
  return keys;
}

// Checks and remedies; every tenth fails.
engine::Snapshot manyThings(int count) {
  engine::Snapshot snapshot = api::troubledSnapshot();
  snapshot.checks.clear();
  snapshot.remedies.clear();
  for (int i = 0; i < count; ++i) {
    const bool bad = i % 10 == 9;
    char name[32];
    std::snprintf(name, sizeof name, "web-%04d", i);
    snapshot.checks.push_back(
        api::check(name, bad ? engine::Health::kUnhealthy : engine::Health::kHealthy,
                   bad ? "GET http://10.0.0.1/health: status 503, expected 2xx" : "status 200"));
    engine::RemedyView remedy;
    remedy.name = std::string("restart-") + name;
    remedy.check = name;
    remedy.governor = "self-healing-main";
    remedy.incident_failures = bad ? 2 : 0;
    remedy.last_result = bad ? "error: exit code 1: cannot bind port 4080" : "";
    snapshot.remedies.push_back(remedy);
  }
  return snapshot;
}

class WatchScreen : public testing::Test {
 protected:
  WatchScreen() { show(manyThings(1000)); }

  void show(const engine::Snapshot& snapshot) {
    view_.setTitle("http://127.0.0.1:3001");
    view_.take(api::statusJson(snapshot, api::testNow(), "1.2.3"));
  }
  std::vector<std::string> press(const std::string& bytes, TerminalSize size = kSmall) {
    view_.frame(size);  // keys are about what is seen
    for (const Key& key : keysOf(bytes)) then_ = view_.press(key);
    return view_.frame(size);
  }
  std::string text(TerminalSize size = kSmall) {
    std::string all;
    for (const std::string& line : view_.frame(size)) all += line + "\n";
    return all;
  }
  std::string footer() { return view_.frame(kSmall).back(); }
  // Everything, page by page.
  std::string scrolledThrough(TerminalSize size) {
    press("\x1b[H", size);
    std::string all;
    for (std::string page, before; (page = text(size)) != before; before = page) {
      all += page;
      press("\x1b[6~", size);
    }
    return all;
  }

  WatchView view_{false};
  WatchView::Then then_ = WatchView::Then::kGoOn;
};

TEST_F(WatchScreen, NoLineIsWiderThanTheTerminalAndNoColumnIsLost) {
  for (const TerminalSize size :
       {TerminalSize{24, 80}, TerminalSize{50, 200}, TerminalSize{40, 100}}) {
    const std::string all = scrolledThrough(size);
    std::istringstream lines(all);
    for (std::string line; std::getline(lines, line);) {
      if (line.find("healdctl ") != std::string::npos) continue;  // a command is not broken
      EXPECT_LE(columnsOf(line), static_cast<std::size_t>(size.columns)) << line;
    }
    for (const char* title : {"GOVERNOR", "MODE", "BREAKER", "FAILURES", "NEXT", "ATTEMPTS",
                              "HEALED", "CHECK", "HEALTH", "RESULT", "EVERY", "MESSAGE", "REMEDY",
                              "PHASE", "HELD", "BACK", "SUCCESS", "UP"}) {
      EXPECT_THAT(all, HasSubstr(title)) << size.columns;
    }
  }
}

TEST_F(WatchScreen, EveryRowOfAThousandIsReachedByPages) {
  const std::string all = scrolledThrough(kSmall);
  for (int i = 0; i < 1000; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "  web-%04d ", i);
    ASSERT_THAT(all, HasSubstr(name));
  }
}

TEST_F(WatchScreen, FillsTheTerminalAndNoMore) {
  for (const TerminalSize size : {TerminalSize{24, 80}, TerminalSize{3, 20}, TerminalSize{1, 5},
                                  TerminalSize{2, 1}, TerminalSize{60, 200}}) {
    EXPECT_EQ(view_.frame(size).size(), static_cast<std::size_t>(size.rows)) << size.rows;
    press("G", size);
    press("\t\x1b[Z?", size);
    press("q", size);
  }
}

TEST_F(WatchScreen, ScrollsByLinesAndPagesToBothEnds) {
  const auto top = press("g");
  const auto down = press("j");
  EXPECT_EQ(down[1], top[2]);
  EXPECT_EQ(press("\x1b[A"), top);
  EXPECT_THAT(footer(), StartsWith("lines 1-22 of "));
  const auto end = press("\x1b[F");
  EXPECT_THAT(end, Contains(HasSubstr("process-monitoring")));
  EXPECT_EQ(press("\x1b[6~"), end) << "there is nothing below";
  EXPECT_EQ(press("\x1b[H"), top);
  EXPECT_EQ(press("k"), top);
}

TEST_F(WatchScreen, TheTitlesOfATableStayWhileItsRowsGo) {
  press("\t\t\t\t");  // issues, actions, governors, checks
  EXPECT_THAT(view_.frame(kSmall)[1], HasSubstr("HEALTH"));
  const auto below = press("\x1b[6~\x1b[6~");
  EXPECT_THAT(below[1], HasSubstr("HEALTH"));
  EXPECT_THAT(press("\x1b[Z")[1], HasSubstr("HEALTH"));
}

TEST_F(WatchScreen, FiltersByATextAndSaysHowManyItHides) {
  press("/web-0123\r\t\t\t");
  const std::string all = text();
  EXPECT_THAT(all, AllOf(HasSubstr("web-0123"), Not(HasSubstr("web-0124"))));
  EXPECT_THAT(footer(), HasSubstr("/web-0123 hides 2"));
  EXPECT_THAT(footer(), HasSubstr("(Esc)"));
  press("\x1b");
  EXPECT_THAT(footer(), Not(HasSubstr("hides")));
}

TEST_F(WatchScreen, FiltersWhileTheTextIsTypedAndEscapeTakesItBack) {
  press("/WEB-01");
  EXPECT_THAT(footer(), StartsWith("/WEB-01_"));
  EXPECT_THAT(text({60, 80}), HasSubstr("web-0109")) << "whatever the case";
  press(
      "\x7f\x7f"
      "9");
  EXPECT_THAT(footer(), StartsWith("/WEB-9_"));
  EXPECT_THAT(text(), HasSubstr("nothing has \"WEB-9\" in it"));
  press("\x1b");
  EXPECT_THAT(footer(), StartsWith("lines "));
  press("/*-0007\r");
  EXPECT_THAT(text({60, 80}), AllOf(HasSubstr("restart-web-0007"), Not(HasSubstr("web-0008"))));
  press("/q\r");
  EXPECT_EQ(then_, WatchView::Then::kGoOn) << "a q in the text does not quit";
}

TEST_F(WatchScreen, ShowsProblemsAloneAndSaysHowManyAreWell) {
  press("p\t\t\t\t");
  EXPECT_THAT(text(), AllOf(HasSubstr("web-0009"), Not(HasSubstr("web-0008"))));
  EXPECT_THAT(footer(), HasSubstr("what is well is hidden: 1804 (p)"));
}

TEST_F(WatchScreen, SortsProblemsFirstThenByNameThenAsConfigured) {
  const auto firstCheck = [&] {
    press("g\t\t\t\t");
    for (const std::string& line : view_.frame(kSmall)) {
      if (line.starts_with("  web-")) return line.substr(2, 8);
    }
    return std::string();
  };
  engine::Snapshot snapshot = manyThings(30);
  std::vector<engine::CheckView> checks(snapshot.checks.begin(), snapshot.checks.end());
  snapshot.checks = {checks.rbegin(), checks.rend()};
  show(snapshot);
  press("", {24, 200});
  EXPECT_EQ(firstCheck(), "web-0029");
  press("s");
  EXPECT_EQ(firstCheck(), "web-0000");
  EXPECT_THAT(footer(), HasSubstr("by name"));
  press("s");
  EXPECT_EQ(firstCheck(), "web-0029");
  press("s");
  press("jjj");
  show(manyThings(30));
  EXPECT_EQ(firstCheck(), "web-0009");
}

TEST_F(WatchScreen, ShowsAFewIssuesAndAllOnDemand) {
  EXPECT_THAT(text(), HasSubstr("more issues (i shows them)"));
  press("i");
  EXPECT_THAT(text(), Not(HasSubstr("(i shows them)")));
  EXPECT_THAT(press("i"), Contains(HasSubstr("(i shows them)")));
}

TEST_F(WatchScreen, HelpsAndGoesBackAtAnyKey) {
  const auto before = press("");
  EXPECT_THAT(press("?"), Contains(HasSubstr("this help")));
  EXPECT_EQ(press("x"), before);
}

TEST_F(WatchScreen, QuitsLooksAndDrawsAnew) {
  press("q");
  EXPECT_EQ(then_, WatchView::Then::kLeave);
  press(" ");
  EXPECT_EQ(then_, WatchView::Then::kLookNow);
  press("\x0c");
  EXPECT_EQ(then_, WatchView::Then::kDrawAnew);
}

TEST_F(WatchScreen, StaysWhereItIsWhenTheStatusIsRefreshedAndWithinIt) {
  press("\t\t\t\t\x1b[6~");
  const auto before = view_.frame(kSmall);
  show(manyThings(1000));
  EXPECT_EQ(view_.frame(kSmall), before);
  press("G");
  show(manyThings(1));
  EXPECT_THAT(view_.frame(kSmall), Contains(HasSubstr("process-monitoring")));
}

TEST_F(WatchScreen, SurvivesAnswersOfAnotherShape) {
  for (const char* answer : {"null", "[]", "{}", R"({"selfHealing": 1, "checks": {}})",
                             R"({"checks": [1, null, {"name": 3}], "remedies": [[]]})"}) {
    view_.take(nlohmann::ordered_json::parse(answer));
    EXPECT_EQ(press("G/x\rpsi\t").size(), 24u) << answer;
    press("\x1b");
  }
}

TEST(Keys, AreTakenApartHoweverTheyAreCut) {
  const std::string bytes = "a\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[1;5H\x1b[4~\x1b[Z\t\r\x7fé\x1b[15~";
  std::vector<KeyKind> whole;
  for (const Key& key : keysOf(bytes)) whole.push_back(key.kind);
  EXPECT_EQ(whole,
            (std::vector<KeyKind>{KeyKind::kText, KeyKind::kUp, KeyKind::kDown, KeyKind::kPageUp,
                                  KeyKind::kPageDown, KeyKind::kHome, KeyKind::kEnd,
                                  KeyKind::kBackTab, KeyKind::kTab, KeyKind::kEnter,
                                  KeyKind::kBackspace, KeyKind::kText, KeyKind::kUnknown}));
  KeyParser parser;
  std::vector<KeyKind> pieces;
  for (const char c : bytes) {
    parser.feed(std::string_view(&c, 1));
    while (const auto key = parser.next()) pieces.push_back(key->kind);
  }
  EXPECT_EQ(pieces, whole);
  EXPECT_FALSE(parser.unfinished());
}

TEST(Keys, EscapeIsEscapeWhenNothingFollows) {
  KeyParser parser;
  parser.feed("\x1b");
  EXPECT_FALSE(parser.next());
  EXPECT_TRUE(parser.unfinished());
  EXPECT_EQ(parser.next(true)->kind, KeyKind::kEscape);
  parser.feed("\x1b[");
  EXPECT_EQ(parser.next(true)->kind, KeyKind::kUnknown);
  EXPECT_FALSE(parser.next(true));
}

}  // namespace
}  // namespace heald::ctl
