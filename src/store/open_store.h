#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "engine/output.h"
#include "store/approval_table.h"
#include "store/database.h"
#include "store/files.h"
#include "store/history_table.h"
#include "store/schema.h"

namespace heald::store {

// An open file with its prepared statements. Every call may throw Fault, and commit() InDoubt when
// what it wrote may be on disk all the same. Members close in reverse: the lock goes last.
class OpenStore {
 public:
  OpenStore(const std::string& path, std::chrono::milliseconds busy_timeout, StoreLock lock)
      : lock_(std::move(lock)),
        database_(openStore(path, busy_timeout)),
        watch_(path),
        path_(path) {}

  ~OpenStore() {
    // SQLite would delete the journal by its name, which may belong to another store by now.
    if (!watch_.same()) {
      database_.abandonJournal();
    }
  }
  OpenStore(const OpenStore&) = delete;
  OpenStore& operator=(const OpenStore&) = delete;

  engine::Saved load(const core::ClockStamp& present);
  // `history_end`: entries of the history behind this id are of commits in doubt, and removed.
  void commit(const engine::Changes& changes, const core::ClockStamp& now,
              std::optional<std::int64_t> history_end = {});
  void beat(const core::ClockStamp& now);

  // For a disk that is full: takes up to so many bytes of it for what will be written, so that no
  // other program can have them. Of many calls a quarter is for the file, the rest for the journal.
  // What it has got; 0: nothing.
  std::uint64_t takeRoom(std::uint64_t bytes);
  // The journal's pages go to the file, so that the next commit begins at its start again.
  // Throws nothing: what cannot be moved now stays in the journal.
  void recycleJournal();
  void releaseRoom();
  // While there is room: blocks behind the journal's end, and free pages in the file, that no other
  // program can take later. Does nothing while most of both is there. Throws nothing.
  void holdAhead(std::uint64_t journal_bytes, std::uint64_t file_bytes,
                 const core::ClockStamp& now);
  // A commit as large as the largest ordinary ones, and what it took stays in the file as free
  // pages. It fits into no room that happens to be left.
  void beatAtFullSize(const core::ClockStamp& now) { beatAtSize(kFullSize, now); }
  HistoryTable& history() { return history_; }
  const FileWatch& watch() const { return watch_; }
  const std::string& path() const { return path_; }

 private:
  void loadGovernors(const core::ClockStamp& present, engine::Saved& saved);
  void loadRemedies(engine::Saved& saved);
  void loadFlags(engine::Saved& saved);
  void loadPauses(const core::ClockStamp& present, engine::Saved& saved);
  void loadPermits(const core::ClockStamp& present, engine::Saved& saved);
  void loadEpisodes(engine::Saved& saved);
  void loadIncidents(engine::Saved& saved);
  void loadTally(const core::ClockStamp& present, engine::Saved& saved);
  void put(const engine::Changes& changes, const core::ClockStamp& now);
  static constexpr std::uint64_t kFullSize = std::uint64_t{64} * 1024;
  void putBeat(const std::string& boot_id, const core::ClockStamp& now);
  void beatAtSize(std::uint64_t bytes, const core::ClockStamp& now);
  std::uint64_t fileBytes();
  std::uint64_t freeFileBytes();
  bool takeForFile(std::uint64_t bytes);
  bool takeForJournal(std::uint64_t bytes);
  void loadAnswers(engine::Saved& saved);
  void putAnswers(const engine::Changes& changes);
  void putEpisodes(const engine::Changes& changes);
  void putIncidents(const engine::Changes& changes);
  void putCursors(const engine::Changes& changes);
  void putTally(const engine::Changes& changes, const core::ClockStamp& now);

  StoreLock lock_;
  Database database_;
  FileWatch watch_;
  const std::string path_;
  std::uint64_t file_held_ = 0;     // its size at least; 0: as it comes
  std::uint64_t journal_held_ = 0;  // blocks up to here
  std::uint64_t file_taken_ = 0;    // by takeRoom()
  std::uint64_t journal_taken_ = 0;
  Statement put_governor_ =
      database_.prepare("INSERT OR REPLACE INTO governors VALUES (?,?,?,?,?)");
  Statement drop_governor_ = database_.prepare("DELETE FROM governors WHERE name = ?");
  Statement put_remedy_ = database_.prepare("INSERT OR REPLACE INTO remedies VALUES (?,?,?)");
  Statement put_flag_ = database_.prepare("INSERT OR REPLACE INTO flags VALUES (?,?,?)");
  Statement put_pause_ = database_.prepare("INSERT OR REPLACE INTO pauses VALUES (?,?,?,?,?)");
  Statement drop_pause_ = database_.prepare("DELETE FROM pauses WHERE remedy = ?");
  Statement put_permit_ = database_.prepare("INSERT OR REPLACE INTO permits VALUES (?,?,?,?,?)");
  Statement drop_permit_ = database_.prepare("DELETE FROM permits WHERE id = ?");
  Statement put_episode_ = database_.prepare("INSERT OR REPLACE INTO episodes VALUES (?,?,?)");
  Statement drop_episode_ =
      database_.prepare("DELETE FROM episodes WHERE remedy = ? AND identity = ?");
  Statement put_answer_ = database_.prepare("INSERT OR REPLACE INTO answers VALUES (?,?)");
  Statement drop_answer_ = database_.prepare("DELETE FROM answers WHERE key = ?");
  Statement put_count_ = database_.prepare("INSERT OR REPLACE INTO counts VALUES (?,?)");
  Statement put_unhealthy_time_ =
      database_.prepare("INSERT OR REPLACE INTO unhealthy_times VALUES (?,?,?,?,?,?,?)");
  Statement put_incident_ = database_.prepare("INSERT OR REPLACE INTO incidents VALUES (?,?)");
  Statement drop_incident_ = database_.prepare("DELETE FROM incidents WHERE remedy = ?");
  Statement put_cursor_ = database_.prepare("INSERT OR REPLACE INTO cursors VALUES (?,?)");
  Statement drop_cursor_ = database_.prepare("DELETE FROM cursors WHERE name = ?");
  ApprovalTable approvals_{database_};
  HistoryTable history_{database_};
  Statement put_beat_ = database_.prepare("INSERT OR REPLACE INTO heartbeat VALUES (1,?,?,?)");
};

}  // namespace heald::store
