#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "store/store.h"

namespace heald::store {

struct SqliteOptions {
  std::string path;  // of the file; missing folders above it are created (0700), it is 0600
  std::chrono::milliseconds busy_timeout{250};  // how long a lock of another program is waited for
  // Kept for a full disk: a hundred commits of an ordinary incident, each of 16 to 40 KiB of
  // journal, even while a reader keeps the journal from being used anew. A quarter of the file
  // system at most. 0: none.
  std::uint64_t reserve_bytes = std::uint64_t{4} * 1024 * 1024;
};

// The default store: one SQLite file in WAL mode with synchronous=FULL, so a commit is on disk when
// it returns. Beside it are `<path>-wal` and `<path>-shm` (SQLite's), `<path>.lock`, which keeps
// a second heald out and lets readers in, and `<path>.reserve` (spare_room.h). Not on network file
// systems.
//
// Nothing is opened here: that is Store::open. A file that is there and empty, or a journal without
// its file, is an error: fresh state only when there is no store at all.
std::unique_ptr<Store> makeSqliteStore(SqliteOptions options);

}  // namespace heald::store
