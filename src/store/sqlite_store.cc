#include "store/sqlite_store.h"

#include <exception>
#include <functional>
#include <utility>

#include "engine/pauses.h"
#include "io/text.h"
#include "store/codec.h"
#include "store/doubt.h"
#include "store/fault.h"
#include "store/files.h"
#include "store/rows.h"
#include "store/schema.h"

namespace heald::store {
namespace {

constexpr std::size_t kReasonBytes = 4096;

template <class Time>
std::int64_t nanoseconds(Time time) {
  return time.time_since_epoch().count();
}

// An open file with its prepared statements. Members close in reverse: the lock goes last.
class OpenStore {
 public:
  OpenStore(const std::string& path, std::chrono::milliseconds busy_timeout, StoreLock lock)
      : lock_(std::move(lock)), database_(openStore(path, busy_timeout)), watch_(path) {}

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
  HistoryTable& history() { return history_; }
  const FileWatch& watch() const { return watch_; }

 private:
  void loadGovernors(const core::ClockStamp& present, engine::Saved& saved);
  void loadRemedies(engine::Saved& saved);
  void loadFlags(engine::Saved& saved);
  void loadPauses(const core::ClockStamp& present, engine::Saved& saved);
  void loadPermits(const core::ClockStamp& present, engine::Saved& saved);
  void loadEpisodes(engine::Saved& saved);
  void put(const engine::Changes& changes, const core::ClockStamp& now);
  void putEpisodes(const engine::Changes& changes);

