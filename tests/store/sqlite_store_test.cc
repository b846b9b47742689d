#include "store/sqlite_store.h"

#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "store/schema.h"
#include "store/support.h"

namespace heald::store {
namespace {

using ::testing::HasSubstr;

unsigned modeOf(const std::string& path) {
  struct stat status = {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST(SqliteStore, SaysAtAFirstStartThatThereWasNoStoreAndHasOneFromThenOn) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  const auto first = store->open(stampAt(1));
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_FALSE(first->has_value());
  const auto second = store->open(stampAt(2));
  ASSERT_TRUE(second.ok());
  ASSERT_TRUE(second->has_value());
  EXPECT_TRUE((*second)->governors.empty());
}

TEST(SqliteStore, CreatesMissingFoldersAndItsFilesForTheOwnerAlone) {
  const TempFolder folder;
  const std::string path = folder / "var/lib/heald.db";
  const auto store = storeAt(path);
  openedAt(*store, stampAt(1));
  EXPECT_EQ(modeOf(folder / "var"), 0700u);
  EXPECT_EQ(modeOf(folder / "var/lib"), 0700u);
  EXPECT_EQ(modeOf(path), 0600u);
  EXPECT_EQ(modeOf(path + "-wal"), 0600u);
  EXPECT_EQ(modeOf(path + ".lock"), 0600u);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(SqliteStore, GivesBackAllThatWasCommittedWhateverTheStates) {
  const TempFolder folder;
  StateMaker maker(4711);
  engine::Changes changes;
  for (int i = 1000; i < 1200; ++i) {
    changes.governors.emplace_back("governor-" + std::to_string(i), maker.make());
    changes.remedies.push_back({"remedy-" + std::to_string(i), {maker.make().epoch, 2, {1, 2, 3}}});
  }
  {
    const auto store = storeAt(folder / "heald.db");
    openedAt(*store, stampAt(1));
    ASSERT_EQ(store->commit(changes, stampAt(5)), "");
  }
  const engine::Saved saved = openedAt(*storeAt(folder / "heald.db"), stampAt(6));
  EXPECT_EQ(saved.governors, changes.governors);
  EXPECT_EQ(saved.remedies, changes.remedies);
  EXPECT_TRUE(saved.unreadable.empty());
}

TEST(SqliteStore, KeepsTheOverrideOfAFlagAndItsTimeButNotTheOtherLayers) {
  const TempFolder folder;
  const core::WallTime changed = stampAt(3).at.wall;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(1));
  engine::Changes changes;
  changes.flags = {{core::Feature::kAutoHealing, {false, true, false, changed}},
                   {core::Feature::kProcessMonitoring, {true, true, std::nullopt, std::nullopt}}};
  ASSERT_EQ(store->commit(changes, stampAt(3)), "");
  const engine::Saved saved = openedAt(*store, stampAt(4));
  ASSERT_EQ(saved.flags.size(), 2u);
  EXPECT_EQ(saved.flags[0].first, core::Feature::kAutoHealing);
  EXPECT_EQ(saved.flags[0].second, (core::FeatureFlags::Layers{true, true, false, changed}));
  EXPECT_EQ(saved.flags[1].second, core::FeatureFlags::Layers{});
}

TEST(SqliteStore, KeepsApprovalsUntilTheyAreUsedOrOver) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(100));
  const engine::Approval approval{"main", stampAt(400).at.boot, stampAt(100).at.wall, "in sync",
                                  "alice"};
  const engine::ApprovalKey step{"fix", "web-1", 2};
  const engine::ApprovalKey permit{"fix", "", 0};
  engine::Changes changes;
  changes.approvals = {{step, approval}, {permit, approval}, {{"fix", "web-1", 1}, approval}};
  ASSERT_EQ(store->commit(changes, stampAt(100)), "");
  changes.approvals = {{{"fix", "web-1", 1}, std::nullopt}};
  ASSERT_EQ(store->commit(changes, stampAt(110)), "");
  const engine::Saved same = openedAt(*store, stampAt(120));
  ASSERT_EQ(same.approvals.size(), 2u);
  EXPECT_EQ(same.approvals[0].first, permit);
  EXPECT_EQ(same.approvals[1].first, step);
  EXPECT_EQ(same.approvals[1].second, approval);
  const core::ClockStamp later{"boot-2",
                               {core::BootTime(std::chrono::seconds(7)), stampAt(150).at.wall}};
  EXPECT_EQ(openedAt(*store, later).approvals[0].second.until,
            core::BootTime(std::chrono::seconds(7 + 250)));
  runSql(folder / "heald.db", "UPDATE approvals SET approval = '{' WHERE step = 2");
  EXPECT_EQ(openedAt(*store, stampAt(130)).approvals.size(), 1u)
      << "what cannot be read approves nothing";
}

TEST(SqliteStore, KeepsPausesAndTheirEndsOverAReboot) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(100));
  const engine::Pause pause{stampAt(400).at.boot, stampAt(100).at.wall, "a \xff reason", "alice"};
  engine::Changes changes;
  changes.pauses = {{"", pause}, {"gone", pause}, {"restart", pause}};
  ASSERT_EQ(store->commit(changes, stampAt(100)), "");
  changes.pauses = {{"gone", std::nullopt}};
  ASSERT_EQ(store->commit(changes, stampAt(110)), "");
  const engine::Saved same = openedAt(*store, stampAt(120));
  ASSERT_EQ(same.pauses.size(), 2u);
  EXPECT_EQ(same.pauses[0].first, "");
  EXPECT_EQ(same.pauses[1].first, "restart");
  EXPECT_EQ(same.pauses[1].second.until, pause.until) << "same boot, same end";
  EXPECT_EQ(same.pauses[1].second.reason, "a \xEF\xBF\xBD reason");
  EXPECT_EQ(same.pauses[1].second.by, "alice");
  // 300 s remained; the machine was off for 50 s, by the wall clock.
  const core::ClockStamp later{"boot-2",
                               {core::BootTime(std::chrono::seconds(7)), stampAt(150).at.wall}};
  const engine::Saved rebooted = openedAt(*store, later);
  EXPECT_EQ(rebooted.pauses[0].second.until, core::BootTime(std::chrono::seconds(7 + 250)));
  const core::ClockStamp backwards{
      "boot-2", {core::BootTime(std::chrono::seconds(7)), stampAt(-9000).at.wall}};
  EXPECT_EQ(openedAt(*store, backwards).pauses[0].second.until,
            core::BootTime(std::chrono::seconds(7 + 300)))
      << "a wall clock that went backwards shortens nothing";
}

