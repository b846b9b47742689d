// The history on disk: written with what it tells of, read beside the writer, forgotten in time.
#include <algorithm>

#include "store/history_codec.h"
#include "store/history_reader.h"
#include "store/history_table.h"
#include "store/schema.h"
#include "store/support.h"

namespace heald::store {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;
using engine::HistoryPage;
using engine::HistoryQuery;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

HistoryEntry entryAt(std::int64_t seconds, HistoryKind kind = HistoryKind::kCheck) {
  return {.kind = kind, .event = "healthy", .at = stampAt(seconds).at.wall};
}

engine::Changes historyOf(std::vector<HistoryEntry> entries) {
  engine::Changes changes;
  changes.history = std::move(entries);
  return changes;
}

HistoryPage pageOf(const std::string& path, const HistoryQuery& query = {}) {
  auto page = readHistory(path, query);
  EXPECT_TRUE(page.ok()) << page.error().message;
  return page.ok() ? *page : HistoryPage{};
}

std::vector<std::int64_t> idsOf(const HistoryPage& page) {
  std::vector<std::int64_t> ids;
  for (const auto& row : page.rows) ids.push_back(row.id);
  return ids;
}

// An open store in a folder of its own.
struct OpenedStore {
  OpenedStore() { openedAt(*store, stampAt(1)); }
  std::string commit(std::vector<HistoryEntry> entries) {
    return store->commit(historyOf(std::move(entries)), stampAt(2));
  }

