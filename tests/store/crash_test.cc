// What was acknowledged is there after any crash, and nothing half done ever is.
#include <sys/wait.h>

#include <csignal>

#include "store/support.h"

namespace heald::store {
namespace {

constexpr std::uint64_t kCommits = 12;

TEST(Crash, AJournalCutAnywhereGivesAConsistentPrefixOfTheCommits) {
  const TempFolder folder;
  std::string file;
  std::string journal;
  {
    const auto store = storeAt(folder / "source.db");
    openedAt(*store, stampAt(1));
    for (std::uint64_t i = 1; i <= kCommits; ++i) {
      ASSERT_EQ(store->commit(changesOf(i), stampAt(2)), "");
    }
    file = readFile(folder / "source.db");
    journal = readFile(folder / "source.db-wal");
  }
  std::uint64_t last = 0;
  for (std::size_t size = 0; size <= journal.size(); size += journal.size() / 199) {
    writeFile(folder / "heald.db", file);
    writeFile(folder / "heald.db-wal", journal.substr(0, size));
    const auto number = numberIn(openedAt(*storeAt(folder / "heald.db"), stampAt(3)));
    ASSERT_TRUE(number.has_value()) << "torn at " << size;
    ASSERT_GE(*number, last);
    last = *number;
  }
  EXPECT_GE(last, kCommits - 1);
}

TEST(Crash, AJournalWithAnOverwrittenByteGivesAConsistentPrefix) {
  const TempFolder folder;
  makeStore(folder / "source.db");
  std::string journal;
  const std::string file = readFile(folder / "source.db");
  {
    const auto store = storeAt(folder / "source.db");
    openedAt(*store, stampAt(3));
    ASSERT_EQ(store->commit(changesOf(2), stampAt(4)), "");
    journal = readFile(folder / "source.db-wal");
  }
  for (std::size_t place = 0; place < journal.size(); place += journal.size() / 97) {
    std::string damaged = journal;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x5a);
    writeFile(folder / "heald.db", file);
    writeFile(folder / "heald.db-wal", damaged);
    const auto number = numberIn(openedAt(*storeAt(folder / "heald.db"), stampAt(5)));
    ASSERT_TRUE(number.has_value()) << "torn at " << place;
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