TEST(SqliteStore, KeepsPermitsAndTheirDeadlinesOverAReboot) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(100));
  engine::Permit permit{"7-abc",
                        "backup",
                        7,
                        3,
                        stampAt(400).at.boot,
                        stampAt(100).at.wall,
                        {},
                        engine::PermitState::kOutstanding,
                        "nightly",
                        "cron",
                        ""};
  engine::Changes changes;
  changes.permits = {{"7-abc", permit}, {"gone", permit}};
  ASSERT_EQ(store->commit(changes, stampAt(100)), "");
  changes.permits = {{"gone", std::nullopt}};
  ASSERT_EQ(store->commit(changes, stampAt(110)), "");
  EXPECT_EQ(openedAt(*store, stampAt(120)).permits, std::vector<engine::Permit>{permit});
  const core::ClockStamp later{"boot-2",
                               {core::BootTime(std::chrono::seconds(7)), stampAt(150).at.wall}};
  EXPECT_EQ(openedAt(*store, later).permits[0].deadline,
            core::BootTime(std::chrono::seconds(7 + 250)));
  permit.state = engine::PermitState::kFailed;
  permit.ended_at = stampAt(160).at.wall;
  permit.error = "exit code 1";
  changes.permits = {{"7-abc", permit}};
  ASSERT_EQ(store->commit(changes, stampAt(160)), "");
  EXPECT_EQ(openedAt(*store, stampAt(161)).permits, std::vector<engine::Permit>{permit});
}

