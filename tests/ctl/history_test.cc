// healdctl history: entries as lines, from a heald or from a file; and the parser of its stream.
#include "ctl/history.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/history_json.h"
#include "ctl/event_parser.h"
#include "ctl/history_text.h"
#include "fixture.h"
#include "store/sqlite_store.h"

namespace heald::ctl {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string textOf(const HistoryEntry& entry, bool colours = false) {
  return historyText(api::historyJson({.id = 1, .entry = entry}, true), colours);
}

HistoryEntry entryOf(HistoryKind kind, const std::string& event) {
  return {.kind = kind, .event = event, .at = api::testNow().wall};
}

TEST(HistoryText, TellsWhenWhatOfWhatAndWhy) {
  HistoryEntry attempt = entryOf(HistoryKind::kAttempt, "failed");
  attempt.governor = "main";
  attempt.remedy = "restart";
  attempt.attempt = 3;
  attempt.message = "exit code 7";
  attempt.output = "first\nsecond \x1b[31m\n";
  attempt.details = {{"consecutiveFailures", 3}, {"reason", "error"}, {"duration", 1500}};
  EXPECT_EQ(
      textOf(attempt),
      "2026-11-23T20:47:00.000Z  attempt   failed          restart #3: exit code 7 (error, took "
      "1s 500ms, consecutive failures: 3)\n"
      "    first\n"
      "    second  [31m\n");
  HistoryEntry human = entryOf(HistoryKind::kHuman, "resume");
  human.governor = "main";
  human.actor = "api from 127.0.0.1 as alice@host";
  human.message = "the disk is replaced";
  EXPECT_EQ(
      textOf(human),
      "2026-11-23T20:47:00.000Z  human     resume          main: the disk is replaced, by api "
      "from 127.0.0.1 as alice@host\n");
  HistoryEntry breaker = entryOf(HistoryKind::kBreaker, "OPEN");
  breaker.governor = "main";
  breaker.details = {{"from", "CLOSED"}};
  EXPECT_THAT(textOf(breaker), EndsWith("breaker   OPEN            main (from CLOSED)\n"));
  breaker.governor = "main@web-1";
  breaker.target = "web-1";
  EXPECT_THAT(textOf(breaker), EndsWith("OPEN            main@web-1 (from CLOSED)\n"));
  EXPECT_THAT(textOf(entryOf(HistoryKind::kHeald, "stopped")), EndsWith("heald     stopped\n"));
  HistoryEntry reload = entryOf(HistoryKind::kReload, "reloaded");
  reload.actor = "token control";
  EXPECT_THAT(textOf(reload), EndsWith("reload    reloaded        by token control\n"));
  EXPECT_THAT(textOf(breaker, true), HasSubstr("\x1b[33mOPEN"));
}

TEST(HistoryText, OfSomethingElseIsEmptyAndNoCrash) {
  EXPECT_EQ(historyText(nlohmann::ordered_json::parse("[1]"), false).back(), '\n');
  EXPECT_EQ(
      historyText(nlohmann::ordered_json::parse(R"({"details":3,"output":[],"id":"x"})"), true)
          .back(),
      '\n');
}

std::vector<std::string> parsed(const std::string& stream, std::size_t piece) {
  std::vector<std::string> events;
  EventParser parser(
      [&](const std::string& id, const std::string& data) { events.push_back(id + "=" + data); });
  for (std::size_t at = 0; at < stream.size(); at += piece) parser.feed(stream.substr(at, piece));
  return events;
}

TEST(EventParser, TakesEventsApartHoweverTheyAreCut) {
  const std::string stream =
      "retry: 2000\n: heald\n\nid: 4\ndata: {\"a\":1}\n\n: heartbeat\n\nid: 5\r\ndata:x\r\ndata: "
      "y\r\n\r\nid: 6\n\nevent: other\ndata: z\n\ndata: cut";
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    EXPECT_THAT(parsed(stream, piece), ElementsAre("4={\"a\":1}", "5=x\ny", "6=z")) << piece;
  }
}

TEST(EventParser, KeepsABoundedPartOfALineWithoutAnEnd) {
  std::string line = "data: " + std::string(3 * EventParser::kLongest, 'x');
  EXPECT_THAT(parsed(line + "\n\ndata: ok\n\n", 4096).back(), "=ok");
}

class History : public CtlTest {
 protected:
  // A store with three entries, closed.
  std::string storeFile() {
    const std::string path = files_.file("heald.db");
    const auto store = store::makeSqliteStore({path});
    const core::ClockStamp now{"boot", api::testNow()};
    EXPECT_TRUE(store->open(now).ok());
    engine::Changes changes;
    for (const char* event : {"unhealthy", "healthy", "unknown"}) {
      changes.history.push_back(entryOf(HistoryKind::kCheck, event));
      changes.history.back().check = "gateway";
    }
    EXPECT_EQ(store->commit(changes, now), "");
    return path;
  }
};

