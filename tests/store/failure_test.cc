// Stores that fail while they are open.
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "store/support.h"

namespace heald::store {
namespace {

using ::testing::HasSubstr;

class OpenStoreTest : public ::testing::Test {
 protected:
  OpenStoreTest() { openedAt(*store_, stampAt(1)); }

  const TempFolder folder_;
  const std::string path_ = folder_ / "heald.db";
  const std::unique_ptr<Store> store_ = storeAt(path_);
};

TEST_F(OpenStoreTest, ALockOfAnotherProgramIsAReasonAndPasses) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_THAT(store_->commit(changesOf(1), stampAt(2)), HasSubstr("locked by another program"));
  EXPECT_THAT(store_->probe(stampAt(2)), HasSubstr("locked by another program"));
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(store_->probe(stampAt(3)), "");
  EXPECT_EQ(store_->commit(changesOf(2), stampAt(3)), "");
}

TEST_F(OpenStoreTest, ADeletedFileIsNoticedAndWrittenAgainFromMemory) {
  ASSERT_EQ(store_->commit(changesOf(1), stampAt(2)), "");
  std::filesystem::remove(path_);
  const std::string expected = path_ + ": the store file is gone or was replaced";
  EXPECT_EQ(store_->probe(stampAt(3)), expected);
  EXPECT_EQ(store_->commit(changesOf(2), stampAt(3)), expected);
  EXPECT_EQ(store_->reopen(changesOf(1), stampAt(4)), "");
  EXPECT_EQ(store_->probe(stampAt(5)), "");
  EXPECT_EQ(numberIn(openedAt(*store_, stampAt(6))), 1u);
}

TEST_F(OpenStoreTest, AFileThatTookItsPlaceIsLeftAloneUntilARestart) {
  makeStore(folder_ / "other.db", 77);
  std::filesystem::rename(folder_ / "other.db", path_);
  EXPECT_THAT(store_->probe(stampAt(3)), HasSubstr("gone or was replaced"));
  EXPECT_THAT(store_->reopen(changesOf(1), stampAt(4)),
              HasSubstr("another file has taken the place of the store; restart heald"));
  EXPECT_THAT(store_->commit(changesOf(1), stampAt(4)), HasSubstr("not open"));
}

TEST_F(OpenStoreTest, ADeletedJournalIsNoticedBecauseTheNextCrashWouldLoseIt) {
  ASSERT_EQ(store_->commit(changesOf(1), stampAt(2)), "");
  std::filesystem::remove(path_ + "-wal");
  EXPECT_THAT(store_->commit(changesOf(2), stampAt(3)), HasSubstr("journal"));
  EXPECT_EQ(store_->reopen(changesOf(1), stampAt(4)), "");
  EXPECT_EQ(numberIn(openedAt(*store_, stampAt(5))), 1u);
}

TEST_F(OpenStoreTest, ADeletedLockIsNoticedBecauseItKeepsNobodyOut) {
  std::filesystem::remove(path_ + ".lock");
  EXPECT_THAT(store_->probe(stampAt(3)), HasSubstr("lock"));
  EXPECT_EQ(store_->reopen({}, stampAt(4)), "");
  EXPECT_EQ(store_->probe(stampAt(5)), "");
}

TEST_F(OpenStoreTest, AReopenWithoutNeedChangesNothing) {
  ASSERT_EQ(store_->commit(changesOf(4), stampAt(2)), "");
  EXPECT_EQ(store_->reopen({}, stampAt(3)), "");
  EXPECT_EQ(numberIn(openedAt(*store_, stampAt(4))), 4u);
}

TEST(ClosedStore, CommitsAndProbesNothing) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  EXPECT_THAT(store->commit(changesOf(1), stampAt(1)), HasSubstr("not open"));
  EXPECT_THAT(store->probe(stampAt(1)), HasSubstr("not open"));
  EXPECT_THAT(store->reopen(changesOf(1), stampAt(1)), HasSubstr("never open"));
  EXPECT_FALSE(std::filesystem::exists(folder / "heald.db"));
}

// Runs in a child process, whose files may not grow any more. The exit code says what went wrong.
int commitOnAFullDisk(const std::string& path) {
  const auto store = makeSqliteStore({.path = path, .reserve_bytes = 0});
  if (!store->open(stampAt(1)).ok() || !store->commit(changesOf(5), stampAt(2)).empty()) {
    return 1;
  }
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{std::filesystem::file_size(path + "-wal") + 100, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const std::string commit = store->commit(changesOf(6), stampAt(3));
  const std::string probe = store->probe(stampAt(3));
  if (commit.empty() || probe.empty()) {
    return 2;
  }
  const rlimit lifted{RLIM_INFINITY, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &lifted);
  return store->probe(stampAt(4)).empty() ? 0 : 3;
}

TEST(FullDisk, FailsTheCommitKeepsWhatWasThereAndRecoversByItself) {
  const TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(commitOnAFullDisk(folder / "heald.db"));
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(numberIn(openedAt(*storeAt(folder / "heald.db"), stampAt(9))), 5u);
}

}  // namespace
}  // namespace heald::store