TEST(SqliteStore, APermitThatCannotBeReadIsNotThere) {
  const TempFolder folder;
  makeStore(folder / "heald.db");
  runSql(folder / "heald.db", "INSERT INTO permits VALUES ('7-abc', '{}', 'boot-1', 1, 1)");
  const engine::Saved saved = openedAt(*storeAt(folder / "heald.db"), stampAt(50));
  EXPECT_TRUE(saved.permits.empty());
  EXPECT_EQ(numberIn(saved), 1u) << "and takes nothing else with it";
}

TEST(SqliteStore, APauseThatCannotBeReadHoldsUntilAHumanEndsIt) {
  const TempFolder folder;
  makeStore(folder / "heald.db");
  runSql(folder / "heald.db", "INSERT INTO pauses VALUES ('restart', '{}', 'boot-1', 1, 1)");
  const engine::Saved saved = openedAt(*storeAt(folder / "heald.db"), stampAt(50));
  ASSERT_EQ(saved.pauses.size(), 1u);
  EXPECT_GT(saved.pauses[0].second.until, stampAt(50 + 86'400).at.boot);
  EXPECT_THAT(saved.pauses[0].second.reason, testing::HasSubstr("unreadable"));
}

TEST(SqliteStore, KeepsEpisodesUntilTheyAreForgotten) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(100));
  const engine::EpisodeKey key{"restart", "c1a5"};
  const engine::EpisodeKey other{"restart", "c1a6"};
  const engine::Episode episode{"db:1",
                                {{"instance", "db:1"}, {"alertname", "Down"}},
                                true,
                                engine::Episode::kObserved,
                                stampAt(99).at.wall,
                                4,
                                2,
                                "c1a4",
                                stampAt(90).at.wall,
                                stampAt(95).at.wall,
                                stampAt(80).at.wall,
                                3};
  engine::Changes changes;
  changes.episodes = {{key, episode}, {other, engine::Episode{}}};
  ASSERT_EQ(store->commit(changes, stampAt(100)), "");
  changes.episodes = {{other, std::nullopt}};
  ASSERT_EQ(store->commit(changes, stampAt(110)), "");
  const engine::Saved saved = openedAt(*store, stampAt(120));
  ASSERT_EQ(saved.episodes.size(), 1u);
  EXPECT_EQ(saved.episodes[0].first, key);
  EXPECT_EQ(saved.episodes[0].second, episode);
  runSql(folder / "heald.db", "UPDATE episodes SET episode = '{}'");
  EXPECT_TRUE(openedAt(*store, stampAt(130)).episodes.empty());
}

TEST(SqliteStore, ALaterCommitReplacesAnEarlierOneAndLeavesTheOthers) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(1));
  engine::Changes one;
  one.governors = {{"first", stateOf(9)}};
  ASSERT_EQ(store->commit(changesOf(1), stampAt(2)), "");
  ASSERT_EQ(store->commit(one, stampAt(3)), "");
  const engine::Saved saved = openedAt(*store, stampAt(4));
  ASSERT_EQ(saved.governors.size(), 2u);
  EXPECT_EQ(saved.governors[0].second, stateOf(9));
  EXPECT_EQ(saved.governors[1].second, stateOf(1));
}

