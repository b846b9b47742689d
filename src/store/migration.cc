#include "store/migration.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "core/plain_text.h"
#include "etcd/election.h"
#include "store/etcd_head.h"
#include "store/etcd_rows.h"
#include "store/etcd_store.h"
#include "store/fault.h"
#include "store/files.h"
#include "store/memory_store.h"
#include "store/sqlite_store.h"

namespace heald::store {
namespace {

using std::chrono::seconds;

// A thing that is there is in the way; every other Fault is of the disk or of etcd.
struct Refused : Fault {
  using Fault::Fault;
};

constexpr const char* kOurName = "store-migrate";
constexpr std::chrono::milliseconds kLook(20);

template <class Entries, class Out>
void copyAll(const Entries& entries, Out& out) {
  for (const auto& [key, value] : entries) out.emplace_back(key, value);
}

engine::Changes changesOf(const engine::Saved& saved) {
  engine::Changes changes;
  changes.governors = saved.governors;
  changes.remedies = saved.remedies;
  changes.flags = saved.flags;
  copyAll(saved.pauses, changes.pauses);
  for (const engine::Permit& permit : saved.permits) {
    changes.permits.emplace_back(permit.id, permit);
  }
  copyAll(saved.approvals, changes.approvals);
  copyAll(saved.episodes, changes.episodes);
  copyAll(saved.answers, changes.answers);
  copyAll(saved.incidents, changes.incidents);
  changes.counts = saved.counts;
  changes.unhealthy_times = saved.unhealthy_times;
  return changes;
}

// Totals, flags and counts stay: they are written over when the state comes back, and by
// themselves let nothing start.
engine::Changes forgetting(const engine::Saved& saved) {
  engine::Changes changes;
  for (const auto& [name, state] : saved.governors) changes.forgotten.push_back(name);
  for (const auto& [name, pause] : saved.pauses) changes.pauses.emplace_back(name, std::nullopt);
  for (const engine::Permit& permit : saved.permits) {
    changes.permits.emplace_back(permit.id, std::nullopt);
  }
  for (const auto& [key, value] : saved.approvals) {
    changes.approvals.emplace_back(key, std::nullopt);
  }
  for (const auto& [key, value] : saved.episodes) changes.episodes.emplace_back(key, std::nullopt);
  for (const auto& [key, value] : saved.answers) changes.answers.emplace_back(key, std::nullopt);
  for (const auto& [key, value] : saved.incidents) {
    changes.incidents.emplace_back(key, std::nullopt);
  }
  return changes;
}

std::vector<Row> sortedRows(const engine::Saved& saved, const core::ClockStamp& at) {
  std::vector<Row> rows = rowsOf(changesOf(saved), at);
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.key < b.key; });
  return rows;
}

bool holdsState(const engine::Saved& saved) {
  return !saved.governors.empty() || !saved.pauses.empty() || !saved.permits.empty() ||
         !saved.approvals.empty();
}

void requireReadable(const std::string& place, const engine::Saved& saved) {
  if (saved.unreadable.empty()) return;
  const auto& [name, why] = saved.unreadable.front();
  throw Refused(place + ": " + std::to_string(saved.unreadable.size()) +
                " rows cannot be read and would be lost, the first: " + name + ": " + why +
                " (let heald run on it first: healdctl reset " + core::quotedForShell(name) +
                " writes it anew)");
}

std::string named(const etcd::Replica& replica) {
  return replica.name + (replica.url.empty() ? "" : " (" + replica.url + ")");
}

class Mover {
 public:
  explicit Mover(const Migration& migration)
      : m_(migration), at_(m_.now()), keys_(connected()), election_(electionOf(m_)) {}

  ~Mover() { election_.stop(true); }
  Mover(const Mover&) = delete;
  Mover& operator=(const Mover&) = delete;

  Migrated run() {
    std::unique_ptr<Store> file = makeSqliteStore({.path = m_.path});
    if (m_.to == Migration::To::kEtcd && !fileIdOf(resolved(m_.path)).exists()) {
      throw Refused(m_.path + ": there is no such file, so there is no state to move");
    }
    if (m_.to == Migration::To::kSqlite && headRevision() == 0 && !rowsAreLeft()) {
      throw Refused(m_.prefix + ": etcd holds no state there: it is in " + m_.path +
                    " already, if there is one");
    }
    lead();
    const engine::Saved in_file = opened(*file);
    requireReadable(m_.path, in_file);
    return m_.to == Migration::To::kEtcd ? toEtcd(*file, in_file) : toFile(*file, in_file);
  }

