// What was acknowledged is there after any crash, and nothing half done ever is.
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <vector>

#include "store/support.h"

namespace heald::store {
namespace {

constexpr std::uint64_t kCommits = 12;

// A store with one commit in the file and the others in its journal.
struct Image {
  std::string file;
  std::string journal;
};

Image imageOf(const TempFolder& folder) {
  makeStore(folder / "source.db");
  const std::string file = readFile(folder / "source.db");
  const auto store = storeAt(folder / "source.db");
  openedAt(*store, stampAt(3));
  for (std::uint64_t i = 2; i <= kCommits; ++i) {
    EXPECT_EQ(store->commit(changesOf(i), stampAt(4)), "");
  }
  return {file, readFile(folder / "source.db-wal")};
}

// What a heald finds that starts on this; every state must be one that was committed.
std::uint64_t found(const TempFolder& folder, const std::string& file, const std::string& journal) {
  writeFile(folder / "heald.db", file);
  writeFile(folder / "heald.db-wal", journal);
  const auto number = numberIn(openedAt(*storeAt(folder / "heald.db"), stampAt(5)));
  EXPECT_TRUE(number.has_value()) << "a torn state";
  return number.value_or(0);
}

// SQLite's journal: a header, then frames of a header and a page each.
constexpr std::size_t kJournalHeader = 32;
constexpr std::size_t kFrameHeader = 24;
constexpr std::size_t kFrame = kFrameHeader + 4096;

// At, before and behind every border of a frame and of its header, and in the middle of each page.
std::vector<std::size_t> placesIn(const std::string& journal) {
  std::vector<std::size_t> places = {0, 1, 8, 16, 24, kJournalHeader - 1};
  for (std::size_t frame = kJournalHeader; frame < journal.size(); frame += kFrame) {
    for (const std::size_t inside :
         {std::size_t{0}, std::size_t{4}, std::size_t{8}, std::size_t{16}, kFrameHeader - 1,
          kFrameHeader, kFrame / 2, kFrame - 1}) {
      places.push_back(frame + inside);
    }
  }
  return places;
}

TEST(Crash, AJournalCutAnywhereGivesAConsistentPrefixOfTheCommits) {
  const TempFolder folder;
  const Image image = imageOf(folder);
  std::uint64_t last = 1;
  for (const std::size_t size : placesIn(image.journal)) {
    const auto number = found(folder, image.file, image.journal.substr(0, size));
    ASSERT_FALSE(::testing::Test::HasFailure()) << "cut at " << size;
    ASSERT_GE(number, last) << "cut at " << size;
    last = number;
  }
  EXPECT_GE(last, kCommits - 1);
  EXPECT_EQ(found(folder, image.file, image.journal), kCommits);
}

TEST(Crash, AJournalWithAnOverwrittenByteGivesAConsistentPrefix) {
  const TempFolder folder;
  const Image image = imageOf(folder);
  std::uint64_t last = 1;
  for (const std::size_t place : placesIn(image.journal)) {
    std::string damaged = image.journal;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x5a);
    const auto number = found(folder, image.file, damaged);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "damaged at " << place;
    if (place >= kJournalHeader) {  // what stands before the damage is kept, and nothing behind it
      ASSERT_GE(number, last) << "damaged at " << place;
      ASSERT_LE(number, kCommits);
      last = number;
    }
  }
}

// Pages that reached the disk in another order than they were written.
TEST(Crash, AJournalWithAHoleGivesAConsistentPrefix) {
  const TempFolder folder;
  const Image image = imageOf(folder);
  for (std::size_t frame = kJournalHeader; frame < image.journal.size(); frame += kFrame) {
    std::string holed = image.journal;
    holed.replace(frame, kFrame, std::string(std::min(kFrame, holed.size() - frame), '\0'));
    found(folder, image.file, holed);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "a hole at " << frame;
  }
}

// A process that commits 1, 2, 3, … above what it finds, and says each on `out` when it is done.
[[noreturn]] void commitForEver(const std::string& path, int out) {
  const auto store = storeAt(path);
  const auto saved = store->open(stampAt(1));
  std::uint64_t number = saved.ok() && *saved ? numberIn(**saved).value_or(0) : 0;
  while (saved.ok() && store->commit(changesOf(++number), stampAt(2)).empty()) {
    if (::write(out, &number, sizeof number) != sizeof number) {
      break;
    }
  }
  ::_exit(1);
}

// Kills the process in the middle of its work; returns the last commit that was acknowledged.
std::uint64_t killAfter(const std::string& path, std::uint64_t acknowledged) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    commitForEver(path, ends[1]);
  }
  ::close(ends[1]);
  std::uint64_t number = 0;
  std::uint64_t seen = 0;
  while (::read(ends[0], &number, sizeof number) == sizeof number) {
    if (++seen == acknowledged) {
      ::kill(child, SIGKILL);
    }
  }
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  EXPECT_GE(seen, acknowledged);
  return number;
}

TEST(Crash, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  const TempFolder folder;
  for (std::uint64_t round = 0; round < 20; ++round) {
    const std::uint64_t last = killAfter(folder / "heald.db", 1 + round * 3 % 17);
    const auto number = numberIn(openedAt(*storeAt(folder / "heald.db"), stampAt(3)));
    ASSERT_TRUE(number.has_value()) << "torn in round " << round;
    ASSERT_GE(*number, last);      // the lock died with its holder, and so did nothing else
    ASSERT_LE(*number, last + 1);  // at most the commit that was on its way
  }
}

}  // namespace
}  // namespace heald::store