TEST_F(History, OfAFileNeedsNoHeald) {
  environment_["HEALD_URL"] = "http://127.0.0.1:1";
  const std::string file = storeFile();
  const Said all = ctl({"history", "--store", file});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, StartsWith("2026-11-23T20:47:00.000Z  check     unhealthy       gateway\n"));
  EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 3);
  const Said last = ctl({"history", "--store", file, "--limit", "1", "--json"});
  EXPECT_THAT(last.out, StartsWith("{\"id\":3,\"time\":\"2026-11-23T20:47:00.000Z\",\"kind\":"));
  EXPECT_EQ(std::count(last.out.begin(), last.out.end(), '\n'), 1);
  EXPECT_EQ(ctl({"history", "--store", file, "--kind", "attempt"}).out, "");
  EXPECT_THAT(ctl({"history", "--store", file, "--text", "UNKN"}).out, HasSubstr("unknown"));
  EXPECT_EQ(ctl({"history", "--store", file, "--text", "nonesuch"}).out, "");
}

TEST_F(History, WithoutTheTokenItSaysThatOutputsAreLeftOut) {
  HistoryEntry attempt = entryOf(HistoryKind::kAttempt, "failed");
  attempt.output = "401 unauthorized";
  api::Backend backend = engine_->backend();
  backend.history = [&](const engine::HistoryQuery&) {
    engine::HistoryPage page;
    page.rows.push_back({.id = 1, .entry = attempt});
    return Result<engine::HistoryPage>(page);
  };
  http::GuardPolicy policy;
  policy.token = kTestToken;
  const test::ControlListener server(api::controlRoutes(backend), policy);
  environment_["HEALD_URL"] = server.url();
  const Said with = ctl({"history", "--json"});
  EXPECT_THAT(with.out, HasSubstr("401 unauthorized"));
  EXPECT_EQ(with.err, "");
  environment_["HEALD_TOKEN_FILE"] = files_.file("none");
  const Said without = ctl({"history", "--json"});
  EXPECT_EQ(without.code, 0);
  EXPECT_THAT(without.out, HasSubstr("\"output\":null"));
  EXPECT_EQ(without.err, "healdctl: without the token, outputs are left out (null)\n");
  EXPECT_EQ(ctl({"history"}).err, "");
}

TEST_F(History, TakesADateAndATimeWithoutAZone) {
  const std::string file = storeFile();
  const auto lines = [&](const std::string& since) {
    const Said said = ctl({"history", "--store", file, "--since", since});
    EXPECT_EQ(said.code, 0) << said.err;
    return std::count(said.out.begin(), said.out.end(), '\n');
  };
  EXPECT_EQ(lines("2026-11-23"), 3);
  EXPECT_EQ(lines("2026-11-24"), 0);
  EXPECT_EQ(lines("2026-11-23 20:47"), 3) << "as heald prints it: UTC";
  EXPECT_EQ(lines("2026-11-23T20:48"), 0);
  EXPECT_EQ(lines("2026-11-23T21:48+02:00"), 3);
}

TEST_F(History, ANumberOfEntriesIsNotNegative) {
  const Said said = ctl({"history", "--limit", "-1"});
  EXPECT_EQ(said.code, 2);
  EXPECT_THAT(said.err, HasSubstr("--limit -1 is not a number from 0 (0: all)"));
  EXPECT_EQ(ctl({"history", "--limit", "many"}).code, 2);
  EXPECT_EQ(ctl({"history", "--limit", "0"}).code, 0);
}

TEST_F(History, OfANameThatNothingHasIsAnErrorAndOfOneWithoutEntriesIsEmpty) {
  engine_->show(api::troubledSnapshot());
  const Said wrong = ctl({"history", "--check", "dsik"});
  EXPECT_EQ(wrong.code, 5);
  EXPECT_EQ(wrong.err,
            "healdctl: no check \"dsik\" (did you mean \"disk\"?), and no entry of it\n");
  EXPECT_EQ(ctl({"history", "--governor", "gatewya"}).code, 5);
  EXPECT_EQ(ctl({"history", "--remedy", "renewkey"}).code, 5);
  const Said quiet = ctl({"history", "--check", "disk"});
  EXPECT_EQ(quiet.code, 0);
  EXPECT_EQ(quiet.out + quiet.err, "");
}

TEST_F(History, WrongArgumentsAreNamed) {
  const std::string file = storeFile();
  EXPECT_EQ(ctl({"history", "--store", file, "--since", "yesterday"}).code, 2);
  EXPECT_EQ(ctl({"history", "--store", file, "--follow"}).code, 2);
  EXPECT_EQ(ctl({"history", "--since", "yesterday"}).code, 2);
  EXPECT_THAT(ctl({"history", "--kind", "nonesuch"}).err, HasSubstr("is no kind (heald, "));
  const Said none = ctl({"history", "--store", files_.file("none.db")});
  EXPECT_EQ(none.code, 6);
  EXPECT_THAT(none.err, HasSubstr("there is no such file"));
}

TEST_F(History, OfAHealdThatIsAwayIsUnreachable) {
  environment_["HEALD_URL"] = "http://127.0.0.1:1";
  EXPECT_EQ(ctl({"history"}).code, 3);
}

}  // namespace
}  // namespace heald::ctl