 private:
  static etcd::ElectionOptions electionOf(const Migration& m) {
    etcd::ElectionOptions options;
    options.address = m.address;
    options.prefix = m.prefix;
    options.lease = m.lease;
    options.self = {kOurName, "", "", ""};
    options.now = [&m] { return m.now().at.boot; };
    return options;
  }

  engine::Saved opened(Store& store) const {
    auto saved = store.open(at_);
    if (!saved) throw Fault(saved.error().message);
    return *saved ? std::move(**saved) : engine::Saved{};
  }
  void commit(Store& store, const engine::Changes& changes) const {
    if (const std::string error = store.commit(changes, at_); !error.empty()) throw Fault(error);
  }

  std::unique_ptr<etcd::Keys> connected() const {
    return m_.connect ? m_.connect() : std::make_unique<etcd::Client>(m_.address, seconds(2));
  }
  void lead();
  void requireAlone(const etcd::Standing& standing) const;
  std::int64_t headRevision();
  bool rowsAreLeft();
  std::unique_ptr<Store> etcdStore();
  Migrated toEtcd(Store& file, const engine::Saved& in_file);
  Migrated toFile(Store& file, const engine::Saved& in_file);
  void requireLeftOvers(const engine::Saved& in_file);
  void removeFromEtcd();
  Migrated moved(Store& file, const engine::Saved& state, bool resumed) const;

  const Migration& m_;
  const core::ClockStamp at_;
  std::unique_ptr<etcd::Keys> keys_;
  etcd::Election election_;
};

// As one of the replicas would: while this leads, no heald can. A replica that was killed seems to
// lead until its lease is over.
void Mover::lead() {
  election_.start([] {});
  const core::BootTime until = m_.now().at.boot + m_.lease + seconds(2);
  for (bool said = false; !election_.mayAct(); std::this_thread::sleep_for(kLook)) {
    const etcd::Standing standing = election_.standing();
    const bool another = standing.leader && standing.leader->name != kOurName;
    if (m_.now().at.boot >= until && another) {
      throw Refused(named(*standing.leader) +
                    " acts on this state: stop all replicas first, and ask again");
    }
    if (m_.now().at.boot >= until) {
      if (!standing.trouble.empty()) throw Fault(standing.trouble);
      throw Refused(m_.prefix + ": another store migrate is under way");
    }
    if (another && !std::exchange(said, true)) {
      m_.progress(named(*standing.leader) + " leads; waiting whether its lease ends, for " +
                  std::to_string(m_.lease.count() + 2) + " s at most");
    }
  }
  requireAlone(election_.standing());
}

void Mover::requireAlone(const etcd::Standing& standing) const {
  for (const etcd::Replica& replica : standing.replicas) {
    if (replica.name != kOurName) {
      throw Refused(named(replica) +
                    " stands by, and would act when this is done: stop all replicas first");
    }
  }
}

std::int64_t Mover::headRevision() {
  const etcd::Range found = keys_->get(m_.prefix + "/head");
  return found.rows.empty() ? 0 : found.rows.front().mod_revision;
}

bool Mover::rowsAreLeft() {
  return !keys_->list(m_.prefix + "/rows/").rows.empty();
}

std::unique_ptr<Store> Mover::etcdStore() {
  EtcdOptions options;
  options.address = m_.address;
  options.prefix = m_.prefix;
  options.replica = kOurName;
  options.may_act = [this] { return election_.mayAct(); };
  options.why_not = [] { return std::string("its lease of etcd has ended; ask again"); };
  options.warn = m_.progress;
  options.history_path = m_.path;
  options.memory_file = m_.path + ".etcd";
  // What the file holds is this function's to look at, so there is none beside etcd.
  return makeEtcdStore(std::move(options), std::make_unique<MemoryStore>(), connected());
}

