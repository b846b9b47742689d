#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mount.h>

#include <optional>
#include <sstream>

#include "e2e/stories.h"
#include "support/small_disk.h"

// The store of the real heald fails: nothing starts, everybody says why, and when the fault ends
// heald goes on without a restart.
namespace heald::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kSuppressed = "heald_healing_suppressed_total{reason=\"store_unavailable\"}";

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

// A file system of its own for the store, of 4 MiB, that only this test and its heald see.
class StoreOnASmallDisk : public testing::Test {
 protected:
  explicit StoreOnASmallDisk(const std::string& config = storeAt("@DIR@/disk/heald.db"))
      : daemon_({config}) {
    std::filesystem::create_directory(daemon_.file("disk"));
    disk_.emplace(daemon_.file("disk"), "size=4m");
  }
  void SetUp() override {
    if (!disk_->mounted()) GTEST_SKIP() << "no file systems of one's own here: needs root";
  }

  // Human actions until one is refused. How many were not.
  int useUpTheReserve() {
    int done = 0;
    while (done < 50'000 &&
           daemon_.post("/api/governors/self-healing-main/reset", "{}").status == 200) {
      ++done;
    }
    return done;
  }
  int linesOfLog(const std::string& text) const {
    std::istringstream lines(daemon_.log());
    int found = 0;
    for (std::string line; std::getline(lines, line);) {
      found += line.find(text) != std::string::npos ? 1 : 0;
    }
    return found;
  }

  TestDaemon daemon_;
  std::optional<SmallDisk> disk_;
};

TEST_F(StoreOnASmallDisk, FullMeansThatNothingStartsOnceTheReserveIsUsedUpUntilThereIsRoomAgain) {
  daemon_.start();
  disk_->fill();
  std::filesystem::resize_file(*disk_ / "heald.db.reserve", 1);  // thousands of commits otherwise
  disk_->fill();
  EXPECT_GE(useUpTheReserve(), 100);
  expectStoreDown(daemon_, "full");
  EXPECT_EQ(daemon_.metric("heald_store_failing{cause=\"disk_full\"}"), 1);
  daemon_.dir().write("sick", "");
  expectNothingStarts(daemon_);
  EXPECT_GE(daemon_.metric(kSuppressed), 1);

  disk_->free(8192);
  awaitCheckRuns(daemon_, "service", 60);  // some probes
  EXPECT_EQ(daemon_.metric("heald_store_up"), 0) << "a few pages are no recovery";
  disk_->empty();
  expectItGoesOnByItself(daemon_);
  EXPECT_EQ(linesOfLog("the store is unavailable"), 1) << daemon_.log();
  EXPECT_EQ(linesOfLog("the store is available again"), 1) << daemon_.log();
  EXPECT_EQ(linesOfLog("lives on its reserve"), 1) << daemon_.log();
  EXPECT_EQ(daemon_.metric("heald_store_on_reserve"), 0);
  EXPECT_EQ(daemon_.metric("heald_store_failing{cause=\"disk_full\"}"), 0);
}

TEST_F(StoreOnASmallDisk, ReadOnlyMeansThatNothingStartsUntilItIsWritable) {
  daemon_.dir().write("sick", "");
  ASSERT_TRUE(disk_->remount(MS_RDONLY));
  daemon_.start();
  expectStoreDown(daemon_, "heald.db");
  expectNothingStarts(daemon_);
  ASSERT_TRUE(disk_->remount(0));
  expectItGoesOnByItself(daemon_);
  EXPECT_EQ(linesOfLog("the store is available again"), 1) << daemon_.log();
}

TEST_F(StoreOnASmallDisk, ThatIsFullAtTheFirstStartLetsHealdRunAndSayWhy) {
  disk_->fill();
  daemon_.dir().write("sick", "");
  daemon_.start();
  expectStoreDown(daemon_, "the disk is full");
  expectNothingStarts(daemon_);
  disk_->empty();
  expectItGoesOnByItself(daemon_);
  EXPECT_EQ(daemon_.metric("heald_store_reserve_bytes"), 1024 * 1024);
}

// The usual case: what fills the disk is what the remedy can take away.
class CleanUp : public StoreOnASmallDisk {
 protected:
  CleanUp()
      : StoreOnASmallDisk(
            "store: {path: '@DIR@/disk/heald.db'}\n"
            "web: {token_file: '@DIR@/control.token'}\n" +
            kHundredTimesFaster + R"(
checks:
  - name: disk
    exec: {command: [/bin/sh, -c, 'test ! -e @DIR@/disk/ballast || exit 2']}
    interval: 50ms
remedies:
  - name: clean-up
    when: {check: disk}
    governor: self-healing-main
    exec: {command: [/bin/sh, -c, 'test -e @DIR@/works && rm @DIR@/disk/ballast']}
    verify: {after: 0}
)") {}
};

TEST_F(CleanUp, RunsOnTheReserveAndHealsTheDisk) {
  daemon_.start();
  disk_->fill();
  daemon_.await("the reserve to be given up",
                [&] { return daemon_.metric("heald_store_on_reserve") == 1; });
  EXPECT_EQ(daemon_.status()["selfHealing"]["storeRoom"], "on_reserve");
  EXPECT_EQ(daemon_.status()["selfHealing"]["storeAvailable"], true);
  EXPECT_THAT(daemon_.status()["issues"].dump(), HasSubstr("heald lives on its reserve"));
  daemon_.await("failed attempts", [&] { return daemon_.remedy("clean-up")["attempts"] >= 2; });

  daemon_.dir().write("works", "");
  daemon_.await("the disk to be healed",
                [&] { return daemon_.status()["selfHealing"]["storeRoom"] == "plenty"; });
  EXPECT_FALSE(std::filesystem::exists(*disk_ / "ballast"));
  EXPECT_EQ(daemon_.metric("heald_store_on_reserve"), 0);
  EXPECT_EQ(daemon_.metric("heald_store_reserve_bytes"), 1024 * 1024);
  EXPECT_EQ(linesOfLog("the disk of the store is full: heald lives on its reserve"), 1);
  EXPECT_EQ(linesOfLog("the disk of the store has room again"), 1);
  EXPECT_EQ(linesOfLog("the store is unavailable"), 0) << daemon_.log();
  EXPECT_EQ(daemon_.stop(), 0);
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
