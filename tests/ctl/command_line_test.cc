// The command line as a whole: what is meant by a mistyped word, help, and --json of every command.
#include <fcntl.h>
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "ctl/standard_output.h"
#include "fixture.h"
#include "store/sqlite_store.h"
#include "support/command.h"
#include "support/etcd.h"

namespace heald::ctl {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CommandLineTest : public CtlTest {};

TEST_F(CommandLineTest, AMisspelledCommandIsNamedWithTheOneThatWasMeant) {
  EXPECT_THAT(ctl({"statsu"}).err,
              StartsWith("healdctl: unknown command \"statsu\" (did you mean \"status\"?)\n"));
  EXPECT_THAT(ctl({"run", "chekc", "x"}).err,
              StartsWith("healdctl: run: no such command: \"chekc\" (did you mean \"check\"?)\n"));
  EXPECT_THAT(ctl({"zzzzzzzz"}).err, HasSubstr("(there are: status, explain, history, "));
  EXPECT_THAT(ctl({}).err, StartsWith("healdctl: a command is needed\nsee: healdctl help\n"));
  EXPECT_THAT(ctl({"run"}).err, StartsWith("healdctl: run: it needs to know what: check, remedy"));
  EXPECT_EQ(ctl({"statsu"}).code, 2);
}

TEST_F(CommandLineTest, AMisspelledOptionIsNamedWithTheOneThatWasMeant) {
  EXPECT_EQ(ctl({"status", "--jsno"}).err,
            "healdctl: status: unknown option --jsno (did you mean --json?)\n"
            "see: healdctl help status\n");
  EXPECT_THAT(ctl({"pause", "a", "--for", "1h", "--reasno=x"}).err,
              StartsWith("healdctl: pause: unknown option --reasno (did you mean --reason?)"));
  EXPECT_THAT(ctl({"status", "--timeot", "3"}).err, HasSubstr("(did you mean --timeout?)"));
  EXPECT_THAT(ctl({"reload", "extra"}).err, HasSubstr("unexpected argument \"extra\""));
}

TEST_F(CommandLineTest, AMisspelledNameIsNamedWithTheOneThatWasMeant) {
  engine_->show(api::troubledSnapshot());
  engine_->reply = Error{ErrorCode::kNotFound, "no such thing (there are: a thousand)"};
  EXPECT_EQ(ctl({"resume", "gatewya", "--reason", "x"}).err,
            "healdctl: no governor \"gatewya\" (did you mean \"gateway\"?)\n");
  EXPECT_EQ(ctl({"run", "remedy", "renewkey"}).err,
            "healdctl: no remedy \"renewkey\" (did you mean \"renew-key\"?)\n");
  EXPECT_EQ(ctl({"run", "check", "dsik"}).err,
            "healdctl: no check \"dsik\" (did you mean \"disk\"?)\n");
  EXPECT_EQ(ctl({"explain", "quue"}).err,
            "healdctl: no governor, remedy or check \"quue\" (did you mean \"queue\"?)\n");
  EXPECT_THAT(ctl({"flag", "auto_haeling", "off", "--reason", "x"}).err,
              HasSubstr("(did you mean \"auto_healing\"?)"));
  EXPECT_EQ(ctl({"unpause", "nothing-like-it"}).err,
            "healdctl: no remedy \"nothing-like-it\" (there are: renew-key, drain-queue)\n");
}

TEST_F(CommandLineTest, OfManyNamesTenAreListed) {
  engine::Snapshot snapshot = api::sampleSnapshot();
  for (int i = 0; i < 400; ++i) {
    snapshot.checks.push_back(api::check("web-" + std::to_string(i), engine::Health::kHealthy, ""));
  }
  engine_->show(snapshot);
  const Said said = ctl({"run", "check", "nothing-like-it"});
  EXPECT_EQ(said.code, 5);
  EXPECT_THAT(said.err, HasSubstr("web-9, and 390 more)"));
}

TEST_F(CommandLineTest, HelpTellsOfAllCommandsOrOfOne) {
  EXPECT_EQ(ctl({"help"}).out, ctl({"--help"}).out);
  EXPECT_EQ(ctl({"help", "pause"}).out, ctl({"pause", "--help"}).out);
  EXPECT_EQ(ctl({"help", "run", "check"}).out, ctl({"run", "check", "--help"}).out);
  EXPECT_THAT(ctl({"help", "run", "check"}).out, HasSubstr("Usage: healdctl run check"));
  const Said wrong = ctl({"help", "puase"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("(did you mean \"pause\"?)"));
}

TEST_F(CommandLineTest, TheHelpOfOneCommandIsShort) {
  for (const std::string& command : commandTable()) {
    std::istringstream words(command);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    arguments.push_back("--help");
    const Said said = ctl(arguments);
    EXPECT_EQ(said.code, 0) << command;
    EXPECT_LE(std::count(said.out.begin(), said.out.end(), '\n'), 24) << command << said.out;
    EXPECT_THAT(said.out, Not(HasSubstr("Exit codes:"))) << command;
    EXPECT_THAT(said.out, HasSubstr("healdctl help")) << command;
  }
}

// For every command that prints: arguments with which it succeeds, and with which it fails.
struct Sample {
  std::vector<std::string> succeeds;
  std::vector<std::string> fails;
  int code;  // of the failure
};

class EveryCommand : public CtlTest {
 protected:
  void SetUp() override {
    CtlTest::SetUp();
    engine_->show(api::troubledSnapshot());
    config_ = files_.write("heald.yml", R"(
governors:
  self-healing-main:
    max_consecutive_failures: 2
    backoff: {base: 1s, max: 2s}
    breaker: {failure_threshold: 2, open_for: 2s, permanent_open_threshold: 2}
    budgets: []
checks: [{name: api, tcp: {address: '127.0.0.1:1'}}]
remedies: [{name: restart, when: {check: api}, exec: {command: [/bin/true]}}]
)");
    scenario_ = files_.write("scenario.yml", "run_for: 1m\n");
    bad_ = files_.write("bad.yml", "checks: 3\n");
    history_ = files_.write("history.jsonl",
                            R"({"id":1,"time":"2026-11-23T20:47:00.000Z","kind":"check",)"
                            R"("event":"unhealthy","governor":null,"remedy":null,"target":null,)"
                            R"("check":"api","attempt":null,"actor":null,"message":"m",)"
                            R"("output":null,"details":{}})"
                            "\n");
  }

  // A configuration for replicas, and the state of a heald from before.
  void addReplicated(const std::string& endpoint) {
    const std::string path = files_.file("heald.db");
    const auto store = store::makeSqliteStore({.path = path});
    const core::ClockStamp now{"boot", {core::BootTime(std::chrono::hours(1)), {}}};
    ASSERT_TRUE(store->open(now).ok());
    engine::Changes changes;
    changes.governors = {{"self-healing-main", core::GovernorState{}}};
    ASSERT_EQ(store->commit(changes, now), "");
    replicated_ = files_.write("replicated.yml", "store: {path: " + path + ", etcd: {endpoints: [" +
                                                     endpoint + "], lease: 3s}}\nchecks: []\n");
  }

  std::map<std::string, Sample> samples() const {
    const std::vector<std::string> away = {"--url", "http://127.0.0.1:1"};
    const auto gone = [&](std::vector<std::string> words) {
      words.insert(words.end(), away.begin(), away.end());
      return words;
    };
    return {
        {"status", {{}, gone({}), 3}},
        {"explain", {{"queue"}, {"quue"}, 5}},
        {"history", {{}, {"--limit", "-1"}, 2}},
        {"flag", {{}, {"auto_healing"}, 2}},
        {"resume", {{"--reason", "x"}, {"--reason", " "}, 2}},
        {"dormant", {{"queue", "--reason", "x"}, {"--reason", "x"}, 2}},
        {"retry", {{"queue", "--reason", "x"}, {"queue"}, 2}},
        {"reset", {{"queue"}, {}, 2}},
        {"run check", {{"--no-wait", "disk"}, {"dsik"}, 5}},
        {"run remedy", {{"renew-key"}, gone({"renew-key"}), 3}},
        {"pause", {{"--all", "--for", "1h", "--reason", "x"}, {"--for", "1h", "--reason", "x"}, 2}},
        {"unpause", {{"--all"}, {}, 2}},
        {"approve", {{"renew-key", "--reason", "x"}, {"renew-key"}, 2}},
        {"unapprove", {{"renew-key"}, {}, 2}},
        {"reload", {{}, {"extra"}, 2}},
        {"token create", {{"made", "--role", "read"}, {"made", "--role", "boss"}, 2}},
        {"open", {{"queue"}, {"quue"}, 5}},
        {"token list", {{}, gone({}), 3}},
        {"token revoke", {{"first"}, {"frist"}, 5}},
        {"token rotate", {{"second"}, {"secnod"}, 5}},
        {"notify list", {{}, gone({}), 3}},
        {"notify test", {{}, {"nobody"}, 5}},
        {"replicas", {{}, gone({}), 3}},
        {"step-down", {{"--reason", "x"}, {}, 2}},
        {"check-config", {{config_}, {bad_}, 6}},
        {"bound", {{config_}, {bad_}, 6}},
        {"config schema", {{}, {"extra"}, 2}},
        {"config init", {{files_.file("first.yml"), "--port", "22"}, {config_, "--all"}, 1}},
        {"store migrate", {{replicated_, "--to", "etcd"}, {config_, "--to", "etcd"}, 6}},
        {"simulate", {{config_, scenario_}, {bad_, scenario_}, 6}},
        {"backtest",
         {{"--history", history_, "--config", config_},
          {"--history", bad_, "--config", config_},
          6}},
    };
  }

  Said with(const std::string& command, const std::vector<std::string>& more) {
    std::istringstream words(command);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    arguments.push_back("--json");
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ctl(arguments);
  }

  std::string config_, scenario_, bad_, history_, replicated_;
};

// What has none, and why: docs/healdctl.md says so too.
const std::map<std::string, std::string> kWithoutJson = {
    {"watch", "it is a screen; status --json"},
    {"exec", "its output is the command's"},
    {"help", "it is for people"},
    {"completion", "it is a script of a shell"},
};

TEST_F(EveryCommand, ThatPrintsHasJsonOfSuccessAndOfFailure) {
  const test::Etcd etcd;
  ASSERT_TRUE(etcd.ready()) << etcd.log();
  addReplicated(etcd.urls().front());
  const auto all = samples();
  for (const std::string& command : commandTable()) {
    if (kWithoutJson.contains(command)) continue;
    ASSERT_TRUE(all.contains(command)) << command << " needs a sample here, and a row in the docs";
    const Sample& sample = all.at(command);
    const Said good = with(command, sample.succeeds);
    EXPECT_EQ(good.code, 0) << command << ": " << good.err << good.out;
    if (command == "history") {
      EXPECT_EQ(good.out, "") << "no entries, no lines";
    } else {
      const json value = json::parse(good.out, nullptr, false);
      EXPECT_TRUE(value.is_object()) << command << ": " << good.out;
      EXPECT_FALSE(value.contains("error")) << command << ": " << good.out;
    }
    const Said bad = with(command, sample.fails);
    EXPECT_EQ(bad.code, sample.code) << command << ": " << bad.err;
    EXPECT_NE(bad.err, "") << command << ": people are told as well";
    const json failure = json::parse(bad.out, nullptr, false);
    ASSERT_TRUE(failure.is_object()) << command << ": " << bad.out;
    EXPECT_EQ(failure.value("exitCode", 0), sample.code) << command << ": " << bad.out;
    EXPECT_NE(failure["error"].value("message", ""), "") << command << ": " << bad.out;
    EXPECT_NE(failure["error"].value("code", ""), "") << command << ": " << bad.out;
  }
}

TEST_F(EveryCommand, StandsInTheDocumentAndInTheHelp) {
  std::ifstream file(HEALD_SOURCE_DIR "/docs/healdctl.md");
  const std::string document((std::istreambuf_iterator<char>(file)), {});
  for (const std::string& command : commandTable()) {
    EXPECT_THAT(document, HasSubstr("`" + command)) << command;
  }
}

TEST_F(EveryCommand, HasTheWordOfHealdInItsErrors) {
  engine_->reply = Error{ErrorCode::kConflict, "not now"};
  EXPECT_EQ(ctl({"reset", "queue", "--json"}).out,
            "{\"error\":{\"code\":\"conflict\",\"message\":\"not now\"},\"exitCode\":1}\n");
}

TEST_F(EveryCommand, NamesEachMistakeOfAFile) {
  const json value = json::parse(ctl({"bound", bad_, "--json"}).out);
  EXPECT_EQ(value["error"]["code"], "bad_file");
  EXPECT_THAT(value["error"]["problems"][0].get<std::string>(), HasSubstr("bad.yml:1:"));
}

TEST_F(EveryCommand, WithAReloadOfABadFileBlamesTheFile) {
  engine_->reload_answer = Error{ErrorCode::kInvalid, "heald.yml:3:1: unknown key \"chekcs\""};
  EXPECT_EQ(ctl({"reload"}).code, 6);
  EXPECT_EQ(json::parse(ctl({"reload", "--json"}).out)["exitCode"], 6);
}

TEST_F(EveryCommand, OfAnExecutedCommandTheOutputIsItsOwn) {
  const Said said = ctl({"exec", "--json", "--governor", "queue", "--", "/bin/true"});
  EXPECT_EQ(said.code, 2);
  EXPECT_THAT(said.err, HasSubstr("unknown option --json"));
}

// --- the real program

test::CommandResult shell(const std::string& line) {
  return test::runCommand({"/bin/bash", "-c", line});
}

const std::string kProgram = HEALD_BINARY_DIR "/healdctl";

TEST(Output, ThatCannotBeWrittenIsAnError) {
  const auto full = shell(kProgram + " help 2>&1 >/dev/full; echo \"code $?\"");
  EXPECT_THAT(full.output, AllOf(HasSubstr("the output cannot be written: No space left on device"),
                                 HasSubstr("code 7")));
  const auto closed = shell(kProgram + " help 2>&1 >&-; echo \"code $?\"");
  EXPECT_THAT(closed.output, HasSubstr("code 7"));
}

TEST(Output, OfAReaderThatHasGoneIsQuiet) {
  const auto head =
      shell(kProgram + " config schema | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}");
  EXPECT_THAT(head.output, testing::AnyOf("141\n", "7\n")) << head.output;
  // Also where the signal is ignored, as under many daemons.
  const auto ignoring = shell("trap '' PIPE; " + kProgram + " config schema | head -c 1 2>&1 >&2");
  EXPECT_THAT(ignoring.output, Not(HasSubstr("cannot be written")));
}

TEST(Output, RemembersTheFirstReasonAndLosesNothingBefore) {
  test::TempDir files;
  const std::string path = files.file("out");
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  {
    StandardOutput output(fd);
    std::ostream out(&output);
    out << std::string(100'000, 'x') << "end";
    EXPECT_EQ(output.finish(), 0);
  }
  ::close(fd);
  std::ifstream written(path);
  const std::string text((std::istreambuf_iterator<char>(written)), {});
  EXPECT_EQ(text, std::string(100'000, 'x') + "end");
  StandardOutput output(::open("/dev/full", O_WRONLY));
  std::ostream out(&output);
  out << std::string(100'000, 'x');
  EXPECT_TRUE(out.fail());
  EXPECT_EQ(output.finish(), ENOSPC);
}

}  // namespace
}  // namespace heald::ctl
