#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>

#include <fstream>

#include "e2e/stories.h"

// The store of the real heald fails: nothing starts, everybody says why, and when the fault ends
// heald goes on without a restart.
namespace heald::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kSuppressed =
    "heald_healing_suppressed_total{governor=\"self-healing-main\",reason=\"store_unavailable\"}";

void expectStoreDown(TestDaemon& daemon, const std::string& why) {
  daemon.await("the store to be down",
               [&] { return daemon.status().at("selfHealing").at("storeAvailable") == false; });
  EXPECT_THAT(daemon.status()["selfHealing"]["storeError"].get<std::string>(), HasSubstr(why));
  EXPECT_EQ(daemon.metric("heald_store_up"), 0);
  EXPECT_THAT(daemon.log(), HasSubstr(why));
  EXPECT_EQ(test::get(daemon.metricsPort(), "/-/healthy").status, 200);
  EXPECT_EQ(test::get(daemon.metricsPort(), "/-/ready").status, 503);
}

void expectNothingStarts(TestDaemon& daemon) {
  awaitCheckRuns(daemon, "service", 20);
  EXPECT_EQ(startsOf(daemon).size(), 0u);
  EXPECT_EQ(daemon.post("/api/governors/self-healing-main/dormant", R"({"reason": "x"})").status,
            503);
}

void expectItGoesOnByItself(TestDaemon& daemon) {
  daemon.await("an attempt", [&] { return !startsOf(daemon).empty(); });
  EXPECT_EQ(daemon.metric("heald_store_up"), 1);
  EXPECT_THAT(daemon.log(), HasSubstr("the store is available again"));
}

std::string storeAt(const std::string& path) {
  return "store: {path: '" + path + "'}\nweb: {token_file: '@DIR@/control.token'}\n" +
         sickService("exit 1", kHundredTimesFaster);
}

// Another program's connection to the store.
class OtherProgram {
 public:
  explicit OtherProgram(const std::string& path) { sqlite3_open(path.c_str(), &database_); }
  ~OtherProgram() { sqlite3_close(database_); }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  int run(const char* sql) { return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr); }

 private:
  sqlite3* database_ = nullptr;
};

TEST(StoreFaults, AStoreLockedByAnotherProgramLetsNothingStartUntilItIsFree) {
  TestDaemon daemon({sickService("exit 1", kHundredTimesFaster)});
  daemon.start();
  OtherProgram other(daemon.file("heald.db"));
  eventually([&] { return other.run("BEGIN EXCLUSIVE") == SQLITE_OK; });
  daemon.dir().write("sick", "");
  expectStoreDown(daemon, "locked");
  EXPECT_GE(daemon.metric(kSuppressed), 1);
  expectNothingStarts(daemon);
  EXPECT_EQ(other.run("ROLLBACK"), SQLITE_OK);
  expectItGoesOnByItself(daemon);
}

TEST(StoreFaults, AFolderInThePlaceOfTheStoreMeansDormantUntilItIsGone) {
  TestDaemon daemon({sickService("exit 1", kHundredTimesFaster)});
  std::filesystem::create_directory(daemon.file("heald.db"));
  daemon.dir().write("sick", "");
  daemon.start();
  expectStoreDown(daemon, "a folder, not a file");
  expectNothingStarts(daemon);
  std::filesystem::remove(daemon.file("heald.db"));
  expectItGoesOnByItself(daemon);
}

TEST(StoreFaults, GarbageInThePlaceOfTheStoreMeansDormantAndUnreadable) {
  TestDaemon daemon({sickService("exit 1", kHundredTimesFaster)});
  daemon.dir().write("heald.db", std::string(8192, 'x'));
  daemon.dir().write("sick", "");
  daemon.start();
  expectStoreDown(daemon, "heald.db");
  EXPECT_TRUE(isDormant(daemon));
  EXPECT_EQ(daemon.governor(kMain).at("dormancy").at("reason"), "state unreadable");
  EXPECT_EQ(daemon.metric("heald_dormant{governor=\"self-healing-main\"}"), 1);
  expectNothingStarts(daemon);
  EXPECT_EQ(daemon.read("heald.db"), std::string(8192, 'x')) << "evidence is not touched";
  std::filesystem::remove(daemon.file("heald.db"));
  expectItGoesOnByItself(daemon);
  EXPECT_EQ(daemon.stop(), 0);
}

