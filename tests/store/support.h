#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>

#include "core/governor.h"
#include "engine/output.h"
#include "store/sqlite_store.h"

namespace heald::store {

// A folder that is gone at the end of the test.
class TempFolder {
 public:
  TempFolder() : TempFolder(std::filesystem::temp_directory_path()) {}
  explicit TempFolder(const std::filesystem::path& parent) {
    std::string name = (parent / "heald-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline core::ClockStamp stampAt(std::int64_t seconds, const std::string& boot_id = "boot-1") {
  const core::Duration since = std::chrono::seconds(seconds);
  return {boot_id, {core::BootTime(since), core::WallTime(std::chrono::hours(480'000) + since)}};
}

// A governor whose every count tells the same number.
inline core::GovernorState stateOf(std::uint64_t number) {
  core::GovernorState state;
  state.totals = {number, number, 0};
  state.epoch = number;
  return state;
}

// Two governors in one transaction: a torn commit shows as two different numbers.
inline engine::Changes changesOf(std::uint64_t number) {
  engine::Changes changes;
  changes.governors = {{"first", stateOf(number)}, {"second", stateOf(number)}};
  changes.remedies = {{"restart", {number, number, {}}}};
  return changes;
}

// The number that changesOf() put there; nothing when the two differ.
inline std::optional<std::uint64_t> numberIn(const engine::Saved& saved) {
  if (!saved.unreadable.empty() || saved.governors.size() > 2) {
    return std::nullopt;
  }
  if (saved.governors.empty()) {
    return 0;
  }
  const bool whole = saved.governors.size() == 2 && saved.remedies.size() == 1 &&
                     saved.governors[0].second == saved.governors[1].second &&
                     saved.remedies[0].second.attempts == saved.governors[0].second.epoch;
  return whole ? std::optional(saved.governors[0].second.epoch) : std::nullopt;
}

inline std::unique_ptr<Store> storeAt(const std::string& path) {
  return makeSqliteStore({path, std::chrono::milliseconds(1), 64 * 1024});
}

// Opens the store, which must succeed, and hands back what it held; an empty Saved at a first
// start.
inline engine::Saved openedAt(Store& store, const core::ClockStamp& present) {
  auto result = store.open(present);
  EXPECT_TRUE(result.ok()) << result.error().message;
  return result.ok() && *result ? **result : engine::Saved{};
}

// A store file with one commit, closed.
inline void makeStore(const std::string& path, std::uint64_t number = 1) {
  const auto store = makeSqliteStore({.path = path, .reserve_bytes = 0});  // no page that is free
  ASSERT_TRUE(store->open(stampAt(1)).ok());
  ASSERT_EQ(store->commit(changesOf(number), stampAt(2)), "");
}

// What the sqlite3 shell would do.
inline void runSql(const std::string& path, const std::string& sql) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &connection), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(connection);
  sqlite3_close(connection);
}

inline void writeFile(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

inline std::string readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Any state the machine can be in, and some it cannot: all of them have to come back.
class StateMaker {
 public:
  explicit StateMaker(unsigned seed) : random_(seed) {}

  core::GovernorState make();
  std::string text();

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::uint64_t count() { return below(4) == 0 ? random_() >> 4 : below(20); }
  int smallCount() { return static_cast<int>(below(4) == 0 ? below(1'000'000'000) : below(20)); }
  core::BootTime boot() { return core::BootTime(core::Duration(below(std::uint64_t{1} << 60))); }
  core::WallTime wall() { return core::WallTime(core::Duration(below(std::uint64_t{1} << 61))); }

  std::mt19937_64 random_;
};

inline std::string StateMaker::text() {
  static const std::string pieces[] = {
      "a",     "\"",    "\\", "\n", std::string(1, '\0'), "\x01", "über", "\xf0\x9f\x94\x94",
      "'; --", "\u2028"};
  std::string text;
  for (std::uint64_t i = below(8); i > 0; --i) {
    text += pieces[below(std::size(pieces))];
  }
  return text;
}

inline core::GovernorState StateMaker::make() {
  core::GovernorState state;
  if (below(2) == 0) {
    state.dormancy = {text(), wall(), static_cast<core::TriggeredBy>(below(3)), {text(), text()}};
  }
  state.breaker.state = static_cast<core::BreakerState>(below(state.dormant() ? 4 : 3));
  state.breaker.failures = smallCount();
  state.breaker.open_until = boot();
  state.breaker.half_open_admitted = smallCount();
  state.breaker.half_open_succeeded =
      static_cast<int>(below(static_cast<std::uint64_t>(state.breaker.half_open_admitted) + 1));
  state.breaker.generation = count();
  if (below(2) == 0) {
    state.breaker.last_failure_at = wall();
  }
  state.consecutive_failures = smallCount();
  state.next_allowed_at = boot();
  state.epoch = count();
  state.totals = {count(), count(), count()};
  for (std::uint64_t i = below(30); i > 0; --i) {
    state.starts.push_back(boot() - std::chrono::hours(below(100'000)));
  }
  for (std::uint64_t i = state.totals.attempts == 0 ? 0 : below(3); i > 0; --i) {
    state.in_flight.push_back(
        {1 + below(state.totals.attempts), below(state.epoch / 2 + 1), count(), text(), wall()});
  }
  return state;
}

// The table of episodes as it was when they were known by their start (before version 8), and
// nothing of what is younger.
inline constexpr char kEpisodesByStart[] = R"sql(
DROP TABLE cursors;
DROP TABLE approvals;
DROP TABLE counts;
DROP TABLE unhealthy_times;
DROP TABLE episodes;
CREATE TABLE episodes (
  remedy TEXT NOT NULL, fingerprint TEXT NOT NULL, starts_at_ns INTEGER NOT NULL,
  episode TEXT NOT NULL, PRIMARY KEY (remedy, fingerprint, starts_at_ns)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace heald::store
