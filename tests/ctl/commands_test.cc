#include <gmock/gmock.h>

#include <sstream>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

class Commands : public CtlTest {
 protected:
  // Governors of these names, the first `dormant` of them dormant.
  void governors(const std::vector<std::string>& names, std::size_t dormant) {
    engine::Snapshot snapshot = api::sampleSnapshot();
    snapshot.governors.clear();
    for (const std::string& name : names) {
      engine::GovernorView governor;
      governor.name = name;
      if (snapshot.governors.size() < dormant) {
        governor.state.dormancy = core::DormancyRecord{"why", {}, {}, {}};
      }
      snapshot.governors.push_back(governor);
    }
    engine_->show(snapshot);
  }
};

TEST_F(Commands, ResumesTheOnlyDormantGovernor) {
  governors({"b", "a"}, 1);
  const Said said = ctl({"resume", "--reason", "new key"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "Governor b is active again.\n");
  EXPECT_EQ(engine_->asked<engine::Resume>().governor, "b");
  EXPECT_EQ(engine_->asked<engine::Resume>().reason, "new key");
  EXPECT_EQ(engine_->asked<engine::Resume>().by, "token control from 127.0.0.1 as alice@host");
}

TEST_F(Commands, AsksWhichWhenSeveralAreDormant) {
  governors({"b", "a", "c"}, 2);
  const Said said = ctl({"resume", "--reason", "x"});
  EXPECT_EQ(said.code, 2);
  EXPECT_EQ(said.err, "healdctl: there is more than one dormant governor, name one: b, a\n");
  EXPECT_TRUE(engine_->events.empty());
}

TEST_F(Commands, RefusesToResumeWhenNoneIsDormant) {
  const Said said = ctl({"resume", "--reason", "x"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "healdctl: there is no dormant governor\n");
}

TEST_F(Commands, ResumesOneByNameOrAll) {
  EXPECT_EQ(ctl({"resume", "a", "--reason", "x"}).out, "Governor a is active again.\n");
  EXPECT_EQ(engine_->asked<engine::Resume>().governor, "a");
  engine_->reply = engine::Reply{"resume: a, b"};
  EXPECT_EQ(ctl({"resume", "--all", "--reason", "x"}).out, "Active again: a, b.\n");
  EXPECT_EQ(engine_->asked<engine::Resume>().governor, "");
  EXPECT_EQ(ctl({"resume", "a", "--all", "--reason", "x"}).code, 2);
}

TEST_F(Commands, TakesAGovernorThatIsNamedLikeACommand) {
  EXPECT_EQ(ctl({"resume", "reset", "--reason", "x"}).code, 0);
  EXPECT_EQ(engine_->asked<engine::Resume>().governor, "reset");
  EXPECT_EQ(ctl({"run", "check", "status", "--no-wait"}).code, 0);
  EXPECT_EQ(engine_->asked<engine::RunCheckNow>().check, "status");
}

TEST_F(Commands, EntersDormantMode) {
  const Said said = ctl({"dormant", "--reason", "move"});
  EXPECT_EQ(said.out,
            "Governor self-healing-main is dormant: nothing is tried until a human resumes it.\n");
  EXPECT_EQ(engine_->asked<engine::EnterDormant>().governor, "self-healing-main");
  engine_->reply = engine::Reply{"enter dormant mode: a, b"};
  EXPECT_EQ(ctl({"dormant", "--all", "--reason", "move"}).out,
            "Dormant: a, b; nothing is tried until a human resumes them.\n");
  governors({"a", "b"}, 0);
  EXPECT_THAT(ctl({"dormant", "--reason", "x"}).err, HasSubstr("name one: a, b"));
  std::vector<std::string> many;
  for (int i = 0; i < 400; ++i) many.push_back("g" + std::to_string(i));
  governors(many, 0);
  EXPECT_THAT(ctl({"retry", "--reason", "x"}).err, HasSubstr("g8, g9, and 390 more\n"));
}

TEST_F(Commands, ResetsTheBreaker) {
  EXPECT_EQ(ctl({"reset"}).out, "The circuit breaker of governor self-healing-main is CLOSED.\n");
  EXPECT_FALSE(engine_->asked<engine::Reset>().force);
  engine_->reply = engine::Reply{"reset the circuit breaker: a; still in the way: …"};
  engine_->reply->in_the_way = {
      {"a",
       "dormant",
       "governor a is dormant: moving the disk",
       {},
       "healdctl resume a --reason \"<what was fixed>\""},
      {"a", "in_flight", "1 attempt in flight; the next may start when it has ended", {}, ""}};
  const Said said = ctl({"reset", "a", "--force"});
  EXPECT_TRUE(engine_->asked<engine::Reset>().force);
  EXPECT_EQ(said.out,
            "The circuit breaker of governor a is CLOSED.\n"
            "Still in the way of the next attempt:\n"
            "  a: governor a is dormant: moving the disk\n"
            "    healdctl resume a --reason \"<what was fixed>\"\n"
            "  a: 1 attempt in flight; the next may start when it has ended\n");
  governors({"a", "b"}, 0);
  EXPECT_EQ(ctl({"reset", "--force"}).code, 2);
}

TEST_F(Commands, RetriesNow) {
  EXPECT_EQ(ctl({"retry", "--reason", "the port is free"}).out,
            "Governor self-healing-main waits no longer: what is wanted under it starts now.\n");
  EXPECT_EQ(engine_->asked<engine::Retry>().governor, "self-healing-main");
  EXPECT_EQ(engine_->asked<engine::Retry>().reason, "the port is free");
  EXPECT_EQ(engine_->asked<engine::Retry>().by, "token control from 127.0.0.1 as alice@host");
  EXPECT_EQ(ctl({"retry", "main@db1", "--reason", "x"}).code, 0);
  EXPECT_EQ(engine_->asked<engine::Retry>().governor, "main@db1");
  EXPECT_EQ(ctl({"retry", "a"}).code, 2) << "a reason is needed";
  EXPECT_EQ(ctl({"retry", "a", "--reason", " "}).code, 2);
  engine_->reply = Error{ErrorCode::kConflict, "governor \"a\" is dormant"};
  const Said refused = ctl({"retry", "a", "--reason", "x"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.err, "healdctl: governor \"a\" is dormant\n");
  governors({"a", "b"}, 0);
  EXPECT_EQ(ctl({"retry", "--reason", "x"}).code, 2);
}

TEST_F(Commands, ListsAndMovesFlags) {
  EXPECT_THAT(ctl({"flag"}).out, HasSubstr("process_monitoring"));
  engine_->reply = engine::Reply{"auto_healing is off"};
  EXPECT_EQ(ctl({"flag", "auto_healing", "off", "--reason", "x"}).out,
            "The flag auto_healing is off.\n");
  EXPECT_FALSE(engine_->asked<engine::SetFlag>().enabled);
  EXPECT_EQ(ctl({"flag", "auto_healing"}).code, 2);
  EXPECT_EQ(ctl({"flag", "auto_healing", "on"}).code, 2);
  EXPECT_EQ(ctl({"flag", "auto_healing", "maybe", "--reason", "x"}).code, 2);
  EXPECT_EQ(ctl({"flag", "none", "on", "--reason", "x"}).code, 5);
  EXPECT_EQ(engine_->events.size(), 1u);
}

TEST_F(Commands, RunsChecksAndRemedies) {
  EXPECT_EQ(ctl({"run", "check", "a/b c", "--no-wait"}).code, 0);
  EXPECT_EQ(engine_->asked<engine::RunCheckNow>().check, "a/b c");
  EXPECT_EQ(ctl({"run", "remedy", ".."}).code, 0);
  EXPECT_EQ(engine_->asked<engine::RunRemedyNow>().remedy, "..");
  EXPECT_EQ(ctl({"run", "check"}).code, 2);
  EXPECT_EQ(ctl({"run"}).code, 2);
}

TEST_F(Commands, TurnsTheDaemonsNoIntoAnExitCode) {
  const auto codeFor = [&](ErrorCode code) {
    engine_->reply = Error{code, "because"};
    const Said said = ctl({"resume", "a", "--reason", "x"});
    EXPECT_EQ(said.err, "healdctl: because\n");
    EXPECT_EQ(said.out, "");
    return said.code;
  };
  EXPECT_EQ(codeFor(ErrorCode::kInvalid), 2);
  governors({"a"}, 0);
  EXPECT_EQ(codeFor(ErrorCode::kNotFound), 5);
  EXPECT_EQ(codeFor(ErrorCode::kConflict), 1);
  EXPECT_EQ(codeFor(ErrorCode::kLimit), 1);
  EXPECT_EQ(codeFor(ErrorCode::kUnavailable), 1);
}

TEST_F(Commands, RefusesWrongArgumentsBeforeAskingAnybody) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{},
                                             {"nothing"},
                                             {"resume"},
                                             {"resume", "a", "--reason", " \t"},
                                             {"status", "--timeout", "0"},
                                             {"status", "--url", "ftp://x"},
                                             {"status", "--url", "http://user:secret@localhost"},
                                             {"reload", "extra"}}) {
    const Said said = ctl(wrong);
    EXPECT_EQ(said.code, 2) << testing::PrintToString(wrong);
    EXPECT_NE(said.err, "");
  }
  EXPECT_TRUE(engine_->events.empty());
}

