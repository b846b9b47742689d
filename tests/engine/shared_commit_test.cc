// Calls about permits that share a commit: one write for all, and each is answered as if alone.
#include <gtest/gtest.h>

#include <random>

#include "engine/drive.h"
#include "store/memory_store.h"
#include "support/setups.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Setup fourGovernors() {
  Setup setup = test::oneRemedy();
  for (const char* name : {"a", "b", "c"}) setup.governors.push_back({name, {}});
  setup.healing.max_concurrent = 3;
  return setup;
}

class SharedCommitTest : public testing::Test {
 protected:
  struct Call {
    Event event;
    Claim claim = {};
  };

  SharedCommitTest() { restart(); }

  void restart() {
    const auto saved = store_.open(stamp());
    engine_ = std::make_unique<Engine>(fourGovernors(), saved->value_or(Saved{}), now_);
  }
  std::vector<Output> send(const std::vector<Call>& calls) {
    std::vector<Asked> all;
    for (const Call& call : calls) all.push_back({call.event, call.claim});
    return driveTogether(*engine_, all, now_, committer());
  }
  Output alone(const Call& call) {
    return drive(*engine_, call.event, now_, committer(), call.claim);
  }
  std::function<std::string(const Changes&)> committer() {
    return [this](const Changes& changes) {
      ++commits_;
      const std::string error = store_.commit(changes, stamp());
      if (error.empty()) entries_ += changes.history.size();
      return error;
    };
  }
  static Call request(const std::string& governor) {
    return {RequestPermit{governor, minutes(10), "nightly", "cron"}};
  }
  static Call report(const std::string& id, bool ok) {
    return {ReportPermit{id, ok, ok ? "" : "boom", ok ? "" : "boom", "cron"}};
  }
  static std::string permitIn(const Output& out) {
    const auto& reply = *out.reply;
    return reply.ok() && reply->permit ? reply->permit->id : "";
  }
  static std::string denialIn(const Output& out) {
    const auto& reply = *out.reply;
    return reply.ok() && reply->denial ? reply->denial->word : "";
  }
  core::ClockStamp stamp() const { return {"boot-1", now_}; }
  Snapshot snapshot() const { return engine_->snapshot(now_); }