// A file system of its own for the store, of 1 MiB, that only this test and its heald see.
class SmallDisk : public testing::Test {
 protected:
  SmallDisk() : daemon_({storeAt("@DIR@/disk/heald.db")}), disk_(daemon_.file("disk")) {
    std::filesystem::create_directory(disk_);
  }
  void SetUp() override {
    const bool alone = ::unshare(CLONE_NEWNS) == 0 &&
                       ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (!alone || ::mount("none", disk_.c_str(), "tmpfs", 0, "size=1m") != 0) {
      GTEST_SKIP() << "no file systems of one's own here: needs root";
    }
  }
  ~SmallDisk() override { ::umount2(disk_.c_str(), MNT_DETACH); }

  void remount(unsigned long flags) {
    ASSERT_EQ(::mount("none", disk_.c_str(), "tmpfs", MS_REMOUNT | flags, "size=1m"), 0);
  }
  void fill() const {
    std::ofstream file(disk_ + "/ballast", std::ios::binary);
    const std::string block(4096, 'x');
    while (file.write(block.data(), 4096).flush()) {
    }
  }

  TestDaemon daemon_;
  const std::string disk_;
};

TEST_F(SmallDisk, FullMeansThatNothingStartsUntilThereIsRoomAgain) {
  daemon_.start();
  // A second connection: SQLite keeps its journal, and so makes no room by closing the store.
  OtherProgram other(disk_ + "/heald.db");
  ASSERT_EQ(other.run("SELECT count(*) FROM governors"), SQLITE_OK);
  fill();
  daemon_.dir().write("sick", "");
  expectStoreDown(daemon_, "full");
  EXPECT_GE(daemon_.metric(kSuppressed), 1);
  expectNothingStarts(daemon_);
  std::filesystem::remove(disk_ + "/ballast");
  expectItGoesOnByItself(daemon_);
}

TEST_F(SmallDisk, ReadOnlyMeansThatNothingStartsUntilItIsWritable) {
  daemon_.dir().write("sick", "");
  remount(MS_RDONLY);
  daemon_.start();
  expectStoreDown(daemon_, "heald.db");
  expectNothingStarts(daemon_);
  remount(0);
  expectItGoesOnByItself(daemon_);
}

TEST(StoreFaults, ALimitOnFileSizesIsAFaultOfTheStoreAndNotTheEndOfHeald) {
  TestDaemon daemon({storeAt("@DIR@/heald.db")});
  daemon.start();  // makes the store
  EXPECT_EQ(daemon.stop(), 0);
  daemon.launch().file_size_limit = 64 * 1024;
  daemon.dir().write("sick", "");
  daemon.start();
  daemon.await("the end of the store, or of heald",
               [&] { return !daemon.running() || daemon.metric("heald_store_up") == 0; });
  ASSERT_TRUE(daemon.running()) << "ended by signal " << -daemon.waitForExit();
  EXPECT_EQ(daemon.stop(), 0);
}

TEST(StoreFaults, ASecondHealdOnTheSameStoreIsInertAndNamesTheFirst) {
  TestDaemon first({sickService("exit 1", kHundredTimesFaster)});
  first.start();
  const std::string shared = first.file("heald.db");
  TestDaemon second({storeAt(shared)});
  second.dir().write("sick", "");
  second.start();
  expectStoreDown(second, std::to_string(first.pid()));
  EXPECT_THAT(second.log(), HasSubstr(shared));
  expectNothingStarts(second);
  EXPECT_EQ(first.metric("heald_store_up"), 1);
  EXPECT_EQ(first.stop(), 0);
  expectItGoesOnByItself(second);
  EXPECT_EQ(second.stop(), 0);
}

}  // namespace
}  // namespace heald::test