TEST_F(Commands, ExplainsWithinTheTerminal) {
  engine_->show(api::troubledSnapshot());
  terminal_ = true;
  environment_["TERM"] = "dumb";
  size_.columns = 70;
  const std::string text = ctl({"explain", "queue"}).out;
  const std::size_t table = text.find("  GUARD");
  ASSERT_NE(table, std::string::npos) << text;
  std::istringstream lines(text.substr(table, text.find("\n\n", table) - table));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 70U) << line;
  EXPECT_THAT(text, HasSubstr("\n  breaker_open "));
  terminal_ = false;
  EXPECT_THAT(ctl({"explain", "queue"}).out, testing::ContainsRegex("\n  breaker_open .{70}"));
}

TEST_F(Commands, SaysEachMistakeOfARefusedConfigurationOnALineOfItsOwn) {
  engine_->reload_answer = Error{
      ErrorCode::kInvalid, "heald.yml:3:1: web: is \x1b[31mwrong\nnodes.txt: names no member"};
  const Said said = ctl({"reload"});
  EXPECT_EQ(said.code, 6);
  EXPECT_EQ(said.err, "healdctl: heald.yml:3:1: web: is  [31mwrong\nnodes.txt: names no member\n");
}

TEST_F(Commands, HelpsWithExamples) {
  const Said said = ctl({"--help"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, HasSubstr("Examples:"));
  EXPECT_THAT(said.out, HasSubstr("Exit codes:"));
  EXPECT_EQ(ctl({"resume", "--help"}).code, 0);
  EXPECT_THAT(ctl({"--version"}).out, HasSubstr("healdctl "));
}

TEST_F(Commands, ADumbTerminalGetsNoColours) {
  terminal_ = true;
  environment_["TERM"] = "dumb";
  EXPECT_THAT(ctl({"status"}).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(ctl({"flag"}).out, Not(HasSubstr("\x1b")));
  environment_["TERM"] = "xterm";
  EXPECT_THAT(ctl({"status"}).out, HasSubstr("\x1b"));
}

TEST_F(Commands, SaysThatHealdCannotBeReached) {
  const Said said = ctl({"status", "--url", "http://127.0.0.1:1", "--timeout", "5"});
  EXPECT_EQ(said.code, 3);
  EXPECT_THAT(said.err, HasSubstr("cannot reach heald at http://127.0.0.1:1: "));
}

TEST_F(Commands, NeverUsesAProxy) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  EXPECT_EQ(ctl({"status"}).code, 0);
  ::unsetenv("http_proxy");
}

TEST_F(Commands, SaysThatItIsNotHealdThatAnswers) {
  http::Router router;
  router.get("/api/status", http::Access::kOpen,
             [](const http::Request&) { return http::text("<html>"); });
  router.get("/api/flags", http::Access::kOpen,
             [](const http::Request&) { return http::text("[]"); });
  const test::ControlListener other(std::move(router));
  const std::string url = other.url();
  EXPECT_EQ(ctl({"status", "--url", url}).code, 3);
  EXPECT_EQ(ctl({"status", "--json", "--url", url}).code, 3);
  EXPECT_THAT(ctl({"flag", "--url", url + "/"}).err, HasSubstr("is not heald"));
}

TEST_F(Commands, PauseARemedyOrAll) {
  engine_->reply = engine::Reply{"remedy \"a\" is paused until 2026-11-23T22:47:00.000Z"};
  const Said said = ctl({"pause", "a", "--for", "2h", "--reason", "moving the disk"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out, "Remedy \"a\" is paused until 2026-11-23T22:47:00.000Z.\n");
  EXPECT_EQ(engine_->asked<engine::PauseRemedy>().remedy, "a");
  EXPECT_EQ(engine_->asked<engine::PauseRemedy>().lasts, std::chrono::hours(2));
  EXPECT_EQ(engine_->asked<engine::PauseRemedy>().by, "token control from 127.0.0.1 as alice@host");
  EXPECT_EQ(ctl({"pause", "--all", "--for", "2h", "--reason", "x"}).code, 0);
  EXPECT_EQ(engine_->asked<engine::PauseRemedy>().remedy, "");
  EXPECT_EQ(ctl({"unpause", "a"}).code, 0);
  EXPECT_EQ(engine_->asked<engine::UnpauseRemedy>().remedy, "a");
  EXPECT_EQ(ctl({"unpause", "--all"}).code, 0);
  EXPECT_EQ(engine_->asked<engine::UnpauseRemedy>().remedy, "");
}

TEST_F(Commands, ApproveOneAttemptOrOnePermit) {
  engine_->reply = engine::Reply{
      "approved until T: one attempt, step 2 of remedy \"a\"; still in "
      "the way: backoff"};
  const Said said = ctl({"approve", "a", "--step", "2", "--for", "10m", "--reason", "in sync"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out, "Approved until T: one attempt, step 2 of remedy \"a\".\n");
  EXPECT_EQ(engine_->asked<engine::Approve>().name, "a");
  EXPECT_EQ(engine_->asked<engine::Approve>().step, 2);
  EXPECT_EQ(engine_->asked<engine::Approve>().lasts, std::chrono::minutes(10));
  EXPECT_EQ(ctl({"approve", "reboots", "--permit", "--target", "node-1", "--reason", "x"}).code, 0);
  EXPECT_TRUE(engine_->asked<engine::Approve>().permit);
  EXPECT_EQ(engine_->asked<engine::Approve>().target, "node-1");
  EXPECT_EQ(ctl({"unapprove", "a"}).code, 0);
  EXPECT_EQ(engine_->asked<engine::Unapprove>().name, "a");
}

TEST_F(Commands, ApproveNothingWithoutAReason) {
  EXPECT_EQ(ctl({"approve", "a"}).code, 2);
  EXPECT_EQ(ctl({"approve", "a", "--reason", " "}).code, 2);
  EXPECT_EQ(ctl({"approve", "a", "--for", "2", "--reason", "x"}).code, 2);
  EXPECT_EQ(ctl({"approve", "a", "--step", "0", "--reason", "x"}).code, 2);
  EXPECT_EQ(ctl({"approve", "a", "--permit", "--step", "1", "--reason", "x"}).code, 2);
  EXPECT_EQ(ctl({"unapprove"}).code, 2);
  EXPECT_TRUE(engine_->events.empty());
}

TEST_F(Commands, SayHowToApproveWhatWasNamed) {
  EXPECT_EQ(ctl({"approve", "fleet", "--permit", "--target", "node-7"}).err,
            "healdctl: to approve: healdctl approve fleet --permit --target node-7 --reason TEXT "
            "(why it may start)\n");
  EXPECT_EQ(ctl({"approve", "a b", "--step", "2"}).err,
            "healdctl: to approve: healdctl approve 'a b' --step 2 --reason TEXT (why it may "
            "start)\n");
}

TEST_F(Commands, ListWhatWaitsForAnApproval) {
  EXPECT_EQ(ctl({"approve"}).out, "Nothing waits for an approval, and none is in force.\n");
  engine::Snapshot snapshot = api::sampleSnapshot();
  snapshot.approvals_wanted = {{{"fix", "", 1}, "main", api::testNow().wall, "down", "heald"},
                               {{"renew", "", 2}, "main", api::testNow().wall, "old", "heald"}};
  engine_->show(snapshot);
  const std::string said = ctl({"approve"}).out;
  EXPECT_THAT(said, HasSubstr("  healdctl approve fix"));
  EXPECT_THAT(said, HasSubstr("  healdctl approve renew"));
}

TEST_F(Commands, PauseNothingWithoutATargetALengthAndAReason) {
  EXPECT_EQ(ctl({"pause", "--for", "2h", "--reason", "x"}).code, 2);
  EXPECT_EQ(ctl({"pause", "a", "--all", "--for", "2h", "--reason", "x"}).code, 2);
  EXPECT_EQ(ctl({"pause", "a", "--reason", "x"}).code, 2);
  EXPECT_EQ(ctl({"pause", "a", "--for", "2h"}).code, 2);
  EXPECT_EQ(ctl({"pause", "a", "--for", "2h", "--reason", " "}).code, 2);
  EXPECT_THAT(ctl({"pause", "a", "--for", "2", "--reason", "x"}).err,
              HasSubstr("2 has no unit (examples: 5s, 10m)"));
  EXPECT_EQ(ctl({"unpause"}).code, 2);
  EXPECT_TRUE(engine_->events.empty());
}

TEST_F(Commands, ExplainAGovernorAsATableOrAsJson) {
  engine_->show(api::troubledSnapshot());
  EXPECT_THAT(ctl({"explain", "queue"}).out,
              HasSubstr("Governor queue holds attempts back: breaker_open.\n"));
  EXPECT_THAT(ctl({"explain", "queue", "--json"}).out, testing::StartsWith("{\"governor\":"));
  const Said none = ctl({"explain", "nobody"});
  EXPECT_EQ(none.code, 5);
  EXPECT_THAT(none.err, HasSubstr("there are: self-healing-main, gateway, queue"));
}

}  // namespace
}  // namespace heald::ctl