  core::Now now_{core::BootTime(hours(1)), core::WallTime(hours(490'000))};
  store::MemoryStore store_;
  std::unique_ptr<Engine> engine_;
  int commits_ = 0;
  std::size_t entries_ = 0;
};

TEST_F(SharedCommitTest, IsOneWriteAndAnswersEachCall) {
  const auto outs = send({request("a"), request("nobody"), request("b"), request("a")});
  EXPECT_EQ(commits_, 1);
  EXPECT_NE(permitIn(outs[0]), "");
  EXPECT_FALSE(outs[1].reply->ok());
  EXPECT_NE(permitIn(outs[2]), "");
  EXPECT_NE(permitIn(outs[0]), permitIn(outs[2]));
  EXPECT_EQ(denialIn(outs[3]), "in_flight") << "the one before it counts";
  const auto ended = send({report(permitIn(outs[0]), true), report(permitIn(outs[2]), false)});
  EXPECT_EQ(commits_, 2);
  EXPECT_TRUE(ended[0].reply->ok());
  EXPECT_TRUE(ended[1].reply->ok());
  EXPECT_TRUE(snapshot().permits.empty());
  restart();
  EXPECT_EQ(snapshot().governors[1].state.totals, (core::Totals{1, 1, 0}));
  EXPECT_EQ(snapshot().governors[2].state.totals, (core::Totals{1, 0, 1}));
}

TEST_F(SharedCommitTest, ThatWritesNothingIsNone) {
  (void)send({request("a"), request("nobody")});
  EXPECT_EQ(commits_, 1);
  const auto outs = send({request("a"), request("a")});
  EXPECT_EQ(commits_, 1) << "both are denied";
  EXPECT_EQ(denialIn(outs[0]), "in_flight");
  EXPECT_EQ(denialIn(outs[1]), "in_flight");
}

TEST_F(SharedCommitTest, ThatFailsHasChangedNothingAndTellsEachOfIt) {
  const std::string given = permitIn(alone(request("c")));
  const auto before = snapshot();
  store_.failCommits(2, 1);
  const auto outs = send({request("a"), request("b"), report(given, true), request("a")});
  EXPECT_EQ(denialIn(outs[0]), "store_unavailable");
  EXPECT_EQ(denialIn(outs[1]), "store_unavailable");
  ASSERT_FALSE(outs[2].reply->ok());
  EXPECT_EQ(outs[2].reply->error().code, ErrorCode::kUnavailable);
  ASSERT_FALSE(outs[3].reply->ok()) << "denied because of what never was";
  EXPECT_EQ(outs[3].reply->error().code, ErrorCode::kUnavailable);
  for (std::size_t i = 0; i < before.governors.size(); ++i) {
    EXPECT_EQ(snapshot().governors[i].state, before.governors[i].state);
  }
  ASSERT_EQ(snapshot().permits.size(), 1u);
  EXPECT_EQ(snapshot().permits[0].id, given);
}

TEST_F(SharedCommitTest, AKeyThatIsUsedTwiceInOneIsDoneOnce) {
  Call first = request("a");
  first.claim = {"k", "r"};
  const auto outs = send({first, first});
  EXPECT_EQ(permitIn(outs[0]), permitIn(outs[1]));
  EXPECT_EQ((*outs[1].reply)->repeat, Repeat::kSame);
  EXPECT_EQ(snapshot().governors[1].state.totals.attempts, 1u);
}

TEST_F(SharedCommitTest, AKeyThatIsUsedTwiceInOneThatFailsIsNotKnown) {
  Call first = request("a");
  first.claim = {"k", "r"};
  store_.failCommits(1, 1);
  const auto outs = send({first, first});
  EXPECT_EQ(denialIn(outs[0]), "store_unavailable");
  EXPECT_EQ(permitIn(outs[1]), "") << "it would name a permit that nobody has";
  Output probed;
  engine_->storeProbed("", now_, probed);
  EXPECT_EQ((*alone(first).reply)->repeat, Repeat::kNo);
}

// Thousands of random calls, in groups and one by one: the same answers, states and history.
TEST_F(SharedCommitTest, IsAsIfEachCallHadHadItsOwn) {
  class Other : public SharedCommitTest {
   public:
    using SharedCommitTest::alone;
    using SharedCommitTest::entries_;
    using SharedCommitTest::now_;
    using SharedCommitTest::snapshot;
    void TestBody() override {}
  } other;
  std::mt19937 random(14);
  std::vector<std::string> given;
  const char* const names[] = {"main", "a", "b", "c"};
  for (int round = 0; round < 500; ++round) {
    std::vector<Call> calls;
    for (unsigned i = 0; i < 1 + random() % 6; ++i) {
      const bool asks = given.empty() || random() % 2 == 0;
      calls.push_back(asks ? request(names[random() % 4])
                           : report(given[random() % given.size()], random() % 8 != 0));
    }
    const auto outs = send(calls);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const Output expected = other.alone(calls[i]);
      ASSERT_EQ(outs[i].reply->ok(), expected.reply->ok());
      EXPECT_EQ(permitIn(outs[i]), permitIn(expected));
      EXPECT_EQ(denialIn(outs[i]), denialIn(expected));
      if (const std::string id = permitIn(outs[i]); !id.empty()) given.push_back(id);
    }
    if (given.size() > 8) given.erase(given.begin(), given.end() - 8);
    for (std::size_t i = 0; i < 4; ++i) {
      ASSERT_EQ(snapshot().governors[i].state, other.snapshot().governors[i].state);
    }
    const core::Duration passed = seconds(1 + random() % 60);
    for (core::Now* now : {&now_, &other.now_}) {
      now->boot += passed;
      now->wall += passed;
    }
  }
  EXPECT_EQ(entries_, other.entries_);
  EXPECT_GT(given.size(), 0u);
}

}  // namespace
}  // namespace heald::engine