TEST(SqliteStore, RebasesEachGovernorFromItsOwnStampAfterAReboot) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(1));
  core::GovernorState state;
  state.consecutive_failures = 4;
  state.next_allowed_at = stampAt(1040).at.boot;
  engine::Changes changes;
  changes.governors = {{"early", state}};
  ASSERT_EQ(store->commit(changes, stampAt(1000)), "");  // 40 s remain
  changes.governors = {{"late", state}};
  ASSERT_EQ(store->commit(changes, stampAt(1030)), "");  // 10 s remain

  core::ClockStamp rebooted = stampAt(1035, "boot-2");  // by wall clock 5 s after the second commit
  rebooted.at.boot = core::BootTime(std::chrono::seconds(3));
  const engine::Saved saved = openedAt(*store, rebooted);
  ASSERT_EQ(saved.governors.size(), 2u);
  EXPECT_EQ(saved.governors[0].second.next_allowed_at, rebooted.at.boot + std::chrono::seconds(5));
  EXPECT_EQ(saved.governors[1].second.next_allowed_at, rebooted.at.boot + std::chrono::seconds(5));

  core::ClockStamp backwards = rebooted;  // the wall clock lost a day: nothing is shortened
  backwards.at.wall -= std::chrono::hours(24);
  const engine::Saved all = openedAt(*store, backwards);
  EXPECT_EQ(all.governors[0].second.next_allowed_at, backwards.at.boot + std::chrono::seconds(40));
  EXPECT_EQ(all.governors[1].second.next_allowed_at, backwards.at.boot + std::chrono::seconds(10));
}

TEST(SqliteStore, DropsTheGovernorsThatAreForgotten) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(1));
  ASSERT_EQ(store->commit(changesOf(1), stampAt(2)), "");
  engine::Changes changes = changesOf(2);
  changes.governors.erase(changes.governors.begin());
  changes.forgotten = {"first", "never heard of"};
  ASSERT_EQ(store->commit(changes, stampAt(3)), "");
  const engine::Saved saved = openedAt(*store, stampAt(4));
  ASSERT_EQ(saved.governors.size(), 1u);
  EXPECT_EQ(saved.governors[0], std::pair(std::string("second"), stateOf(2)));
}

TEST(SqliteStore, KeepsASecondHealdOutAndNamesTheFirst) {
  const TempFolder folder;
  const auto first = storeAt(folder / "heald.db");
  openedAt(*first, stampAt(1));
  std::filesystem::create_symlink(folder / "heald.db", folder / "link.db");
  for (const char* name : {"heald.db", "link.db"}) {
    const auto second = storeAt(folder / name)->open(stampAt(2));
    ASSERT_FALSE(second.ok()) << name;
    EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(second.error().message, (folder / name) + ": another heald uses this store (pid " +
                                          std::to_string(::getpid()) + ")");
  }
  EXPECT_EQ(first->commit(changesOf(1), stampAt(3)), "");
}