  TempFolder folder;
  std::string path = folder / "heald.db";
  std::unique_ptr<Store> store = storeAt(path);
};

TEST(HistoryStore, GivesBackWhatWasCommittedNewestFirst) {
  OpenedStore at;
  HistoryEntry attempt{.kind = HistoryKind::kAttempt,
                       .event = "failed",
                       .at = stampAt(7).at.wall,
                       .governor = "main@web-1",
                       .remedy = "restart",
                       .target = "web-1",
                       .check = "gateway",
                       .attempt = 3,
                       .actor = "api from 127.0.0.1 as alice@host",
                       .message = "exit code 3",
                       .output = "first line\nsecond \"line\"\n",
                       .details = {{"exitCode", 3}, {"reason", "error"}}};
  ASSERT_EQ(at.commit({entryAt(5), attempt}), "");
  const HistoryPage page = pageOf(at.path);
  ASSERT_THAT(page.rows, SizeIs(2));
  EXPECT_EQ(page.rows[0].id, 2);
  EXPECT_EQ(page.rows[0].entry, attempt);
  EXPECT_EQ(page.rows[1].entry, entryAt(5));
  EXPECT_EQ(page.newest, 2);
  EXPECT_FALSE(page.more);
}

TEST(HistoryStore, IsPartOfTheTransaction) {
  OpenedStore at;
  engine::Changes changes = changesOf(4);
  changes.history = {entryAt(5)};
  runSql(at.path,
         "CREATE TRIGGER refuse BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'no'); END");
  EXPECT_THAT(at.store->commit(changes, stampAt(2)), HasSubstr("no"));
  EXPECT_EQ(numberIn(openedAt(*at.store, stampAt(3))), 0u) << "neither without the other";
  runSql(at.path, "DROP TRIGGER refuse");
  ASSERT_EQ(at.store->commit(changes, stampAt(2)), "");
  EXPECT_THAT(pageOf(at.path).rows, SizeIs(1));
  EXPECT_EQ(numberIn(openedAt(*at.store, stampAt(3))), 4u);
}

TEST(HistoryStore, TextsFromOutsideBecomeValidAndBounded) {
  OpenedStore at;
  HistoryEntry hostile = entryAt(5);
  hostile.message = "a\nb\xff" + std::string(10'000, 'm');
  hostile.actor = std::string(1000, 'a');
  hostile.remedy = "\xc3(" + std::string(1000, 'r');
  hostile.output = std::string(1, '\0') + "\xfe\n" + std::string(100'000, 'o');
  for (int i = 0; i < 100; ++i) hostile.details.emplace_back("k" + std::to_string(i), "v\xff");
  ASSERT_EQ(at.commit({hostile}), "");
  const HistoryPage page = pageOf(at.path);
  ASSERT_THAT(page.rows, SizeIs(1));
  const HistoryEntry& read = page.rows[0].entry;
  EXPECT_LE(read.message.size(), 1024u);
  EXPECT_EQ(read.message.substr(0, 6), "a b\xef\xbf\xbd");
  EXPECT_LE(read.actor.size(), 256u);
  EXPECT_LE(read.remedy.size(), 256u);
  EXPECT_LE(read.output.size(), engine::kHistoryOutputBytes);
  EXPECT_EQ(read.output.substr(0, 5), std::string("\0\xef\xbf\xbd\n", 5));
  EXPECT_THAT(read.details, SizeIs(16));
}

TEST(HistoryStore, PagesThroughTenThousandEntriesBothWays) {
  OpenedStore at;
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 10'000; ++i) entries.push_back(entryAt(i));
  ASSERT_EQ(at.commit(entries), "");
  std::int64_t expected = 10'000;
  HistoryQuery query{.limit = 999};
  for (bool more = true; more; query.before = expected + 1) {
    const HistoryPage page = pageOf(at.path, query);
    for (const auto& row : page.rows) EXPECT_EQ(row.id, expected--);
    more = page.more;
  }
  EXPECT_EQ(expected, 0);
  query = {.newest_first = false, .limit = 1000};
  std::int64_t seen = 0;
  for (bool more = true; more; query.after = seen) {
    const HistoryPage page = pageOf(at.path, query);
    for (const auto& row : page.rows) EXPECT_EQ(row.id, ++seen);
    more = page.more;
  }
  EXPECT_EQ(seen, 10'000);
}

TEST(HistoryStore, ChoosesByTimeNameAndKind) {
  OpenedStore at;
  HistoryEntry one = entryAt(10, HistoryKind::kAttempt);
  one.governor = "main";
  one.remedy = "restart";
  HistoryEntry two = entryAt(20, HistoryKind::kBreaker);
  two.governor = "main@web-1";
  HistoryEntry three = entryAt(30);
  three.check = "gateway";
  three.governor = "main2";
  ASSERT_EQ(at.commit({one, two, three}), "");
  const auto ids = [&](const HistoryQuery& query) { return idsOf(pageOf(at.path, query)); };
  EXPECT_THAT(ids({.since = stampAt(20).at.wall}), ElementsAre(3, 2));
  EXPECT_THAT(ids({.until = stampAt(20).at.wall}), ElementsAre(1));
  EXPECT_THAT(ids({.governor = "main"}), ElementsAre(2, 1)) << "with its targets, and no other";
  EXPECT_THAT(ids({.governor = "main@web-1"}), ElementsAre(2));
  EXPECT_THAT(ids({.remedy = "restart"}), ElementsAre(1));
  EXPECT_THAT(ids({.check = "gateway"}), ElementsAre(3));
  EXPECT_THAT(ids({.kinds = {HistoryKind::kAttempt, HistoryKind::kCheck}}), ElementsAre(3, 1));
  EXPECT_THAT(ids({.governor = "' OR 1=1 --"}), IsEmpty());
  EXPECT_THAT(ids({.after = 1, .before = 3}), ElementsAre(2));
}

TEST(HistoryStore, SearchesEveryTextWhateverTheCaseAndOutputsWhereItMay) {
  OpenedStore at;
  HistoryEntry one = entryAt(10, HistoryKind::kHuman);
  one.governor = "main@web-1";
  one.actor = "token ops as alice";
  one.message = "the \"Port\" is\nfree";
  HistoryEntry two = entryAt(20, HistoryKind::kAttempt);
  two.output = "password=hunter2";
  two.details = {{"fingerprint", "00ff"}, {"exitCode", 4711}};
  ASSERT_EQ(at.commit({one, two, entryAt(30)}), "");
  const auto ids = [&](const char* text, bool in_output = false) {
    return idsOf(pageOf(at.path, {.text = text, .in_output = in_output}));
  };
  EXPECT_THAT(ids("\"pORT\" is"), ElementsAre(1));
  EXPECT_THAT(ids("ALICE"), ElementsAre(1));
  EXPECT_THAT(ids("@web"), ElementsAre(1));
  EXPECT_THAT(ids("00FF"), ElementsAre(2));
  EXPECT_THAT(ids("healthy"), ElementsAre(3, 2, 1));
  EXPECT_THAT(ids("message"), IsEmpty()) << "the words of the format are no text";
  EXPECT_THAT(ids("hunter2"), IsEmpty()) << "who may not see outputs does not find by them";
  EXPECT_THAT(ids("hunter2", true), ElementsAre(2));
  EXPECT_THAT(ids("' OR 1=1 --"), IsEmpty());
}

TEST(HistoryStore, ASearchEndsEarlyAndSaysHowFarItHasCome) {
  OpenedStore at;
  std::vector<HistoryEntry> entries;
  const auto searched = static_cast<int>(engine::kHistorySearched);
  for (int i = 0; i < searched + 20; ++i) entries.push_back(entryAt(i));
  entries.front().message = "a needle";
  entries.back().message = "a needle";
  ASSERT_EQ(at.commit(entries), "");
  const HistoryPage first = pageOf(at.path, {.text = "needle"});
  EXPECT_THAT(idsOf(first), ElementsAre(searched + 20));
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.end(), 21);
  const HistoryPage second = pageOf(at.path, {.before = first.end(), .text = "needle"});
  EXPECT_THAT(idsOf(second), ElementsAre(1));
  EXPECT_FALSE(second.more);
  const HistoryPage full = pageOf(at.path, {.text = "needle", .limit = 1});
  EXPECT_TRUE(full.more) << "it ends at its limit too";
  EXPECT_EQ(full.end(), searched + 20);
}

TEST(HistoryStore, ForgetsWhatIsTooOldButNeverTheNewest) {
  OpenedStore at;
  at.store->limitHistory({.max_age = std::chrono::seconds(100)});
  ASSERT_EQ(at.commit({entryAt(0), entryAt(50), entryAt(60)}), "");
  ASSERT_EQ(at.store->probe(stampAt(155)), "");
  EXPECT_THAT(idsOf(pageOf(at.path)), ElementsAre(3));
  ASSERT_EQ(at.store->probe(stampAt(5000)), "");
  EXPECT_THAT(idsOf(pageOf(at.path)), ElementsAre(3)) << "else its id would be given again";
  ASSERT_EQ(at.commit({entryAt(4990)}), "");
  EXPECT_THAT(idsOf(pageOf(at.path)), ElementsAre(4, 3));
}

TEST(HistoryStore, KeepsTheBytesItIsAllowedAndDropsTheOldestFirst) {
  OpenedStore at;
  at.store->limitHistory({.max_bytes = 20'000});
  HistoryEntry entry = entryAt(5);
  entry.message = std::string(900, 'm');
  std::size_t most = 0;
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(at.commit({entry}), "");
    most = std::max(most, pageOf(at.path, {.limit = 1000}).rows.size());
  }
  EXPECT_LE(most, 24u);
  ASSERT_EQ(at.store->probe(stampAt(6)), "");
  const auto ids = idsOf(pageOf(at.path, {.limit = 1000}));
  EXPECT_LE(ids.size(), 20u);
  EXPECT_GE(ids.size(), 17u);
  EXPECT_EQ(ids.front(), 200);
  EXPECT_EQ(ids.front() - ids.back() + 1, static_cast<std::int64_t>(ids.size()));
}

TEST(HistoryStore, CountsTheBytesOfAnEarlierProcessToo) {
  OpenedStore at;
  HistoryEntry entry = entryAt(5);
  entry.message = std::string(900, 'm');
  ASSERT_EQ(at.commit(std::vector<HistoryEntry>(50, entry)), "");
  at.store = nullptr;
  at.store = storeAt(at.path);
  at.store->limitHistory({.max_bytes = 5'000});
  openedAt(*at.store, stampAt(6));
  ASSERT_EQ(at.store->probe(stampAt(7)), "");
  EXPECT_LE(pageOf(at.path).rows.size(), 5u);
}

TEST(HistoryStore, ForgetsInBoundedSteps) {
  OpenedStore at;
  std::vector<HistoryEntry> old(HistoryTable::kStep + 100, entryAt(0));
  ASSERT_EQ(at.commit(old), "");
  at.store->limitHistory({.max_age = std::chrono::seconds(1)});
  ASSERT_EQ(at.store->probe(stampAt(100)), "");
  EXPECT_THAT(pageOf(at.path, {.limit = 10'000}).rows, SizeIs(100));
  ASSERT_EQ(at.store->probe(stampAt(110)), "");
  EXPECT_THAT(pageOf(at.path).rows, SizeIs(1));
}

TEST(HistoryStore, ACommitSucceedsThoughNothingCanBeForgotten) {
  OpenedStore at;
  at.store->limitHistory({.max_bytes = 1'000});
  runSql(at.path,
         "CREATE TRIGGER keep BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'no'); END");
  HistoryEntry entry = entryAt(5);
  entry.message = std::string(900, 'm');
  for (int i = 0; i < 5; ++i) EXPECT_EQ(at.commit({entry}), "");
  EXPECT_THAT(pageOf(at.path).rows, SizeIs(5));
}

// As a journal that holds a transaction whose commit failed would bring it back.
TEST(HistoryStore, AnEntryInDoubtIsGoneWhenTheStoreIsOpenedAnew) {
  OpenedStore at;
  ASSERT_EQ(at.commit({entryAt(5)}), "");
  runSql(at.path, "INSERT INTO history SELECT 2, wall_ns, kind, '', '', '', 9, entry FROM history");
  ASSERT_EQ(at.store->reopen(changesOf(3), stampAt(6)), "");
  EXPECT_THAT(idsOf(pageOf(at.path)), ElementsAre(1));
  ASSERT_EQ(at.commit({entryAt(7)}), "");
  EXPECT_THAT(idsOf(pageOf(at.path)), ElementsAre(2, 1));
}

TEST(HistoryStore, AnOlderStoreGetsOne) {
  const TempFolder folder;
  makeStore(folder / "heald.db", 3);
  runSql(folder / "heald.db",
         kEpisodesByStart + std::string("DROP TABLE history; DROP TABLE answers; DROP TABLE "
                                        "incidents; PRAGMA user_version = 4"));
  const auto none = readHistory(folder / "heald.db", {});
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.error().message, HasSubstr("older heald"));
  const auto store = storeAt(folder / "heald.db");
  EXPECT_EQ(numberIn(openedAt(*store, stampAt(5))), 3u);
  ASSERT_EQ(store->commit(historyOf({entryAt(6)}), stampAt(6)), "");
  EXPECT_THAT(pageOf(folder / "heald.db").rows, SizeIs(1));
}

TEST(HistoryStore, ADamagedRowIsShownAsSuchAndHarmsNothingElse) {
  OpenedStore at;
  engine::Changes changes = changesOf(3);
  changes.history = {entryAt(1), entryAt(2), entryAt(3), entryAt(4)};
  ASSERT_EQ(at.store->commit(changes, stampAt(2)), "");
  runSql(at.path,
         "UPDATE history SET entry = '{' WHERE id = 1;"
         "UPDATE history SET kind = 'nonesuch' WHERE id = 2;"
         "UPDATE history SET wall_ns = -5 WHERE id = 3");
  const HistoryPage page = pageOf(at.path, {.newest_first = false});
  ASSERT_THAT(page.rows, SizeIs(4));
  EXPECT_EQ(page.rows[0].unreadable, "it is not a JSON object");
  EXPECT_EQ(page.rows[1].unreadable, "its kind is not known");
  EXPECT_NE(page.rows[2].unreadable, "");
  EXPECT_EQ(page.rows[3].unreadable, "");
  EXPECT_EQ(numberIn(openedAt(*at.store, stampAt(5))), 3u);
}

// Where the pages of the history begin; nearly all of the file.
std::vector<std::size_t> pagesWith(const std::string& content, const std::string& mark) {
  constexpr std::size_t kPage = 4096;
  std::vector<std::size_t> pages;
  for (std::size_t place = 0; place < content.size(); place += kPage) {
    if (content.substr(place, kPage).find(mark) != std::string::npos) pages.push_back(place);
  }
  return pages;
}

TEST(HistoryStore, DamagedPagesOfTheHistoryCostTheHistoryAndNoGovernorsState) {
  const TempFolder folder;
  {
    const auto store = storeAt(folder / "whole.db");
    openedAt(*store, stampAt(1));
    engine::Changes changes = changesOf(3);
    for (int i = 0; i < 500; ++i) {
      changes.history.push_back(entryAt(i));
      changes.history.back().message = "the mark of an entry";
    }
    ASSERT_EQ(store->commit(changes, stampAt(2)), "");
  }
  const std::string whole = readFile(folder / "whole.db");
  const auto pages = pagesWith(whole, "the mark of an entry");
  ASSERT_GE(pages.size(), 8u);
  for (std::size_t i = 0; i < pages.size(); i += 3) {
    std::string damaged = whole;
    damaged.replace(pages[i], 200, std::string(200, '\xa5'));
    const std::string path = folder / ("damaged" + std::to_string(i) + ".db");
    writeFile(path, damaged);
    const auto store = storeAt(path);
    EXPECT_EQ(numberIn(openedAt(*store, stampAt(5))), 3u);
    ASSERT_EQ(store->commit(historyOf({entryAt(6)}), stampAt(6)), "");
    EXPECT_THAT(idsOf(pageOf(path)), ElementsAre(1)) << "another one has begun";
  }
}

TEST(HistoryStore, AHistorySetAsideStaysAndTheNextStartIsNotHeldUp) {
  const TempFolder folder;
  const std::string path = folder / "heald.db";
  {
    const auto store = storeAt(path);
    openedAt(*store, stampAt(1));
    engine::Changes changes = changesOf(3);
    for (int i = 0; i < 500; ++i) changes.history.push_back(entryAt(i));
    ASSERT_EQ(store->commit(changes, stampAt(2)), "");
  }
  std::string content = readFile(path);
  const auto pages = pagesWith(content, "healthy");
  ASSERT_FALSE(pages.empty());
  content.replace(pages.back(), 200, std::string(200, '\xa5'));
  writeFile(path, content);
  for (int start = 0; start < 3; ++start) {
    const auto store = storeAt(path);
    EXPECT_EQ(numberIn(openedAt(*store, stampAt(5))), 3u) << start;
    ASSERT_EQ(store->commit(historyOf({entryAt(6)}), stampAt(6)), "") << start;
  }
  EXPECT_THAT(idsOf(pageOf(path)), ElementsAre(3, 2, 1));
}

TEST(HistoryStore, IsReadWithoutAHealdAndWithoutLeavingAnything) {
  const TempFolder folder;
  makeStore(folder / "heald.db", 3);
  std::filesystem::permissions(folder / "heald.db", std::filesystem::perms::owner_read);
  EXPECT_THAT(pageOf(folder / "heald.db").rows, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(folder / "heald.db-wal"));
  EXPECT_FALSE(std::filesystem::exists(folder / "heald.db-shm"));
}

TEST(HistoryStore, AFileThatIsNoStoreIsNamed) {
  const TempFolder folder;
  const auto reason = [&](const std::string& name) {
    const auto page = readHistory(folder / name, {});
    return page.ok() ? "(no error)" : page.error().message;
  };
  EXPECT_EQ(reason("none.db"), (folder / "none.db") + ": there is no such file");
  writeFile(folder / "empty.db", "");
  EXPECT_THAT(reason("empty.db"), HasSubstr("empty"));
  writeFile(folder / "text.db", std::string(8192, 'x'));
  EXPECT_THAT(reason("text.db"), HasSubstr("not a database"));
  runSql(folder / "other.db", "CREATE TABLE history (id INTEGER)");
  EXPECT_THAT(reason("other.db"), HasSubstr("not one of heald"));
  makeStore(folder / "a?b#c%20.db");
  EXPECT_THAT(pageOf(folder / "a?b#c%20.db").rows, IsEmpty());
}

TEST(HistoryStore, AReaderDoesNotHoldUpTheJournal) {
  OpenedStore at;
  HistoryEntry entry = entryAt(5);
  entry.message = std::string(1000, 'm');
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(at.commit(std::vector<HistoryEntry>(20, entry)), "");
    EXPECT_EQ(pageOf(at.path, {.limit = 5}).rows.size(), 5u);
  }
  // SQLite begins the journal anew after some 4 MiB, unless somebody still reads from it.
  EXPECT_LT(std::filesystem::file_size(at.path + "-wal"), 5u * 1024 * 1024);
}

TEST(Cursors, AreKeptMovedAndForgottenAndReadBesideTheWriter) {
  const TempFolder folder;
  const auto store = storeAt(folder / "heald.db");
  ASSERT_TRUE(store->open(stampAt(1)).ok());
  EXPECT_TRUE(readCursors(folder / "heald.db")->empty());
  engine::Changes changes;
  changes.cursors = {{"receiver/ops", 7}, {"receiver/gone", 9}};
  ASSERT_EQ(store->commit(changes, stampAt(2)), "");
  changes.cursors = {{"receiver/ops", 12}, {"receiver/gone", std::nullopt}};
  ASSERT_EQ(store->commit(changes, stampAt(3)), "");
  EXPECT_EQ(readCursors(folder / "heald.db").value(), (Cursors{{"receiver/ops", 12}}));
}

TEST(Cursors, AreNoneInAStoreOfAnOlderHealdAndAnErrorWithoutAStore) {
  const TempFolder folder;
  makeStore(folder / "heald.db", 7);
  runSql(folder / "heald.db", "DROP TABLE approvals; DROP TABLE cursors; PRAGMA user_version = 9");
  EXPECT_TRUE(readCursors(folder / "heald.db")->empty());
  EXPECT_FALSE(readCursors(folder / "none.db").ok());
}

}  // namespace
}  // namespace heald::store
