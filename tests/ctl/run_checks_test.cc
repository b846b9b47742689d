// healdctl run check: every result is waited for, and the exit code says whether all are ok.
#include "ctl/run_checks.h"

#include <gmock/gmock.h>

#include <map>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;

// A heald whose checks end when the test says so: after so many looks at /api/checks.
class RunChecks : public testing::Test {
 protected:
  void SetUp() override {
    api::Backend backend = engine_.backend();
    backend.snapshot = [this] { return look(); };
    backend.call = [this](engine::Event event, api::Asker, const api::Backend::Then& then) {
      {
        const std::lock_guard lock(mutex_);
        const auto& name = std::get<engine::RunCheckNow>(event).check;
        asked_.push_back(name);
        started_[name] = looks_;
      }
      then(engine::Reply{"check is run now"});
    };
    server_ = std::make_unique<test::ControlListener>(api::controlRoutes(backend),
                                                      http::GuardPolicy{.token = kTestToken});
    add("gateway", core::CheckStatus::kOk, "status 200", 0);
    add("queue", core::CheckStatus::kCritical, "no answer", 2);
  }

  void add(const char* name, core::CheckStatus status, const char* message, int takes_looks) {
    engine::CheckView view = api::check(name, core::Health::kHealthy, message);
    view.status = status;
    checks_.push_back(view);
    takes_[name] = takes_looks;
  }

  std::shared_ptr<const engine::Snapshot> look() {
    const std::lock_guard lock(mutex_);
    ++looks_;
    engine::Snapshot snapshot = api::sampleSnapshot();
    for (engine::CheckView& check : checks_) {
      const auto started = started_.find(check.name);
      if (started == started_.end()) continue;
      const bool ended = looks_ - started->second > takes_[check.name];
      check.running = !ended;
      if (ended) {
        ++check.executions;
        started_.erase(started);
      }
    }
    snapshot.checks = engine::SharedList<engine::CheckView>(checks_.begin(), checks_.end());
    return std::make_shared<const engine::Snapshot>(std::move(snapshot));
  }

  Said runChecks(RunChecksOptions options) {
    std::ostringstream out, err;
    ClientOptions at;
    at.url = server_->url();
    at.token.value = kTestToken;
    Client client(at);
    const ExitCode code = ctl::runChecks({client, out, err}, options);
    return {static_cast<int>(code), out.str(), err.str()};
  }

  std::mutex mutex_;
  api::FakeEngine engine_;
  std::vector<engine::CheckView> checks_;
  std::map<std::string, int> takes_;
  std::map<std::string, int> started_;
  int looks_ = 0;
  std::vector<std::string> asked_;
  std::unique_ptr<test::ControlListener> server_;
};

TEST_F(RunChecks, WaitsForEachResultAndSaysWhetherAllAreOk) {
  const Said said = runChecks({.all = true});
  EXPECT_EQ(said.code, 10);
  EXPECT_EQ(said.out,
            "  gateway  ok        status 200\n"
            "  queue    critical  no answer\n"
            "1 of 2 are ok.\n");
  EXPECT_EQ(asked_, (std::vector<std::string>{"gateway", "queue"}));
}

TEST_F(RunChecks, RunsThoseThatAreNamedAndNoOther) {
  const Said said = runChecks({.names = {"gateway"}});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "  gateway  ok        status 200\n");
  EXPECT_EQ(asked_, std::vector<std::string>{"gateway"});
}

TEST_F(RunChecks, ANameThatDoesNotExistRunsNothing) {
  const Said said = runChecks({.names = {"gateway", "gatewai"}});
  EXPECT_EQ(said.code, 5);
  EXPECT_THAT(said.err, HasSubstr("no check \"gatewai\" (did you mean \"gateway\"?)"));
  EXPECT_TRUE(asked_.empty());
}

TEST_F(RunChecks, ALineForEachIsKeptUpToDateInPlaceOnATerminal) {
  const Said said = runChecks({.all = true, .terminal = TerminalSize{24, 20}});
  EXPECT_EQ(said.out,
            "  gateway  running\n"
            "  queue    running\n"
            "\x1b[2A\r  gateway  ok       \x1b[K\n\x1b[1B"
            "\x1b[1A\r  queue    critical \x1b[K\n"
            "1 of 2 are ok.\n");
}

TEST_F(RunChecks, WithoutRoomThereIsALineForEachResult) {
  const Said said = runChecks({.all = true, .terminal = TerminalSize{2, 80}});
  EXPECT_EQ(said.out.find('\x1b'), std::string::npos);
}

TEST_F(RunChecks, AResultThatDoesNotComeIsNotWaitedForForEver) {
  takes_["queue"] = 1'000'000;
  const Said said = runChecks({.all = true, .wait = std::chrono::milliseconds(1)});
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.err, HasSubstr("no result of check queue within 1ms"));
}

TEST_F(RunChecks, ARunThatWasUnderWayBeforeIsNotTheResult) {
  // Its run ends at once, and another is under way: that is the one that was asked for.
  checks_[0].running = true;
  checks_[0].executions = 7;
  takes_["gateway"] = 3;
  const Said said = runChecks({.names = {"gateway"}});
  EXPECT_EQ(said.code, 0);
  EXPECT_GE(looks_, 5);
}

}  // namespace
}  // namespace heald::ctl
