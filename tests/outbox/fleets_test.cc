// The thread that asks other healds for permits: with a server, a history and marks of the test.
#include "outbox/fleets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "config/config_reader.h"
#include "outbox/fleet_server.h"
#include "outbox/membership.h"
#include "support.h"
#include "support/eventually.h"
#include "support/temp_dir.h"
#include "support/tiny_server.h"

namespace heald::outbox {
namespace {

using engine::FleetAnswer;
using std::chrono::minutes;
using std::chrono::seconds;
using test::eventually;
using testing::HasSubstr;

std::shared_ptr<const config::Part> ofAnyKind(config::Fields& f) {
  std::string any;
  f.text("any", any, {}, "anything");
  return std::make_shared<config::Part>();
}

class FleetsTest : public testing::Test {
 protected:
  void SetUp() override { token_ = folder_.write("token", "secret\n"); }

  config::Config config(bool needs_permit = true) const {
    const config::Kinds kinds{
        {{"tcp", "", ofAnyKind}}, {{"exec", "", ofAnyKind}}, {}, {}, {}, permitKind()};
    const std::string permit = ", permit: {server: '" + there_.url("") +
                               "', governor: fleet, member: node-1, token_file: " + token_ + "}";
    auto read = config::readConfig(
        "checks: [{name: a, tcp: {}}]\n"
        "remedies: [{name: fix, when: {check: a}, exec: {}" +
            (needs_permit ? permit : "") + "}]\n",
        "heald.yml", kinds, nullptr);
    EXPECT_TRUE(read.ok());
    return std::move(read.config);
  }
  std::string member() const { return "fleet/node-1/" + there_.url(""); }

  void ask(std::uint64_t run) {
    fleets_.ask({run, "fix"}, [this](const engine::Event& event) {
      const std::lock_guard lock(mutex_);
      answers_.push_back(std::get<engine::FleetAnswered>(event));
    });
  }
  engine::FleetAnswered answer() {
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard lock(mutex_);
      return !answers_.empty();
    }));
    const std::lock_guard lock(mutex_);
    return answers_.empty() ? engine::FleetAnswered{} : answers_.front();
  }
  void happens(const std::string& event, std::uint64_t attempt, const std::string& remedy = "fix") {
    const std::lock_guard lock(mutex_);
    history_.add({.kind = engine::HistoryKind::kAttempt,
                  .event = event,
                  .governor = "main",
                  .remedy = remedy,
                  .attempt = attempt});
  }
  void pass(core::Duration time) {
    {
      const std::lock_guard lock(mutex_);
      now_ += time;
    }
    fleets_.historyGrew();
  }
  std::size_t marks() const {
    const std::lock_guard lock(mutex_);
    return marks_.size();
  }
  // The body of the report, once it has come.
  std::string reported() const {
    EXPECT_TRUE(
        eventually([&] { return there_.lastRequest().find("/result") != std::string::npos; }));
    return there_.lastRequest();
  }
  FleetNeeds needs() {
    return {services_,
            log_,
            [this] {
              const std::lock_guard lock(mutex_);
              return core::Now{core::BootTime(minutes(60)) + now_, core::WallTime(now_)};
            },
            [this](const engine::HistoryQuery& query) -> Result<engine::HistoryPage> {
              const std::lock_guard lock(mutex_);
              return history_.page(query);
            },
            [this]() -> Result<Cursors> {
              const std::lock_guard lock(mutex_);
              if (!readable_) return Error{ErrorCode::kUnavailable, "no disk"};
              return marks_;
            },
            [this](const std::string& name, std::optional<std::int64_t> position,
                   const std::function<void(const std::string&)>& done) {
              {
                const std::lock_guard lock(mutex_);
                if (position) marks_[name] = *position;
                if (!position) marks_.erase(name);
              }
              if (done) done("");
            }};
  }

  test::TinyServer there_{
      [](const std::string&) { return test::TinyServer::reply(201, R"({"id": "7-abc"})"); }};
  test::TempDir folder_;
  std::string token_;
  mutable std::mutex mutex_;
  std::vector<engine::FleetAnswered> answers_;
  Histories history_;
  Cursors marks_;
  bool readable_ = true;
  core::Duration now_{};
  io::WorkerPool workers_{1};
  io::HttpClient http_;
  io::Looks looks_;
  io::Services services_{workers_, http_, looks_};
  io::Log log_{io::LogFormat::kLogfmt, static_cast<io::LogLevel>(4)};  // above all: silent
  Fleets fleets_{needs()};
};

TEST_F(FleetsTest, APermitIsAskedForHeldAndReported) {
  fleets_.use(config());
  ask(1);
  EXPECT_EQ(answer().answer, FleetAnswer::kYes);
  EXPECT_EQ(marks(), 1u);
  happens("started", 3);
  happens("succeeded", 3);
  pass(seconds(2));
  EXPECT_THAT(reported(), HasSubstr(R"({"ok":true,)"));
  EXPECT_TRUE(eventually([&] { return marks() == 0; })) << "nothing is owed any more";
}

TEST_F(FleetsTest, APermitThatIsReturnedIsGivenBack) {
  fleets_.use(config());
  ask(1);
  EXPECT_EQ(answer().answer, FleetAnswer::kYes);
  fleets_.giveBack({1});
  EXPECT_THAT(reported(), HasSubstr(R"("unused":true)"));
}

TEST_F(FleetsTest, WhatIsOwedIsReportedThoughTheRemedyIsGone) {
  fleets_.use(config());
  ask(1);
  EXPECT_EQ(answer().answer, FleetAnswer::kYes);
  fleets_.use(config(false));
  fleets_.giveBack({1});
  EXPECT_THAT(reported(), HasSubstr(R"("unused":true)"));
}

TEST_F(FleetsTest, ARemedyThatNeedsNoneAnyMoreGetsNone) {
  fleets_.use(config());
  fleets_.use(config(false));
  ask(1);
  EXPECT_THAT(answer().text, HasSubstr("needs no permit any more"));
  EXPECT_TRUE(there_.requests().empty());
}

TEST_F(FleetsTest, NobodyIsAskedBeforeItIsKnownWhatIsOwed) {
  readable_ = false;
  fleets_.use(config());
  ask(1);
  EXPECT_EQ(answer().answer, FleetAnswer::kUnanswered);
  EXPECT_THAT(answer().text, HasSubstr("owed from before"));
  EXPECT_TRUE(there_.requests().empty());
}

TEST_F(FleetsTest, WhatALastProcessHasLeftIsGivenBackAndWhatIsOfNobodyForgotten) {
  marks_ = {{nameOf({"key-0", "fix", minutes(15), 0}, member()), 0},
            {nameOf({"key-9", "gone", minutes(15), 0}, "fleet/another/http://h"), 0}};
  fleets_.use(config());
  EXPECT_THAT(reported(), HasSubstr(R"("unused":true)"));
  EXPECT_THAT(there_.requests().front(), HasSubstr("Idempotency-Key: key-0"));
  EXPECT_TRUE(eventually([&] { return marks() == 0; }));
}

TEST_F(FleetsTest, TheEndOfAnAttemptIsFoundHoweverMuchElseHasHappened) {
  for (int i = 0; i < 250; ++i) happens("started", 100, "another");
  happens("started", 3);
  for (int i = 0; i < 250; ++i) happens("failed", 100, "another");
  happens("succeeded", 3);
  marks_ = {{nameOf({"key-0", "fix", minutes(15), 0}, member()), 0}};
  fleets_.use(config());
  EXPECT_THAT(reported(), HasSubstr("remedy fix: succeeded"));
}

}  // namespace
}  // namespace heald::outbox
