#include "outbox/dispatch.h"

#include "support.h"

namespace heald::outbox {
namespace {

// A heald that can be killed: what is durable is the history and the cursors.
class Dispatching : public testing::Test {
 protected:
  Dispatching() { start({"ops"}); }

  void start(const std::vector<std::string>& names) {
    dispatch_.emplace("host");
    configure(names);
  }
  void configure(const std::vector<std::string>& names) {
    dispatch_->configure(optionsFor(names));
    keep(dispatch_->place(cursors_, history_.oldest(), history_.newest(), now()));
    read();
  }
  void read() {
    do {
      dispatch_->take(history_.after(dispatch_->position(), 100), now());
    } while (dispatch_->position() < history_.newest());
  }
  void happens(const engine::HistoryEntry& entry) {
    history_.add(entry);
    read();
  }
  // What is sent when so much time has passed; each try ends so.
  std::vector<Message> sent(double later, const std::string& error = "") {
    seconds_ += later;
    std::vector<Message> messages;
    for (const Outgoing& one : dispatch_->due(now())) {
      messages.push_back(one.message);
      dispatch_->ended(one.receiver.name, error, now());
    }
    return messages;
  }
  void keep(const std::vector<CursorMove>& moves) {
    for (const CursorMove& move : moves) {
      if (move.to) cursors_[move.receiver] = *move.to;
      if (!move.to) cursors_.erase(move.receiver);
      dispatch_->moved(move, true);
    }
  }
  core::Now now() const { return at(seconds_); }

  Histories history_;
  Cursors cursors_;
  double seconds_ = 0;
  std::optional<Dispatch> dispatch_;
};

TEST_F(Dispatching, ANewReceiverBeginsWithWhatHappensFromNowOnEvenIfHealdIsKilledAtOnce) {
  history_.add(dormant("before", 0));
  start({"ops", "new"});
  EXPECT_EQ(cursors_.at("new"), 1);
  history_.add(dormant("after", 1));  // and heald is killed before it has read that
  start({"ops", "new"});
  const auto messages = sent(20);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages.at(0).items.size(), 2u);
  ASSERT_EQ(messages.at(1).items.size(), 1u);
  EXPECT_EQ(messages.at(1).items.front().notice.governor, "after");
}

TEST_F(Dispatching, KilledBetweenSendingAndTheCursorItSendsAgain) {
  happens(dormant("main", 0));
  EXPECT_EQ(sent(20).size(), 1u);
  start({"ops"});  // the cursor was not kept
  const auto again = sent(20);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again.front().id, "ops-1-1795466820000000000") << "the same, so that it can be known";
  keep(dispatch_->moves(false));
  start({"ops"});
  EXPECT_EQ(sent(20).size(), 0u);
}

TEST_F(Dispatching, AReceiverThatWasDownForAWeekGetsOneMessage) {
  for (int i = 0; i < 500; ++i) {
    happens(dormant("gov-" + std::to_string(i % 7), i));
    happens(active("gov-" + std::to_string(i % 7), i + 0.5));
    sent(1200, "connection refused");
  }
  EXPECT_EQ(dispatch_->views().front().pending, 7u);
  const auto messages = sent(1200);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages.front().items.size(), 7u);
  EXPECT_EQ(sent(100'000).size(), 0u);
}

TEST_F(Dispatching, AReceiverInTroubleHoldsUpNoOther) {
  configure({"ops", "mail"});
  happens(dormant("main", 0));
  seconds_ = 20;
  for (const Outgoing& one : dispatch_->due(now())) {
    dispatch_->ended(one.receiver.name, one.receiver.name == "mail" ? "refused" : "", now());
  }
  keep(dispatch_->moves(false));
  EXPECT_EQ(cursors_.at("ops"), 1);
  EXPECT_EQ(cursors_.at("mail"), 0);
  EXPECT_EQ(dispatch_->views().at(1).error, "refused");
}

TEST_F(Dispatching, WhatWasForgottenBeforeItWasToldIsSaid) {
  cursors_["ops"] = 1;
  for (int i = 0; i < 9; ++i) history_.add(dormant(std::to_string(i), i));
  history_.forget(6);
  start({"ops"});
  const auto messages = sent(20);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(dispatch_->views().front().lost, 5u);
  bool said = false;
  for (const Item& item : messages.front().items) {
    said = said || item.notice.description.starts_with("5 entries of the history");
  }
  EXPECT_TRUE(said);
}

TEST_F(Dispatching, AHistoryThatBeginsAnewIsToldFromItsBeginning) {
  for (int i = 0; i < 5; ++i) happens(active("x", i));
  sent(20);
  keep(dispatch_->moves(false));
  history_ = {};
  happens(dormant("main", 30));
  read();
  EXPECT_EQ(sent(400).size(), 1u);
  keep(dispatch_->moves(false));
  EXPECT_EQ(cursors_.at("ops"), 1);
}

TEST_F(Dispatching, AStoreThatFailsIsToldWhileItDoesAndNotAgainAfterwards) {
  dispatch_->storeFails("heald.db: disk full", now());
  dispatch_->storeFails("heald.db: disk full", now());
  const auto failing = sent(20);
  ASSERT_EQ(failing.size(), 1u);
  EXPECT_EQ(failing.front().items.front().notice.reason, "heald.db: disk full");
  history_.add(store("unavailable", 0));
  history_.add(store("available", 400));
  seconds_ += 400;
  dispatch_->storeFails("", now());
  read();
  const auto over = sent(20);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_FALSE(over.front().firing());
}

TEST_F(Dispatching, AStoreThatCannotBeReadAtTheStartIsTold) {
  dispatch_.emplace("host");
  dispatch_->configure(optionsFor({"ops"}));
  dispatch_->storeFails("heald.db: corrupt", now());
  EXPECT_EQ(sent(20).size(), 1u);
  EXPECT_TRUE(dispatch_->moves(true).empty());
}

TEST_F(Dispatching, WhoIsGoneIsForgottenAndBeginsAnewWhenBack) {
  configure({"ops", "mail"});
  happens(dormant("a", 0));
  configure({"ops"});
  EXPECT_FALSE(cursors_.contains("mail"));
  happens(dormant("b", 1));
  configure({"ops", "mail"});
  happens(dormant("c", 2));
  for (const Outgoing& one : dispatch_->due(at(60))) {
    EXPECT_EQ(one.message.items.size(), one.receiver.name == "ops" ? 3u : 1u);
  }
}

TEST_F(Dispatching, WhatEndsAfterAStartSaysHowLongItLasted) {
  history_.add(dormant("main", 0));
  cursors_["ops"] = 1;
  dispatch_.emplace("host");
  dispatch_->configure(optionsFor({"ops"}));
  dispatch_->place(cursors_, 1, 1, now());
  dispatch_->learn(history_.after(0).rows);
  happens(active("main", 60));
  const auto messages = sent(100);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages.front().items.front().since, at(0).wall);
}

}  // namespace
}  // namespace heald::outbox
