// A disk that is full: what the reserve is worth, and when it is over.
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <functional>
#include <iostream>

#include "store/reserve.h"
#include "store/support.h"
#include "support/small_disk.h"

namespace heald::store {
namespace {

using ::testing::HasSubstr;
using State = engine::StoreRoom::State;
using test::SmallDisk;

constexpr std::uint64_t kMiB = 1024 * 1024;

std::uint64_t allocated(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 ? std::uint64_t(status.st_blocks) * 512 : 0;
}

// What an attempt of an ordinary incident commits, at its start and at its end: its governor and
// its remedy, and what the history says of both and of the check.
engine::Changes incident(std::uint64_t number) {
  engine::Changes changes;
  core::GovernorState state = stateOf(number);
  for (int i = 0; i < 24; ++i) {
    state.starts.push_back(core::BootTime(std::chrono::seconds(number + i)));
  }
  state.in_flight = {{number, 1, 1, "clean-up", core::WallTime(std::chrono::hours(480'000))}};
  changes.governors = {{"self-healing-main", state}};
  changes.remedies = {{"clean-up", {number, number, {}}}};
  for (const auto kind : {engine::HistoryKind::kCheck, engine::HistoryKind::kAttempt,
                          engine::HistoryKind::kGovernor}) {
    changes.history.push_back({.kind = kind,
                               .event = "failed",
                               .governor = "self-healing-main",
                               .remedy = "clean-up",
                               .check = "disk",
                               .message = std::string(200, 'm'),
                               .details = {{"step", std::int64_t{1}}}});
  }
  return changes;
}

class StoreOnAFullDisk : public ::testing::Test {
 protected:
  void mount(const std::string& options) {
    disk_ = std::make_unique<SmallDisk>(folder_ / "", options);
    if (!disk_->mounted()) GTEST_SKIP() << "no file systems of one's own here: needs root";
  }
  void open() {
    store_ = makeSqliteStore({.path = path(), .busy_timeout = std::chrono::milliseconds(1)});
    const auto opened = store_->open(stampAt(1));
    ASSERT_TRUE(opened.ok()) << opened.error().message;
  }
  std::string path() const { return *disk_ / "heald.db"; }
  std::string reserve() const { return path() + ".reserve"; }
  std::string commit() {
    ++number_;
    return store_->commit(incident(static_cast<std::uint64_t>(number_)), stampAt(1 + number_));
  }
  int commitsUntilItFails() {
    int commits = 0;
    while (commits < 5000 && commit().empty()) ++commits;
    return commits;
  }

  const TempFolder folder_;
  std::unique_ptr<SmallDisk> disk_;
  std::unique_ptr<Store> store_;
  std::int64_t number_ = 0;
};

TEST_F(StoreOnAFullDisk, TheReserveIsAllocatedPrivateAndLeavesAsMuchFree) {
  mount("size=8m");
  open();
  EXPECT_EQ(allocated(reserve()), 2 * kMiB) << "a quarter of a small file system";
  struct stat status = {};
  ASSERT_EQ(::stat(reserve().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(store_->room().state, State::kPlenty);
  EXPECT_EQ(store_->stats().reserve_bytes, 2 * kMiB);
  EXPECT_GE(freeBytes(folder_ / ""), 2 * kMiB);
}

TEST_F(StoreOnAFullDisk, IsNotFilledByTheReserveItself) {
  mount("size=8m");
  open();
  store_.reset();
  std::filesystem::remove(reserve());
  disk_->fill();
  disk_->free(3 * kMiB);
  open();
  EXPECT_EQ(store_->room().state, State::kNoReserve);
  EXPECT_THAT(store_->room().reason, HasSubstr("heald.db.reserve: only "));
  EXPECT_THAT(store_->room().reason, HasSubstr(" KiB are free, 4096 KiB are needed"));
  EXPECT_FALSE(std::filesystem::exists(reserve()));
  disk_->free(2 * kMiB);
  EXPECT_EQ(store_->probe(stampAt(2)), "");
  EXPECT_EQ(store_->room().state, State::kPlenty);
}

// `full`: makes the disk so, once the store is open.
int commitsOnAFullDisk(const std::string& size, const std::function<void(SmallDisk&)>& full) {
  const TempFolder folder;
  SmallDisk disk(folder / "", "size=" + size);
  if (!disk.mounted()) return -1;
  const auto store = makeSqliteStore({.path = disk / "heald.db"});
  EXPECT_TRUE(store->open(stampAt(1)).ok());
  full(disk);
  int commits = 0;
  while (commits < 3000 &&
         store->commit(incident(static_cast<std::uint64_t>(commits) + 1), stampAt(2 + commits))
             .empty()) {
    ++commits;
  }
  std::cout << commits << " commits on a full disk of " << size << std::endl;
  EXPECT_THAT(store->probe(stampAt(9000)), HasSubstr("the disk is full"));
  return commits;
}

TEST_F(StoreOnAFullDisk, LeavesAHundredCommitsOfAnIncident) {
  for (const char* size : {"2m", "4m", "32m"}) {
    const int commits = commitsOnAFullDisk(size, [](SmallDisk& disk) { disk.fill(); });
    if (commits < 0) GTEST_SKIP() << "needs root";
    EXPECT_GE(commits, 100);
  }
}

TEST_F(StoreOnAFullDisk, LeavesThemBesideAProgramThatWritesOnAndOn) {
  for (const char* size : {"2m", "4m", "32m"}) {
    const int commits = commitsOnAFullDisk(size, [](SmallDisk& disk) { disk.flood(); });
    if (commits < 0) GTEST_SKIP() << "needs root";
    EXPECT_GE(commits, 50) << "at least what lies in the store's own files";
  }
}

TEST_F(StoreOnAFullDisk, LeavesThemWhenAnotherProgramIsFasterThanItForAllOfTheReserve) {
  for (const char* size : {"4m", "32m"}) {
    const int commits = commitsOnAFullDisk(size, [](SmallDisk& disk) {
      std::filesystem::resize_file(disk / "heald.db.reserve", 1);
      disk.fill();
    });
    if (commits < 0) GTEST_SKIP() << "needs root";
    EXPECT_GE(commits, 100);
  }
}

TEST_F(StoreOnAFullDisk, IsToldOfFromTheFirstCommitOn) {
  mount("size=4m");
  open();
  disk_->fill();
  ASSERT_EQ(commit(), "");
  EXPECT_EQ(store_->room().state, State::kOnReserve);
  EXPECT_THAT(store_->room().reason, HasSubstr("heald.db: the disk is full"));
  EXPECT_TRUE(store_->stats().on_reserve);
  EXPECT_EQ(store_->stats().reserve_bytes, kMiB) << "what it holds ahead comes first";
  disk_->free(128 * 1024);
  EXPECT_EQ(store_->probe(stampAt(4000)), "");
  EXPECT_EQ(store_->room().state, State::kOnReserve) << "there is not room enough";
  disk_->fill();
  while (store_->stats().reserve_bytes > 0) ASSERT_EQ(commit(), "");
  EXPECT_EQ(store_->stats().failing, std::nullopt) << "nothing has failed";
  disk_->free(kMiB / 2);
  EXPECT_EQ(store_->probe(stampAt(5000)), "");
  EXPECT_EQ(store_->room().state, State::kOnReserve) << "there is not room enough";
  disk_->empty();
  EXPECT_EQ(store_->probe(stampAt(5001)), "");
  EXPECT_EQ(store_->room().state, State::kPlenty);
  EXPECT_EQ(allocated(reserve()), kMiB);
  disk_->fill();
  EXPECT_GE(commitsUntilItFails(), 100) << "the second time as the first";
}

TEST_F(StoreOnAFullDisk, OnceExhaustedIsNotOverForAFewPagesThatBecomeFree) {
  mount("size=4m");
  open();
  disk_->fill();
  EXPECT_GE(commitsUntilItFails(), 100);
  const std::string why = store_->probe(stampAt(8000));
  EXPECT_THAT(why, HasSubstr("the disk is full"));
  EXPECT_EQ(store_->stats().failing, Cause::kDiskFull);
  for (int i = 0; i < 20; ++i) {
    disk_->free(4096);
    EXPECT_EQ(store_->probe(stampAt(8001 + i)), why) << "the first cause, and no other";
    EXPECT_EQ(store_->reopen(incident(9000), stampAt(8001 + i)), why);
  }
  EXPECT_TRUE(std::filesystem::exists(path() + "-wal")) << "it was closed, and gave its room away";
  disk_->free(3 * kMiB / 4);
  EXPECT_EQ(store_->probe(stampAt(9000)), "");
  EXPECT_EQ(store_->stats().failing, std::nullopt);
  disk_->fill();
  EXPECT_GE(commitsUntilItFails(), 20) << "it was not available for long";
}

TEST_F(StoreOnAFullDisk, LosesNothingThatWasCommittedOnTheReserve) {
  mount("size=4m");
  open();
  disk_->fill();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(commit(), "");
  store_.reset();
  const auto saved = openedAt(*makeSqliteStore({.path = path()}), stampAt(9000));
  ASSERT_EQ(saved.governors.size(), 1u);
  EXPECT_EQ(saved.governors[0].second.epoch, 100u);
}

TEST_F(StoreOnAFullDisk, AtTheStartTheReserveOfTheRunBeforeLetsItOpen) {
  mount("size=4m");
  open();
  store_.reset();
  disk_->fill();
  open();
  EXPECT_EQ(store_->room().state, State::kOnReserve);
  EXPECT_GE(commitsUntilItFails(), 100);
}

TEST_F(StoreOnAFullDisk, WithoutFreeInodesGoesOnAndSaysThatThereIsNoReserve) {
  mount("size=4m,nr_inodes=10");
  open();
  store_.reset();
  std::filesystem::remove(reserve());
  open();
  disk_->useUpInodes();
  EXPECT_EQ(commit(), "");
  EXPECT_EQ(store_->room().state, State::kPlenty);
  store_.reset();
  std::filesystem::remove(reserve());
  disk_->useUpInodes();
  store_ = makeSqliteStore({.path = path()});
  EXPECT_THAT(store_->open(stampAt(3)).error().message, HasSubstr("heald.db"));
  disk_->freeInodes();
  EXPECT_TRUE(store_->open(stampAt(4)).ok());
  EXPECT_EQ(store_->room().state, State::kPlenty);
}

TEST_F(StoreOnAFullDisk, ALinkInThePlaceOfTheReserveIsNotFollowed) {
  mount("size=8m");
  std::ofstream(*disk_ / "precious") << "precious";
  std::filesystem::create_symlink(*disk_ / "precious", reserve());
  open();
  EXPECT_EQ(store_->room().state, State::kNoReserve);
  EXPECT_EQ(readFile(*disk_ / "precious"), "precious");
}

}  // namespace
}  // namespace heald::store
