#include "store/memory_store.h"

#include "store/support.h"

namespace heald::store {
namespace {

TEST(MemoryStore, KeepsWhatWasCommittedForTheNextOpen) {
  MemoryStore store;
  const auto first = store.open(stampAt(1));
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(first->has_value());
  EXPECT_EQ(store.commit(changesOf(3), stampAt(2)), "");
  EXPECT_EQ(numberIn(openedAt(store, stampAt(3))), 3u);
}

TEST(MemoryStore, FailsTheCommitsItWasToldToFailAndForgetsThem) {
  MemoryStore store;
  openedAt(store, stampAt(1));
  store.failCommits(2, 2);
  EXPECT_EQ(store.commit(changesOf(1), stampAt(2)), "");
  EXPECT_EQ(store.commit(changesOf(2), stampAt(2)), "injected fault");
  EXPECT_EQ(store.commit(changesOf(3), stampAt(2)), "injected fault");
  EXPECT_EQ(numberIn(openedAt(store, stampAt(3))), 1u);
  EXPECT_EQ(store.commit(changesOf(4), stampAt(2)), "");
  EXPECT_EQ(store.stats().operations[1].count, 4u);
  EXPECT_EQ(store.stats().operations[1].failures, 2u);
}

TEST(MemoryStore, CanFailToOpenAndCanHoldARowThatIsUnreadable) {
  MemoryStore store;
  store.setFault([](Operation operation, std::uint64_t number) {
    return std::string(operation == Operation::kLoad && number == 1 ? "no such disk" : "");
  });
  EXPECT_EQ(store.open(stampAt(1)).error().message, "no such disk");
  EXPECT_EQ(store.commit(changesOf(1), stampAt(1)), "the store is not open");
  openedAt(store, stampAt(1));
  ASSERT_EQ(store.commit(changesOf(1), stampAt(1)), "");
  store.damage("first", "bad weather");
  const engine::Saved saved = openedAt(store, stampAt(2));
  EXPECT_EQ(saved.governors.size(), 1u);
  EXPECT_EQ(saved.unreadable.at(0).second, "bad weather");
}

TEST(MemoryStore, RebasesLikeTheRealOne) {
  MemoryStore store;
  openedAt(store, stampAt(1));
  engine::Changes changes;
  changes.governors = {{"g", {}}};
  changes.governors[0].second.next_allowed_at = stampAt(100).at.boot;
  ASSERT_EQ(store.commit(changes, stampAt(40)), "");
  core::ClockStamp rebooted = stampAt(50, "boot-2");
  rebooted.at.boot = core::BootTime{};
  const engine::Saved saved = openedAt(store, rebooted);
  EXPECT_EQ(saved.governors.at(0).second.next_allowed_at, core::BootTime(std::chrono::seconds(50)));
}

}  // namespace
}  // namespace heald::store