Migrated Mover::toEtcd(Store& file, const engine::Saved& in_file) {
  const auto etcd = etcdStore();
  const std::vector<Row> rows = sortedRows(in_file, at_);
  const bool existed = headRevision() != 0;
  const std::vector<Row> there = existed ? sortedRows(opened(*etcd), at_) : std::vector<Row>{};
  if (!there.empty() && there != rows) {
    throw Refused(holdsState(in_file)
                      ? m_.prefix +
                            ": etcd holds another state there already, of a heald that has "
                            "run with it"
                      : "the state is in etcd already, under " + m_.prefix);
  }
  if (!holdsState(in_file)) throw Refused(m_.path + ": it holds no state to move");
  if (there.empty()) {
    if (!existed) opened(*etcd);
    commit(*etcd, changesOf(in_file));
    if (sortedRows(opened(*etcd), at_) != rows) {
      throw Fault(m_.prefix + ": etcd does not give back what was written");
    }
  }
  commit(file, forgetting(in_file));
  return moved(file, in_file, !there.empty());
}

Migrated Mover::toFile(Store& file, const engine::Saved& in_file) {
  const auto etcd = etcdStore();
  if (headRevision() == 0) {  // an earlier move was cut behind its last commit
    requireLeftOvers(in_file);
    removeFromEtcd();
    return moved(file, in_file, true);
  }
  const engine::Saved state = opened(*etcd);
  requireReadable(m_.prefix, state);
  if (!holdsState(state)) throw Refused(m_.prefix + ": etcd holds no state there");
  const std::vector<Row> rows = sortedRows(state, at_);
  const auto same = [&](const engine::Saved& found) {
    const std::vector<Row> there = sortedRows(found, at_);
    return std::includes(there.begin(), there.end(), rows.begin(), rows.end(),
                         [](const Row& a, const Row& b) {
                           return std::tie(a.key, a.text) < std::tie(b.key, b.text);
                         });
  };
  const bool resumed = holdsState(in_file);
  if (resumed && !same(in_file)) {
    throw Refused(m_.path + ": it holds another state already; move the file away first");
  }
  if (!resumed) {
    commit(file, changesOf(state));
    if (!same(opened(file))) throw Fault(m_.path + ": it does not give back what was written");
  }
  removeFromEtcd();
  return moved(file, state, resumed);
}

// Rows without a head are what a move from here has left, or nobody knows what.
void Mover::requireLeftOvers(const engine::Saved& in_file) {
  const std::vector<Row> there = sortedRows(in_file, at_);
  const std::string under = m_.prefix + "/rows/";
  for (const etcd::KeyValue& row : keys_->list(under).rows) {
    const auto same = [&](const Row& one) { return under + one.key == row.key; };
    if (std::none_of(there.begin(), there.end(), same)) {
      throw Refused(m_.prefix + ": it has rows and no head, and " + row.key + " is not in " +
                    m_.path + ": remove those keys by hand if that file has the state");
    }
  }
}

// The head first: rows without one are refused by every heald.
void Mover::removeFromEtcd() {
  keys_->commit({}, {etcd::Remove{m_.prefix + "/head"}});
  for (const char* under : {"/rows/", "/staged/"}) {
    const std::vector<etcd::KeyValue> rows = keys_->list(m_.prefix + under).rows;
    for (std::size_t i = 0; i < rows.size(); i += kMostRows) {
      std::vector<etcd::Operation> some;
      for (std::size_t k = i; k < std::min(rows.size(), i + kMostRows); ++k) {
        some.push_back(etcd::Remove{rows[k].key});
      }
      keys_->commit({}, some);
    }
  }
  removeFile(m_.path + ".etcd");  // what was seen there has ended, and is not to be missed
}

Migrated Mover::moved(Store& file, const engine::Saved& state, bool resumed) const {
  engine::Changes told;
  told.history.push_back({.kind = engine::HistoryKind::kStore,
                          .event = "migrated",
                          .at = at_.at.wall,
                          .actor = m_.actor,
                          .message = m_.to == Migration::To::kEtcd
                                         ? "the state has moved to etcd, " + m_.prefix
                                         : "the state has moved from etcd, " + m_.prefix});
  commit(file, told);
  return {state.governors.size(), sortedRows(state, at_).size(), resumed};
}

}  // namespace

Result<Migrated> migrate(const Migration& migration) {
  try {
    return Mover(migration).run();
  } catch (const Refused& refused) {
    return Error{ErrorCode::kConflict, refused.what()};
  } catch (const std::exception& fault) {
    return Error{ErrorCode::kUnavailable, fault.what()};
  }
}

}  // namespace heald::store