  StoreLock lock_;
  Database database_;
  FileWatch watch_;
  Statement put_governor_ =
      database_.prepare("INSERT OR REPLACE INTO governors VALUES (?,?,?,?,?)");
  Statement drop_governor_ = database_.prepare("DELETE FROM governors WHERE name = ?");
  Statement put_remedy_ = database_.prepare("INSERT OR REPLACE INTO remedies VALUES (?,?,?)");
  Statement put_flag_ = database_.prepare("INSERT OR REPLACE INTO flags VALUES (?,?,?)");
  Statement put_pause_ = database_.prepare("INSERT OR REPLACE INTO pauses VALUES (?,?,?,?,?)");
  Statement drop_pause_ = database_.prepare("DELETE FROM pauses WHERE remedy = ?");
  Statement put_permit_ = database_.prepare("INSERT OR REPLACE INTO permits VALUES (?,?,?,?,?)");
  Statement drop_permit_ = database_.prepare("DELETE FROM permits WHERE id = ?");
  Statement put_episode_ = database_.prepare("INSERT OR REPLACE INTO episodes VALUES (?,?,?,?)");
  Statement drop_episode_ = database_.prepare(
      "DELETE FROM episodes WHERE remedy = ? AND fingerprint = ? AND starts_at_ns = ?");
  HistoryTable history_{database_};
  Statement put_beat_ = database_.prepare("INSERT OR REPLACE INTO heartbeat VALUES (1,?,?,?)");
};

void OpenStore::loadGovernors(const core::ClockStamp& present, engine::Saved& saved) {
  Statement rows =
      database_.prepare("SELECT name, state, boot_id, boot_ns, wall_ns FROM governors");
  while (rows.next()) {
    try {
      saved.governors.emplace_back(rows.text(0), governorFrom(rows, present));
    } catch (const Fault& fault) {
      saved.unreadable.emplace_back(rows.text(0), fault.what());
    }
  }
}

void OpenStore::loadRemedies(engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT name, totals FROM remedies");
  while (rows.next()) {
    try {
      saved.remedies.emplace_back(rows.text(0), decodeRemedy(rows.text(1)));
    } catch (const Fault& fault) {
      saved.unreadable.emplace_back(rows.text(0),
                                    std::string("the remedy's totals: ") + fault.what());
    }
  }
}

void OpenStore::loadFlags(engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT feature, enabled, changed_at_ns FROM flags");
  while (rows.next()) {
    const std::string name = rows.text(0);
    const auto feature = core::featureNamed(name);
    if (!feature) {
      saved.unreadable.emplace_back(name, "a feature flag that this heald does not know");
      continue;
    }
    saved.flags.emplace_back(*feature, layersFrom(rows, saved));
  }
}

// One that cannot be read holds until a human ends it: not knowing means not acting.
void OpenStore::loadPauses(const core::ClockStamp& present, engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT remedy, pause, boot_id, boot_ns, wall_ns FROM pauses");
  while (rows.next()) {
    try {
      engine::Pause pause = decodePause(rows.text(1));
      pause.until = core::rebased(pause.until, stampFrom(rows, 2), present);
      saved.pauses.emplace_back(rows.text(0), std::move(pause));
    } catch (const Fault& fault) {
      saved.pauses.emplace_back(
          rows.text(0),
          engine::Pause{present.at.boot + engine::Pauses::kLongest, present.at.wall,
                        std::string("its record is unreadable: ") + fault.what(), "heald"});
    }
  }
}

// One that cannot be read is not there: its ticket is still in flight in its governor, belongs to
// nobody, and has failed. The row stays for whoever wants to look at it.
void OpenStore::loadPermits(const core::ClockStamp& present, engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT id, permit, boot_id, boot_ns, wall_ns FROM permits");
  while (rows.next()) {
    try {
      engine::Permit permit = decodePermit(rows.text(0), rows.text(1));
      permit.deadline = core::rebased(permit.deadline, stampFrom(rows, 2), present);
      saved.permits.push_back(std::move(permit));
    } catch (const Fault&) {
      continue;
    }
  }
}

// One that cannot be read is left out: its alert is told of again, and counts as new.
void OpenStore::loadEpisodes(engine::Saved& saved) {
  Statement rows =
      database_.prepare("SELECT remedy, fingerprint, starts_at_ns, episode FROM episodes");
  while (rows.next()) {
    try {
      const engine::EpisodeKey key{rows.text(0), rows.text(1),
                                   core::WallTime(core::Duration(rows.integer(2)))};
      saved.episodes.emplace_back(key, decodeEpisode(rows.text(3)));
    } catch (const Fault&) {
      continue;
    }
  }
}

engine::Saved OpenStore::load(const core::ClockStamp& present) {
  engine::Saved saved;
  loadGovernors(present, saved);
  loadRemedies(saved);
  loadFlags(saved);
  loadPauses(present, saved);
  loadPermits(present, saved);
  loadEpisodes(saved);
  return saved;
}

void OpenStore::put(const engine::Changes& changes, const core::ClockStamp& now) {
  const std::int64_t boot = nanoseconds(now.at.boot);
  const std::int64_t wall = nanoseconds(now.at.wall);
  for (const auto& [name, state] : changes.governors) {
    const std::string text = encode(state);
    put_governor_.bind(name).bind(text).bind(now.boot_id).bind(boot).bind(wall).run();
  }
  for (const std::string& name : changes.forgotten) {
    drop_governor_.bind(name).run();
  }
  for (const auto& [name, totals] : changes.remedies) {
    const std::string text = encode(totals);
    put_remedy_.bind(name).bind(text).bind(wall).run();
  }
  for (const auto& [feature, layers] : changes.flags) {
    std::optional<std::int64_t> changed_at;
    if (layers.changed_at) {
      changed_at = nanoseconds(*layers.changed_at);
    }
    put_flag_.bind(toString(feature)).bind(std::optional<std::int64_t>(layers.overridden));
    put_flag_.bind(changed_at).run();
  }
  for (const auto& [remedy, pause] : changes.pauses) {
    if (pause) {
      const std::string text = encode(*pause);
      put_pause_.bind(remedy).bind(text).bind(now.boot_id).bind(boot).bind(wall).run();
    } else {
      drop_pause_.bind(remedy).run();
    }
  }
  for (const auto& [id, permit] : changes.permits) {
    if (permit) {
      const std::string text = encode(*permit);
      put_permit_.bind(id).bind(text).bind(now.boot_id).bind(boot).bind(wall).run();
    } else {
      drop_permit_.bind(id).run();
    }
  }
  putEpisodes(changes);
}

void OpenStore::putEpisodes(const engine::Changes& changes) {
  for (const auto& [key, episode] : changes.episodes) {
    const std::int64_t starts_at = nanoseconds(key.starts_at);
    if (episode) {
      const std::string text = encode(*episode);
      put_episode_.bind(key.remedy).bind(key.fingerprint).bind(starts_at).bind(text).run();
    } else {
      drop_episode_.bind(key.remedy).bind(key.fingerprint).bind(starts_at).run();
    }
  }
}

void OpenStore::commit(const engine::Changes& changes, const core::ClockStamp& now,
                       std::optional<std::int64_t> history_end) {
  watch_.requireSame();
  Transaction transaction(database_);
  put(changes, now);
  history_.dropAfter(history_end);
  history_.append(changes.history);
  transaction.commit();
  history_.committed();
  if (!watch_.same()) {
    throw InDoubt("the store's files were replaced while it was written");
  }
}

void OpenStore::beat(const core::ClockStamp& now) {
  watch_.requireSame();
  Transaction transaction(database_);
  put_beat_.bind(now.boot_id).bind(nanoseconds(now.at.boot)).bind(nanoseconds(now.at.wall)).run();
  transaction.commit();
  watch_.requireSame();
}

class SqliteStore : public Store {
 public:
  explicit SqliteStore(SqliteOptions options) : options_(std::move(options)) {}

