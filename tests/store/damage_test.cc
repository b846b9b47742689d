// Stores that cannot be trusted: each has to be an error that names the place and what to do, and
// must never be taken for a first start.
#include <fcntl.h>

#include "store/schema.h"
#include "store/support.h"

namespace heald::store {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string errorOf(const std::string& path) {
  const auto result = storeAt(path)->open(stampAt(10));
  return result.ok() ? "(no error)" : result.error().message;
}

TEST(DamagedStore, AnEmptyFileIsAnErrorAndNoFirstStart) {
  const TempFolder folder;
  writeFile(folder / "heald.db", "");
  EXPECT_EQ(
      errorOf(folder / "heald.db"),
      (folder / "heald.db") + ": empty; put back a copy, or remove it to begin with a fresh state");
  EXPECT_EQ(readFile(folder / "heald.db"), "");
}

TEST(DamagedStore, AFileThatIsNoDatabaseIsLeftAsItIs) {
  const TempFolder folder;
  const std::string content(8192, 'x');
  writeFile(folder / "heald.db", content);
  EXPECT_THAT(errorOf(folder / "heald.db"),
              AllOf(StartsWith(folder / "heald.db"), HasSubstr("not a database")));
  EXPECT_EQ(readFile(folder / "heald.db"), content);
}

TEST(DamagedStore, ADatabaseOfAnotherProgramIsLeftAsItIs) {
  const TempFolder folder;
  runSql(folder / "heald.db", "CREATE TABLE governors (name TEXT)");
  const std::string before = readFile(folder / "heald.db");
  EXPECT_THAT(errorOf(folder / "heald.db"), HasSubstr("a database, but not one of heald"));
  EXPECT_EQ(readFile(folder / "heald.db"), before);
}

TEST(DamagedStore, ANewerSchemaIsRefusedWithBothVersions) {
  const TempFolder folder;
  makeStore(folder / "heald.db");
  runSql(folder / "heald.db", "PRAGMA user_version = 99");
  EXPECT_THAT(errorOf(folder / "heald.db"),
              HasSubstr("its schema has version 99, this heald knows 1 to " +
                        std::to_string(schemaVersion())));
}

TEST(DamagedStore, AFolderInItsPlaceIsNamed) {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "heald.db");
  EXPECT_THAT(errorOf(folder / "heald.db"), HasSubstr("a folder, not a file"));
}

TEST(DamagedStore, AFolderThatCannotBeCreatedIsNamed) {
  EXPECT_THAT(errorOf("/proc/heald/heald.db"),
              HasSubstr("cannot create the folder /proc/heald: No such file or directory"));
}

TEST(DamagedStore, AFileInThePlaceOfItsFolderIsNamed) {
  const TempFolder folder;
  writeFile(folder / "var", "x");
  EXPECT_THAT(errorOf(folder / "var/heald.db"), HasSubstr("Not a directory"));
}

TEST(DamagedStore, AJournalWithoutItsFileIsNoFirstStart) {
  const TempFolder folder;
  writeFile(folder / "heald.db-wal", "what was not yet in the file");
  EXPECT_THAT(errorOf(folder / "heald.db"), HasSubstr("gone, but its journal"));
  EXPECT_FALSE(std::filesystem::exists(folder / "heald.db"));
}

TEST(DamagedStore, ACrashWhileTheStoreWasCreatedIsStillAFirstStart) {
  const TempFolder folder;
  writeFile(folder / "heald.db.new", "half a store");
  const auto result = storeAt(folder / "heald.db")->open(stampAt(1));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_FALSE(result->has_value());
}

TEST(DamagedStore, ACutFileIsNeverTakenForAWholeOne) {
  const TempFolder folder;
  makeStore(folder / "whole.db");
  const std::string whole = readFile(folder / "whole.db");
  ASSERT_GE(whole.size(), 5u * 4096);
  for (std::size_t size = 0; size < whole.size(); size += 512) {
    writeFile(folder / "heald.db", whole.substr(0, size));
    const auto result = storeAt(folder / "heald.db")->open(stampAt(10));
    if (result.ok()) {  // only bytes that hold nothing are missing: the rest of an empty table
      ASSERT_TRUE(result->has_value()) << size;
      ASSERT_GT(size, whole.size() / 2);
      EXPECT_EQ(numberIn(**result), 1u) << size;
    } else {
      EXPECT_THAT(result.error().message, StartsWith((folder / "heald.db") + ": ")) << size;
    }
    std::filesystem::remove(folder / "heald.db-wal");
  }
}

