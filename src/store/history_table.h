#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/history.h"
#include "store/database.h"

namespace heald::store {

// What is kept of the history: nothing that is older, and no more bytes.
struct HistoryLimits {
  core::Duration max_age = std::chrono::hours(24 * 90);
  std::uint64_t max_bytes = 64 * 1024 * 1024;  // of entries; the file is somewhat larger
};

// The history in an open store. Everything throws Fault.
class HistoryTable {
 public:
  explicit HistoryTable(Database& database);

  // Within the caller's transaction; committed() after it, or another append() if that failed.
  void append(const std::vector<engine::HistoryEntry>& entries);
  void committed();
  // Within the caller's transaction, before any append. Without an id it does nothing.
  void dropAfter(std::optional<std::int64_t> id);
  std::int64_t lastId() const { return last_id_; }  // of what is committed

  // Drops the oldest entries that are beyond the limits, at most kStep of them, in a transaction of
  // its own; the newest one stays, so that no id is given twice. Without any there is none.
  static constexpr std::size_t kStep = 5000;
  void prune(const HistoryLimits& limits, core::WallTime now);
  // The same when so much more is there than allowed that the next probe would be too late for it.
  // Throws nothing: what is wrong, the probe will say.
  void pruneIfFarOver(const HistoryLimits& limits, core::WallTime now);

 private:
  // The last id to drop, and its bytes with all before it.
  struct Cut {
    std::int64_t id = 0;
    std::int64_t bytes = 0;
  };
  Cut cutFor(const HistoryLimits& limits, core::WallTime now);

  Database& database_;
  std::int64_t bytes_ = 0;
  std::int64_t last_id_ = 0;
  std::int64_t appended_ = 0;       // bytes, by the last append()
  std::int64_t last_appended_ = 0;  // id
  Statement put_;
  Statement oldest_;
  Statement drop_;
};

}  // namespace heald::store