TEST(SqliteStore, LetsTheSqliteShellLookOnWhileItCommits) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(1));
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open_v2((folder / "heald.db").c_str(), &reader, SQLITE_OPEN_READONLY, nullptr),
            SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(reader, "BEGIN; SELECT * FROM governors", nullptr, nullptr, nullptr),
            SQLITE_OK);
  EXPECT_EQ(store->commit(changesOf(1), stampAt(2)), "");
  EXPECT_EQ(sqlite3_exec(reader, "SELECT * FROM governors; COMMIT", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(reader);
}

TEST(SqliteStore, IsMarkedAsHealdsForFileAndForTheNextVersion) {
  const TempFolder folder;
  makeStore(folder / "heald.db");
  const std::string header = readFile(folder / "heald.db").substr(0, 100);
  EXPECT_EQ(header.substr(68, 4), "heal");  // application_id
  EXPECT_EQ(header.substr(60, 4),
            std::string(3, '\0') + static_cast<char>(schemaVersion()));  // user_version
}

TEST(SqliteStore, AStoreOfTheFirstVersionIsMigrated) {
  const TempFolder folder;
  makeStore(folder / "heald.db", 7);
  runSql(folder / "heald.db",
         "DROP TABLE pauses; DROP TABLE permits; DROP TABLE episodes; DROP TABLE history; DROP "
         "TABLE answers; DROP TABLE incidents; DROP TABLE counts; DROP TABLE "
         "unhealthy_times; DROP TABLE cursors; DROP TABLE approvals; PRAGMA user_version = 1");
  const auto store = storeAt(folder / "heald.db");
  EXPECT_EQ(numberIn(openedAt(*store, stampAt(10))), 7u);
  engine::Changes changes;
  changes.pauses = {{"restart", engine::Pause{}}};
  EXPECT_EQ(store->commit(changes, stampAt(11)), "");
}

// As every store was before an alert had one episode.
TEST(SqliteStore, OfEpisodesThatWereKnownByTheirStartTheOneThatFiresIsKept) {
  const TempFolder folder;
  makeStore(folder / "heald.db", 7);
  const auto row = [](const char* print, int start, bool firing, const char* attempt) {
    return std::string("INSERT INTO episodes VALUES ('restart', '") + print + "', " +
           std::to_string(start) + R"(, '{"version":1,"target":"t","labels":[],"firing":)" +
           (firing ? "true" : "false") + R"(,"attempt":)" + attempt +
           R"(,"failures":0,"step":0,"heard_at_ns":99}');)";
  };
  runSql(folder / "heald.db", kEpisodesByStart + row("two-fire", 10, true, "5") +
                                  row("two-fire", 20, true, "0") +
                                  row("observed", 10, true, "18446744073709551615") +
                                  row("again", 10, false, "6") + row("again", 20, true, "0") +
                                  row("over", 10, false, "7") + row("over", 20, false, "8") +
                                  "INSERT INTO episodes VALUES ('restart', 'broken', 1, '{');"
                                  "INSERT INTO episodes VALUES ('restart', 'odd', 1, '{}');"
                                  "PRAGMA user_version = 7");
  const auto store = storeAt(folder / "heald.db");
  std::map<std::string, engine::Episode> found;
  for (const auto& [key, episode] : openedAt(*store, stampAt(10)).episodes) {
    EXPECT_EQ(key.remedy, "restart");
    EXPECT_EQ(key.identity, episode.fingerprint);
    found[key.identity] = episode;
  }
  const auto at = [](int start) { return core::WallTime(core::Duration(start)); };
  EXPECT_EQ(found.size(), 4u) << "one for each that can be read";
  EXPECT_EQ(found["two-fire"].attempt, 5u) << "it has had its attempt";
  EXPECT_EQ(found["two-fire"].starts_at, at(10));
  EXPECT_EQ(found["observed"].attempt, engine::Episode::kObserved);
  EXPECT_TRUE(found["again"].firing);
  EXPECT_EQ(found["again"].before, at(10)) << "what starts there or before is the old one";
  EXPECT_EQ(found["again"].earlier_attempt, 6u);
  EXPECT_FALSE(found["over"].firing);
  EXPECT_EQ(found["over"].attempt, 8u);
  EXPECT_EQ(found["over"].ended_at, at(20)) << "only a later start is another episode, as it was";
}

// As every store was before incidents were durable.
TEST(SqliteStore, AStoreOfYesterdayIsOpenedWithItsStateAndKeepsIncidentsFromThenOn) {
  const TempFolder folder;
  makeStore(folder / "heald.db", 7);
  runSql(
      folder / "heald.db",
      kEpisodesByStart +
          std::string("DROP TABLE answers; DROP TABLE incidents; PRAGMA user_version = 5; "
                      "INSERT INTO episodes VALUES ('restart', 'c1a5', 7, '") +
          R"({"version":1,"target":"","labels":[],"firing":true,"attempt":0,"heard_at_ns":0}'))");
  const auto store = storeAt(folder / "heald.db");
  engine::Saved saved = openedAt(*store, stampAt(10));
  EXPECT_EQ(numberIn(saved), 7u);
  ASSERT_EQ(saved.episodes.size(), 1u);
  engine::Episode expected;
  expected.fingerprint = "c1a5";
  expected.starts_at = core::WallTime(core::Duration(7));
  EXPECT_EQ(saved.episodes[0].second, expected);
  EXPECT_TRUE(saved.incidents.empty());
  const engine::Incident incident{"service", core::WallTime(core::Duration(9)), 4, 3};
  engine::Changes changes;
  changes.incidents = {{"restart", incident}, {"other", engine::Incident{}}};
  ASSERT_EQ(store->commit(changes, stampAt(11)), "");
  changes.incidents = {{"other", std::nullopt}};
  ASSERT_EQ(store->commit(changes, stampAt(12)), "");
  saved = openedAt(*store, stampAt(13));
  EXPECT_EQ(saved.incidents, (std::map<std::string, engine::Incident>{{"restart", incident}}));
  runSql(folder / "heald.db", "UPDATE incidents SET incident = '{}'");
  EXPECT_TRUE(openedAt(*store, stampAt(14)).incidents.empty()) << "its escalation begins anew";
}

TEST(SqliteStore, KeepsWhatIsCountedAndTheTimesOfChecksInEachBoot) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(100));
  const auto at = [](std::int64_t seconds) {
    return core::BootTime(core::Duration(std::chrono::seconds(seconds)));
  };
  engine::Changes changes;
  changes.counts = {{"incidents/human", 3}, {"human_actions/resume", 1}};
  changes.unhealthy_times = {{"lasts", {std::chrono::seconds(7), at(60), true}},
                             {"over", {std::chrono::seconds(9), {}, false}}};
  ASSERT_EQ(store->commit(changes, stampAt(100)), "");
  changes.counts = {{"incidents/human", 4}};
  changes.unhealthy_times.clear();
  ASSERT_EQ(store->commit(changes, stampAt(110)), "");
  engine::Saved saved = openedAt(*store, stampAt(120));
  EXPECT_EQ(saved.counts,
            (engine::TallyCounts{{"human_actions/resume", 1}, {"incidents/human", 4}}));
  engine::TallyTimes times = {{"lasts", {std::chrono::seconds(7), at(60), true}},
                              {"over", {std::chrono::seconds(9), {}, false}}};
  EXPECT_EQ(saved.unhealthy_times, times);
  // Another boot, 50 s after it was written by the wall clock: it lasts for 40 + 50 s.
  core::ClockStamp rebooted = stampAt(5, "boot-2");
  rebooted.at.wall = stampAt(150).at.wall;
  saved = openedAt(*store, rebooted);
  times[0].second.since = at(5 - 90);
  EXPECT_EQ(saved.unhealthy_times, times);
  runSql(folder / "heald.db",
         "UPDATE counts SET count = -1 WHERE name = 'incidents/human'; "
         "UPDATE unhealthy_times SET ended_ns = 9223372036854775807 WHERE check_name = 'over'");
  saved = openedAt(*store, stampAt(130));
  EXPECT_EQ(saved.counts, (engine::TallyCounts{{"human_actions/resume", 1}}));
  EXPECT_EQ(saved.unhealthy_times.size(), 1u);
}

