// healdctl backtest: a history that was printed or stored, against a configuration.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/history_json.h"
#include "ctl/history_file.h"
#include "fixture.h"
#include "simulation/backtest.h"
#include "store/sqlite_store.h"

namespace heald::ctl {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const char* const kConfig = R"(
checks:
  - {name: service, interval: 10s, exec: {command: [/bin/true]}}
remedies:
  - {name: restart, when: {check: service}, exec: {command: [/bin/true]}}
)";

HistoryEntry entry(HistoryKind kind, const std::string& event, core::Duration at) {
  return {.kind = kind, .event = event, .at = api::testNow().wall + at, .check = "service"};
}

HistoryEntry attempt(const std::string& event, std::uint64_t number, core::Duration at) {
  HistoryEntry made = entry(HistoryKind::kAttempt, event, at);
  made.governor = made.remedy = "restart";
  made.attempt = number;
  if (event == "failed") {
    made.details = {{"reason", "error"}, {"duration", 1000}};
    made.output = "cannot bind port 8080";
  }
  return made;
}

// Ill for twenty minutes; seven restarts that fail.
std::vector<HistoryEntry> recorded() {
  std::vector<HistoryEntry> all = {entry(HistoryKind::kCheck, "unhealthy", {})};
  std::uint64_t number = 0;
  for (const int at : {0, 6, 17, 78, 139, 220, 381}) {
    all.push_back(attempt("started", ++number, seconds(at)));
    all.push_back(attempt("failed", number, seconds(at + 1)));
  }
  all.push_back(entry(HistoryKind::kCheck, "healthy", seconds(600)));
  return all;
}

std::string lines(const std::vector<HistoryEntry>& entries) {
  std::string text;
  std::int64_t id = 0;
  for (const HistoryEntry& one : entries) {
    text += api::historyJson({.id = ++id, .entry = one}, true).dump() + "\n";
  }
  return text;
}

// Without a daemon.
class BacktestCommand : public CtlTest {
 protected:
  static void SetUpTestSuite() {}
  static void TearDownTestSuite() {}
  void SetUp() override {
    config_ = files_.write("same.yml", kConfig);
    fewer_ = files_.write("fewer.yml", std::string(kConfig) +
                                           "governors: {restart: {max_consecutive_failures: 5}}\n");
    history_ = files_.write("history.jsonl", lines(recorded()));
  }
  std::vector<std::string> problemsOf(const std::string& text) {
    const std::string file = files_.write("bad.jsonl", text);
    std::vector<std::string> problems =
        readHistoryFile(file, simulation::kLongestBacktest).problems;
    for (std::string& problem : problems) problem.erase(0, file.size());
    return problems;
  }

  std::string config_, fewer_, history_;
};

TEST_F(BacktestCommand, TheSameConfigurationMakesTheSameAttempts) {
  const Said said = ctl({"backtest", "--history", history_, "--config", config_, "--json"});
  ASSERT_EQ(said.code, 0) << said.err;
  const auto json = nlohmann::json::parse(said.out);
  EXPECT_EQ(json["entries"], 16);
  EXPECT_EQ(json["from"], "2026-11-23T20:47:00.000Z");
  EXPECT_EQ(json["until"], "2026-11-23T20:57:00.000Z");
  EXPECT_EQ(json["incidents"],
            nlohmann::json::parse(R"([{"check": "service", "from": "2026-11-23T20:47:00.000Z",
                "until": "2026-11-23T20:57:00.000Z", "attempts": {"then": 7, "now": 7}}])"));
  EXPECT_EQ(json["governors"].front()["attempts"], nlohmann::json::parse(R"({"then":7,"now":7})"));
  EXPECT_EQ(json["remarks"].size(), 0u);
  EXPECT_GT(json["assumptions"].size(), 2u);
}

TEST_F(BacktestCommand, ATableTellsWhatWouldHaveBeenDifferent) {
  const Said said = ctl({"backtest", "--history", history_, "--config", fewer_});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, StartsWith(fewer_ + " on " + history_ +
                                   ": 16 entries from 2026-11-23T20:47:00.000Z to "
                                   "2026-11-23T20:57:00.000Z\n\n"));
  EXPECT_THAT(said.out,
              HasSubstr("  restart            7              5    0             1    -     "
                        "      2026-11-23T20:49:20.000Z\n"));
  EXPECT_THAT(
      said.out,
      HasSubstr("  service   2026-11-23T20:47:00.000Z  2026-11-23T20:57:00.000Z  7           "
                "   5\n"));
  EXPECT_THAT(said.out, HasSubstr("\nWhat is taken for granted\n  - heald runs all the time"));
}

TEST_F(BacktestCommand, AStoreTellsTheSameAsItsLines) {
  const std::string path = files_.file("heald.db");
  {
    const auto store = store::makeSqliteStore({path});
    const core::ClockStamp now{"boot-1", api::testNow()};
    ASSERT_TRUE(store->open(now).ok());
    engine::Changes changes;
    changes.history = recorded();
    ASSERT_EQ(store->commit(changes, now), "");
  }
  EXPECT_EQ(readHistoryFile(path, simulation::kLongestBacktest).entries, recorded());
  EXPECT_EQ(readHistoryFile(history_, simulation::kLongestBacktest).entries, recorded());
}

