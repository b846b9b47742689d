#include "outbox/outbox.h"

#include <future>
#include <mutex>

#include "outbox/receiver.h"
#include "support.h"
#include "support/eventually.h"

namespace heald::outbox {
namespace {

// Takes what it is told, or says why not.
class FakeReceiver : public Receiver {
 public:
  void send(io::Services&, const Message& message, io::CancelToken, Done done) const override {
    std::string error;
    {
      const std::lock_guard lock(mutex_);
      told_.push_back(message);
      error = error_;
    }
    done({error});
  }
  std::vector<Message> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  void refuse(const std::string& error) {
    const std::lock_guard lock(mutex_);
    error_ = error;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::vector<Message> told_;
  std::string error_;
};

// The outbox with its thread; the history, the cursors and the clock are the test's.
class Thread : public testing::Test {
 protected:
  ~Thread() override { outbox_.stop(); }

  void happens(const engine::HistoryEntry& entry) {
    {
      const std::lock_guard lock(mutex_);
      history_.add(entry);
    }
    outbox_.historyGrew();
  }
  void pass(double later) {
    {
      const std::lock_guard lock(mutex_);
      seconds_ += later;
    }
    outbox_.historyGrew();
  }
  config::NotificationOptions options() const {
    auto options = optionsFor({"ops"});
    options.receivers.front().part.part = receiver_;
    options.group_wait = {};
    return options;
  }
  std::optional<std::int64_t> cursor() const {
    const std::lock_guard lock(mutex_);
    const auto found = cursors_.find("ops");
    return found == cursors_.end() ? std::nullopt : std::optional(found->second);
  }
  Needs needs() {
    return {services_,
            log_,
            [this] {
              const std::lock_guard lock(mutex_);
              return at(seconds_);
            },
            [this](const engine::HistoryQuery& query) -> Result<engine::HistoryPage> {
              const std::lock_guard lock(mutex_);
              if (!disk_error_.empty()) return Error{ErrorCode::kUnavailable, disk_error_};
              return history_.page(query);
            },
            [this]() -> Result<Cursors> {
              const std::lock_guard lock(mutex_);
              if (!disk_error_.empty()) return Error{ErrorCode::kUnavailable, disk_error_};
              return cursors_;
            },
            [this](const CursorMove& move, const Needs::Kept& done) {
              {
                const std::lock_guard lock(mutex_);
                if (move.to) cursors_[move.receiver] = *move.to;
                if (!move.to) cursors_.erase(move.receiver);
              }
              done("");
            },
            [this] {
              const std::lock_guard lock(mutex_);
              return disk_error_;
            }};
  }

  std::shared_ptr<FakeReceiver> receiver_ = std::make_shared<FakeReceiver>();
  mutable std::mutex mutex_;
  Histories history_;
  Cursors cursors_;
  double seconds_ = 0;
  std::string disk_error_;
  io::HttpClient http_;
  io::WorkerPool workers_{1};
  io::Looks looks_;
  io::Services services_{workers_, http_, looks_};
  io::Log log_{io::LogFormat::kLogfmt, io::LogLevel::kError};
  Outbox outbox_{needs()};
};

TEST_F(Thread, WhatHappensIsToldAndTheCursorFollows) {
  outbox_.use(options());
  ASSERT_TRUE(test::eventually([&] { return cursor() == 0; }));
  happens(dormant("main", 0));
  pass(10);
  ASSERT_TRUE(test::eventually([&] { return receiver_->told().size() == 1; }));
  EXPECT_EQ(receiver_->told().front().items.front().notice.governor, "main");
  EXPECT_TRUE(test::eventually([&] { return cursor() == 1; }));
}

TEST_F(Thread, WithoutReceiversNothingRuns) {
  outbox_.use({});
  happens(dormant("main", 0));
  EXPECT_TRUE(outbox_.receivers().empty());
  EXPECT_EQ(cursor(), std::nullopt);
}

TEST_F(Thread, OneThatRefusesIsShownWithItsReasonAndToldLater) {
  outbox_.use(options());
  ASSERT_TRUE(test::eventually([&] { return cursor() == 0; }));
  receiver_->refuse("status 500");
  happens(dormant("main", 0));
  pass(10);
  ASSERT_TRUE(test::eventually([&] { return outbox_.receivers().front().error == "status 500"; }));
  EXPECT_EQ(outbox_.receivers().front().pending, 1u);
  EXPECT_EQ(cursor(), 0);
  receiver_->refuse("");
  pass(60);
  EXPECT_TRUE(test::eventually([&] { return cursor() == 1; }));
  EXPECT_EQ(outbox_.receivers().front().error, "");
}

TEST_F(Thread, AStoreThatCannotBeReadIsToldAndItsHistoryWhenItCanBe) {
  {
    const std::lock_guard lock(mutex_);
    disk_error_ = "heald.db: corrupt";
    cursors_["ops"] = 0;
    history_.add(dormant("main", 0));
  }
  outbox_.use(options());
  pass(10);
  ASSERT_TRUE(test::eventually([&] { return receiver_->told().size() == 1; }));
  EXPECT_EQ(receiver_->told().front().items.front().notice.problem, "store");
  {
    const std::lock_guard lock(mutex_);
    disk_error_.clear();
  }
  pass(1000);
  EXPECT_TRUE(test::eventually([&] {
    outbox_.historyGrew();
    return receiver_->told().size() == 2;
  }));
}

TEST_F(Thread, AStopWithoutAnythingToTellKeepsHowFarItHasCome) {
  {
    const std::lock_guard lock(mutex_);
    cursors_["ops"] = 0;
    history_.add({.kind = engine::HistoryKind::kGovernor, .event = "cleared"});
    history_.add(dormant("main", 0));
  }
  outbox_.use(options());
  pass(10);
  ASSERT_TRUE(test::eventually([&] { return cursor() == 2; }));
  {
    const std::lock_guard lock(mutex_);
    history_.add({.kind = engine::HistoryKind::kGovernor, .event = "cleared"});
    history_.add(dormant("other", 20));
  }
  // The second is read, and not due yet: it is for the next start, and so is the cursor.
  pass(1);
  ASSERT_TRUE(test::eventually([&] { return outbox_.receivers().front().pending == 1; }));
  outbox_.stop();
  EXPECT_EQ(cursor(), 2);
}

TEST_F(Thread, ATestGoesOutAtOnceAndSaysHowItEnded) {
  outbox_.use(options());
  receiver_->refuse("status 404: no_service");
  std::promise<Result<std::vector<TestResult>>> promise;
  outbox_.test("ops", [&](auto results) { promise.set_value(std::move(results)); });
  const auto results = promise.get_future().get();
  ASSERT_TRUE(results.ok());
  EXPECT_EQ(results->front().error, "status 404: no_service");
  EXPECT_TRUE(receiver_->told().front().test);
}

TEST_F(Thread, ATestOfAnUnknownReceiverNamesThoseThatThereAre) {
  outbox_.use(options());
  std::string error;
  outbox_.test("opps", [&](const auto& results) { error = results.error().message; });
  EXPECT_EQ(error, "no receiver \"opps\" (there are: ops)");
}

}  // namespace
}  // namespace heald::outbox
