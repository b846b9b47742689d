#include "store/sqlite_store.h"

#include <exception>
#include <functional>
#include <utility>

#include "io/text.h"
#include "store/doubt.h"
#include "store/fault.h"
#include "store/files.h"
#include "store/open_store.h"
#include "store/spare_room.h"

namespace heald::store {
namespace {

constexpr std::size_t kReasonBytes = 4096;

class SqliteStore : public Store {
 public:
  explicit SqliteStore(SqliteOptions options) : options_(std::move(options)) {}

  Result<std::optional<engine::Saved>> open(const core::ClockStamp& present) override {
    std::optional<engine::Saved> saved;
    const auto everything = [&] {
      open_.reset();
      const bool existed = openOrCreate();
      if (existed) {
        saved = open_->load(present);
      }
      open_->beat(present);
      history_end_ = open_->history().lastId();
    };
    const std::string error = measured(Operation::kLoad, [&] {
      withRoom(everything);
      room_.regain(*open_, present);
      room_.probed(*open_, present);
    });
    if (!error.empty()) {
      open_.reset();
      return Error{ErrorCode::kUnavailable, error};
    }
    return saved;
  }

  std::string commit(const engine::Changes& changes, const core::ClockStamp& now) override {
    return measured(Operation::kCommit, [&] {
      commitWithRoom(changes, now);
      doubt_.end();
      history_end_ = open_->history().lastId();
      open_->history().pruneIfFarOver(limits_, now.at.wall);
      room_.committed(*open_);
    });
  }

  std::string probe(const core::ClockStamp& now) override {
    return measured(Operation::kProbe, [&] {
      room_.regain(opened(), now);
      withRoom([&] {
        opened().beat(now);
        doubt_.end();
        open_->history().prune(limits_, now.at.wall);
      });
      room_.probed(*open_, now);
    });
  }

  // A commit in doubt has become true for a new connection, when it was in the journal. So a store
  // into which not everything was written is not left open for a probe to find it well.
  std::string reopen(const engine::Changes& everything, const core::ClockStamp& now) override {
    if (room_.exhausted() && open_ && open_->watch().same()) {
      return io::oneLine(options_.path + ": " + room_.whyExhausted(), kReasonBytes);
    }
    const auto all = [&] {
      open_.reset();
      prepareToTakeOver();
      openOrCreate();
      open_->commit(doubt_.outOf(everything), now, history_end_);
      doubt_.end();
    };
    std::string error = measured(Operation::kLoad, [&] {
      withRoom(all);
      room_.regain(*open_, now);
      room_.probed(*open_, now);
    });
    if (!error.empty()) {
      open_.reset();
    }
    return error;
  }

  void limitHistory(const HistoryLimits& limits) override { limits_ = limits; }
  Stats stats() const override { return recorder_.stats(); }
  engine::StoreRoom room() const override {
    engine::StoreRoom room = room_.report();
    if (!room.reason.empty() && room.state == engine::StoreRoom::State::kOnReserve) {
      room.reason = options_.path + ": " + room.reason;
    }
    return room;
  }

 private:
  OpenStore& opened() {
    if (!open_) {
      throw Fault("the store is not open");
    }
    return *open_;
  }

  // Once more when the disk is full and the reserve can be given up.
  void withRoom(const std::function<void()>& work);
  void commitWithRoom(const engine::Changes& changes, const core::ClockStamp& now);
  bool openOrCreate();
  void prepareToTakeOver();
  [[noreturn]] void makeUndone(const engine::Changes& changes, const Fault& why,
                               const core::ClockStamp& now);
  std::string measured(Operation operation, const std::function<void()>& work);

  SqliteOptions options_;
  SpareRoom room_{options_.reserve_bytes};
  HistoryLimits limits_;
  std::int64_t history_end_ = 0;  // the last entry that is known to be true
  std::string path_;              // without symbolic links
  FileId last_open_;              // the file that was open last
  std::unique_ptr<OpenStore> open_;
  Doubt doubt_;
  StatsRecorder recorder_;
};

void SqliteStore::withRoom(const std::function<void()>& work) {
  for (;;) {
    try {
      return work();
    } catch (const Fault& fault) {
      if (!room_.giveUp(open_.get(), fault)) {
        room_.exhausted(fault);
        throw;
      }
    }
  }
}

void SqliteStore::commitWithRoom(const engine::Changes& changes, const core::ClockStamp& now) {
  bool in_doubt = false;
  for (;;) {
    try {
      return opened().commit(changes, now);
    } catch (const Fault& fault) {
      in_doubt = in_doubt || dynamic_cast<const InDoubt*>(&fault) != nullptr;
      if (room_.giveUp(open_.get(), fault)) {
        continue;
      }
      room_.exhausted(fault);
      if (in_doubt) {
        makeUndone(changes, fault, now);
      }
      throw;
    }
  }
}

// Whether there was a store before.
bool SqliteStore::openOrCreate() {
  path_ = resolved(options_.path);
  room_.beside(path_);
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
void SqliteStore::makeUndone(const engine::Changes& changes, const Fault& why,
                             const core::ClockStamp& now) {
  doubt_.add(changes);
  try {
    opened().beat(now);
  } catch (const Fault&) {
    throw Fault(std::string(why.what()) + "; if heald ends before the store answers again, " +
                    std::string(kInDoubt),
                why.cause);
  }
  doubt_.end();
  throw Fault(why.what(), why.cause);
}

std::string SqliteStore::measured(Operation operation, const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  std::string error;
  std::optional<Cause> failed;
  const auto fail = [&](const std::exception& fault, Cause cause) {
    error = io::oneLine(options_.path + ": " + fault.what(), kReasonBytes);
    failed = cause;
  };
  try {
    work();
  } catch (const Fault& fault) {
    fail(fault, fault.cause);
  } catch (const std::exception& fault) {
    fail(fault, Cause::kOther);
  }
  recorder_.ended(operation, failed, std::chrono::steady_clock::now() - begun);
  recorder_.setReserve(room_.reserveBytes(),
                       room_.report().state == engine::StoreRoom::State::kOnReserve);
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