TEST_F(BacktestCommand, EveryWrongLineIsToldWithItsNumber) {
  const auto line = [](const char* id, const char* time, const char* more) {
    return std::string(R"({"id":)") + id + R"(,"time":)" + time + "," + more + "}\n";
  };
  const char* const kGood = R"("kind":"check","event":"healthy")";
  const char* const kTime = R"("2026-11-23T20:47:00.000Z")";
  EXPECT_THAT(problemsOf("{\n[]\n" + line("1", kTime, kGood) + line("1", kTime, kGood) + "\n" +
                         line("-2", kTime, kGood) + line("3", "5", kGood) +
                         line("4", kTime, R"("kind":"weather","event":"x")") +
                         line("5", kTime, R"("kind":"check")") +
                         line("6", kTime, R"("kind":"check","event":"healthy","check":7)") +
                         line("7", R"("2029-01-01T00:00:00Z")", kGood)),
              ElementsAre(":1: not a JSON object as healdctl history prints them (add --json)",
                          ":4: id: 1 after 1, and ids rise: are these several histories?",
                          ":6: id: expected a whole number above 0, not -2",
                          ":7: time: expected a time as 2026-11-23T20:47:00.000Z, not 5",
                          ":8: kind: expected a kind of docs/http-api.md, not \"weather\"",
                          ":9: event: expected a text, and there is none",
                          ":10: check: expected a text, not 7",
                          HasSubstr(":11: time: 2029-01-01T00:00:00.000Z is more than ")));
  EXPECT_THAT(problemsOf("\n"), ElementsAre(": holds no entry"));
  EXPECT_EQ(problemsOf(std::string(10, '[') + "\n" + std::string(1000, '\n')).size(), 1u);
  const Said said = ctl({"backtest", "--history", files_.file("bad.jsonl"), "--config", config_});
  EXPECT_EQ(said.code, 6);
  EXPECT_THAT(said.err, HasSubstr("bad.jsonl:1: not a JSON object"));
}

TEST_F(BacktestCommand, ALineThatIsNestedTooDeepIsRefusedBeforeItIsParsed) {
  const auto nested = [](std::size_t levels) {
    return R"({"id":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}\n";
  };
  EXPECT_THAT(problemsOf("\n" + nested(33) + nested(300'000) + nested(32)),
              ElementsAre(":2: nested deeper than 32 levels", ":3: nested deeper than 32 levels",
                          StartsWith(":4: id: expected a whole number above 0, not [[[[[")));
}

TEST_F(BacktestCommand, ALineWithoutAnEndIsRefused) {
  const auto said = [](std::size_t bytes) {
    return R"({"id":")" + std::string(bytes - 9, 'x') + "\"}\n";
  };
  EXPECT_THAT(problemsOf(said(kLongestHistoryLine)), ElementsAre(StartsWith(":1: id: expected ")));
  EXPECT_THAT(problemsOf("\n" + said(kLongestHistoryLine + 1) + "{}\n"),
              ElementsAre(StartsWith(":2: longer than 1 MiB")));
  EXPECT_THAT(readHistoryFile("/dev/zero", simulation::kLongestBacktest).problems,
              ElementsAre(StartsWith("/dev/zero:1: longer than 1 MiB")));
  EXPECT_THAT(readHistoryFile("/", simulation::kLongestBacktest).problems,
              ElementsAre("/: cannot be read"));
}

TEST_F(BacktestCommand, WhatIsMissingOrDamagedIsTold) {
  std::string text = lines(recorded());
  text += R"({"id":40,"time":null,"kind":"unreadable","message":"damage"})";
  const std::string file = files_.write("gaps.jsonl", text);
  const Said said = ctl({"backtest", "--history", file, "--config", config_});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("  - 23 ids are missing between the first entry and the last"));
  EXPECT_THAT(said.out, HasSubstr("  - damaged entries, which are not played: 1\n"));
}

TEST_F(BacktestCommand, AHistoryThatDoesNotBeginAtItsBeginningIsTold) {
  const std::string all = lines(recorded());
  const std::string file = files_.write("cut.jsonl", all.substr(all.find("{\"id\":3,")));
  EXPECT_THAT(ctl({"backtest", "--history", file, "--config", config_}).out,
              HasSubstr("  - the history begins with id 3: what came before is not known\n"));
}

TEST_F(BacktestCommand, AHistoryWithoutOutputsIsTold) {
  std::vector<HistoryEntry> entries = recorded();
  for (HistoryEntry& one : entries) one.output.clear();
  const std::string file = files_.write("bare.jsonl", lines(entries));
  EXPECT_THAT(ctl({"backtest", "--history", file, "--config", config_}).out,
              HasSubstr("  - no entry of the history has an output: "));
  const std::string none = files_.write(
      "none.yml",
      std::string(kConfig) + "governor_defaults: {breaker: {permanent_open_conditions: []}}\n");
  EXPECT_THAT(ctl({"backtest", "--history", file, "--config", none}).out,
              Not(HasSubstr("has an output")));
}

TEST_F(BacktestCommand, AWrongFileOrArgumentIsAnError) {
  EXPECT_EQ(ctl({"backtest", "--history", history_}).code, 2);
  EXPECT_EQ(ctl({"backtest", "--config", config_}).code, 2);
  const std::string none = files_.file("none");
  const Said said = ctl({"backtest", "--history", none, "--config", config_});
  EXPECT_EQ(said.code, 6);
  EXPECT_THAT(said.err, HasSubstr(none + ": cannot be read"));
  EXPECT_EQ(ctl({"backtest", "--history", history_, "--config", none}).code, 6);
}

}  // namespace
}  // namespace heald::ctl