TEST(SqliteStore, CountsAndTimesItsOperationsAndKnowsItsSize) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  EXPECT_NE(store->probe(stampAt(1)), "");
  openedAt(*store, stampAt(1));
  EXPECT_EQ(store->commit(changesOf(1), stampAt(2)), "");
  EXPECT_EQ(store->probe(stampAt(3)), "");
  const Stats stats = store->stats();
  const auto& [load, commit, probe] = stats.operations;
  EXPECT_EQ(load.count, 1u);
  EXPECT_EQ(load.failures, 0u);
  EXPECT_EQ(commit.count, 1u);
  EXPECT_EQ(commit.duration.count(), 1u);
  EXPECT_GT(commit.duration.sumSeconds(), 0);
  EXPECT_EQ(probe.count, 2u);
  EXPECT_EQ(probe.failures, 1u);
  EXPECT_GT(stats.size_bytes, 4096u);
}

TEST(SqliteStore, LetsAnotherThreadReadItsStatisticsWhileItCommits) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(1));
  std::atomic<bool> done = false;
  std::uint64_t last = 0;
  std::thread reader([&] {
    while (!done) {
      const std::uint64_t commits = store->stats().operations[1].count;
      EXPECT_GE(commits, last);
      last = commits;
    }
  });
  for (std::uint64_t i = 1; i <= 50; ++i) {
    EXPECT_EQ(store->commit(changesOf(i), stampAt(2)), "");
  }
  done = true;
  reader.join();
  EXPECT_EQ(store->stats().operations[1].count, 50u);
}

}  // namespace
}  // namespace heald::store