// Found by tests/fuzz/store_fuzz.cc: SQLite describes some damage in several lines.
TEST(DamagedStore, AReasonIsOneLineWhateverIsDamaged) {
  const TempFolder folder;
  makeStore(folder / "whole.db");
  const std::string whole = readFile(folder / "whole.db");
  int set_aside = 0;
  for (std::size_t page = 4096; page < whole.size(); page += 4096) {
    std::string damaged = whole;
    damaged.replace(page, 8, std::string(8, '\xff'));
    writeFile(folder / "heald.db", damaged);
    const std::string error = errorOf(folder / "heald.db");
    set_aside += error == "(no error)" ? 1 : 0;
    EXPECT_THAT(error, AnyOf(HasSubstr("corrupt"), "(no error)")) << page;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
  EXPECT_EQ(set_aside, 1) << "the history's page, which costs the history alone";
}

// Content that no checksum covers may change unnoticed; what is asked for is an answer, not a
// crash, and no governor that is lost without a word.
TEST(DamagedStore, AFileWithAnOverwrittenPieceIsAnErrorOrLosesNoGovernorSilently) {
  const TempFolder folder;
  makeStore(folder / "whole.db");
  const std::string whole = readFile(folder / "whole.db");
  for (std::size_t place = 0; place < whole.size(); place += 256) {
    std::string damaged = whole;
    damaged.replace(place, 64, std::string(64, '\xa5'));
    writeFile(folder / "heald.db", damaged);
    const auto result = storeAt(folder / "heald.db")->open(stampAt(10));
    if (result.ok()) {
      ASSERT_TRUE(result->has_value());
      EXPECT_EQ((*result)->governors.size() + (*result)->unreadable.size(), 2u) << place;
    }
    std::filesystem::remove(folder / "heald.db-wal");
  }
}

TEST(DamagedStore, ARowThatDoesNotParseIsListedAndTheOthersAreRead) {
  const TempFolder folder;
  makeStore(folder / "heald.db", 3);
  runSql(folder / "heald.db", "UPDATE governors SET state = '{' WHERE name = 'first'");
  const engine::Saved saved = openedAt(*storeAt(folder / "heald.db"), stampAt(5));
  ASSERT_EQ(saved.governors.size(), 1u);
  EXPECT_EQ(saved.governors[0].first, "second");
  ASSERT_EQ(saved.unreadable.size(), 1u);
  EXPECT_EQ(saved.unreadable[0],
            (std::pair<std::string, std::string>("first", "it is not a JSON object")));
}

TEST(DamagedStore, ARowInAStateThatTheMachineCannotBeInIsListed) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  openedAt(*store, stampAt(1));
  engine::Changes changes;
  changes.governors = {{"odd", {}}};
  changes.governors[0].second.breaker.state = core::BreakerState::kPermanentOpen;
  ASSERT_EQ(store->commit(changes, stampAt(2)), "");
  const engine::Saved saved = openedAt(*store, stampAt(5));
  EXPECT_TRUE(saved.governors.empty());
  ASSERT_EQ(saved.unreadable.size(), 1u);
  EXPECT_EQ(saved.unreadable[0].second, "active and PERMANENT_OPEN at once");
}

TEST(DamagedStore, ADamagedStampIsListedAndOverflowsNothing) {
  const TempFolder folder;
  makeStore(folder / "heald.db", 3);
  runSql(folder / "heald.db", "UPDATE governors SET boot_ns = -9223372036854775807, wall_ns = 0");
  const engine::Saved saved = openedAt(*storeAt(folder / "heald.db"), stampAt(5, "boot-2"));
  EXPECT_EQ(saved.unreadable.size(), 2u);
}

TEST(DamagedStore, AnUnknownFlagAndDamagedTotalsAreListed) {
  const TempFolder folder;
  makeStore(folder / "heald.db", 3);
  runSql(folder / "heald.db",
         "INSERT INTO flags VALUES ('auto_flying', 0, 1);"
         "INSERT INTO flags VALUES ('auto_healing', 0, -5);"
         "UPDATE remedies SET totals = '{\"version\":1}'");
  const engine::Saved saved = openedAt(*storeAt(folder / "heald.db"), stampAt(5));
  ASSERT_EQ(saved.unreadable.size(), 3u);
  EXPECT_EQ(saved.unreadable[0].second, "the remedy's totals: \"attempts\" is missing");
  EXPECT_EQ(saved.unreadable[1].second, "a feature flag that this heald does not know");
  EXPECT_THAT(saved.unreadable[2].second, HasSubstr("the flag's last change"));
  ASSERT_EQ(saved.flags.size(), 1u);  // what a human has switched off stays off
  EXPECT_EQ(saved.flags[0].second.overridden, false);
}

}  // namespace
}  // namespace heald::store