  Result<std::optional<engine::Saved>> open(const core::ClockStamp& present) override {
    std::optional<engine::Saved> saved;
    const std::string error = measured(Operation::kLoad, [&] {
      open_.reset();
      const bool existed = openOrCreate();
      if (existed) {
        saved = open_->load(present);
      }
      open_->beat(present);
      history_end_ = open_->history().lastId();
    });
    if (!error.empty()) {
      open_.reset();
      return Error{ErrorCode::kUnavailable, error};
    }
    return saved;
  }

  std::string commit(const engine::Changes& changes, const core::ClockStamp& now) override {
    return measured(Operation::kCommit, [&] {
      try {
        opened().commit(changes, now);
      } catch (const InDoubt& fault) {
        makeUndone(changes, fault.what(), now);
      }
      doubt_.end();
      history_end_ = open_->history().lastId();
      open_->history().pruneIfFarOver(limits_, now.at.wall);
    });
  }

  std::string probe(const core::ClockStamp& now) override {
    return measured(Operation::kProbe, [&] {
      opened().beat(now);
      doubt_.end();
      open_->history().prune(limits_, now.at.wall);
    });
  }

  // A commit in doubt has become true for a new connection, when it was in the journal. So a store
  // into which not everything was written is not left open for a probe to find it well.
  std::string reopen(const engine::Changes& everything, const core::ClockStamp& now) override {
    std::string error = measured(Operation::kLoad, [&] {
      open_.reset();
      prepareToTakeOver();
      openOrCreate();
      open_->commit(doubt_.outOf(everything), now, history_end_);
      doubt_.end();
    });
    if (!error.empty()) {
      open_.reset();
    }
    return error;
  }

  void limitHistory(const HistoryLimits& limits) override { limits_ = limits; }
  Stats stats() const override { return recorder_.stats(); }

 private:
  OpenStore& opened() {
    if (!open_) {
      throw Fault("the store is not open");
    }
    return *open_;
  }

  bool openOrCreate();
  void prepareToTakeOver();
  [[noreturn]] void makeUndone(const engine::Changes& changes, const std::string& why,
                               const core::ClockStamp& now);
  std::string measured(Operation operation, const std::function<void()>& work);

  SqliteOptions options_;
  HistoryLimits limits_;
  std::int64_t history_end_ = 0;  // the last entry that is known to be true
  std::string path_;              // without symbolic links
  FileId last_open_;              // the file that was open last
  std::unique_ptr<OpenStore> open_;
  Doubt doubt_;
  StatsRecorder recorder_;
};

// Whether there was a store before.
bool SqliteStore::openOrCreate() {
  path_ = resolved(options_.path);
  createParents(path_);
  StoreLock lock(path_, options_.busy_timeout);
  const bool existed = fileIdOf(path_).exists();
  if (existed && regularFileSize(path_) == 0) {
    throw Fault("empty; put back a copy, or remove it to begin with a fresh state");
  }
  if (!existed && regularFileSize(journalOf(path_)) > 0) {
    throw Fault("gone, but its journal " + journalOf(path_) +
                " is there; put back a copy, or remove the journal to begin with a fresh state");
  }
  if (!existed) {
    createStore(path_);
  }
  open_ = std::make_unique<OpenStore>(path_, options_.busy_timeout, std::move(lock));
  last_open_ = open_->watch().store();
  return existed;
}

void SqliteStore::prepareToTakeOver() {
  if (!last_open_.exists()) {
    throw Fault("the store was never open");
  }
  const FileId present = fileIdOf(path_);
  if (present.exists() && present != last_open_) {
    throw Fault("another file has taken the place of the store; restart heald to use that one");
  }
  if (!present.exists()) {
    removeFile(journalOf(path_));  // of the file that is gone: SQLite would drop it as well
    removeFile(path_ + "-shm");
  }
}

// A commit that failed may be in the journal all the same, and would be read from there after a
// crash. The next transaction is written over it; so one that changes nothing makes sure.
void SqliteStore::makeUndone(const engine::Changes& changes, const std::string& why,
                             const core::ClockStamp& now) {
  doubt_.add(changes);
  try {
    opened().beat(now);
  } catch (const Fault&) {
    throw Fault(why + "; if heald ends before the store answers again, " + std::string(kInDoubt));
  }
  doubt_.end();
  throw Fault(why);
}

std::string SqliteStore::measured(Operation operation, const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  std::string error;
  try {
    work();
  } catch (const std::exception& fault) {
    error = io::oneLine(options_.path + ": " + fault.what(), kReasonBytes);
  }
  recorder_.ended(operation, error.empty(), std::chrono::steady_clock::now() - begun);
  if (error.empty()) {
    recorder_.setSize(open_->watch().sizeBytes());
  }
  return error;
}

}  // namespace

std::unique_ptr<Store> makeSqliteStore(SqliteOptions options) {
  return std::make_unique<SqliteStore>(std::move(options));
}

}  // namespace heald::store
