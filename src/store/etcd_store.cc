#include "store/etcd_store.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "io/text.h"
#include "store/doubt.h"
#include "store/etcd_head.h"
#include "store/etcd_rows.h"
#include "store/etcd_state.h"
#include "store/fault.h"
#include "store/local_history.h"

namespace heald::store {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReasonBytes = 4096;
// A commit, and the question what has become of it, take a second together.
constexpr milliseconds kDeadline(450);
constexpr std::chrono::seconds kPrepareAgain(5);  // so much of a state may go unseen

class EtcdStore : public Store {
 public:
  EtcdStore(EtcdOptions options, std::unique_ptr<Store> history, std::unique_ptr<etcd::Keys> keys)
      : options_(std::move(options)),
        history_(std::move(history)),
        keys_(keys ? std::move(keys) : std::make_unique<etcd::Client>(options_.address, kDeadline)),
        memory_(options_.memory_file, options_.prefix) {}

  Result<std::optional<engine::Saved>> open(const core::ClockStamp& present) override {
    std::optional<engine::Saved> saved;
    const std::string error = measured(Operation::kLoad, [&] { saved = takeOver(present); });
    if (!error.empty()) {
      open_ = false;
      if (options_.may_act()) warnOf(error);
      return Error{ErrorCode::kUnavailable, error};
    }
    return saved;
  }

  std::string commit(const engine::Changes& changes, const core::ClockStamp& now) override {
    const std::vector<Row> rows = rowsOf(changes, now);
    if (rows.empty() && changes.history.empty()) return history_.record(changes, now);
    std::string error = measured(Operation::kCommit, [&] {
      requireRight();
      requireNothingUnwanted();
      if (rows.empty()) {
        requireHeadIsOurs();
      } else {
        write(rows, &changes);
      }
    });
    if (error.empty()) warnOf(history_.record(changes, now));
    if (error.empty()) remember();
    return error;
  }

  std::string probe(const core::ClockStamp& now) override {
    std::string error = measured(Operation::kProbe, [&] {
      requireRight();
      requireNothingUnwanted();
      write({}, nullptr);
      remember();
    });
    if (error.empty()) warnOf(history_.probe(now));
    return error;
  }

  // `everything` may be more than what one transaction holds.
  std::string reopen(const engine::Changes& everything, const core::ClockStamp& now) override {
    const std::string error = measured(Operation::kLoad, [&] {
      if (!open_) throw Fault("the store was never open");
      requireRight();
      unwanted_ = resolveDoubt() || unwanted_;
      write(rowsOf(doubt_.outOf(everything), now), nullptr);
      doubt_.end();
      unwanted_ = false;
    });
    if (error.empty()) warnOf(history_.record(everything, now));
    return error;
  }

  void limitHistory(const HistoryLimits& limits) override { history_.limit(limits); }
  // Of one fleet: each changes its permit and one that is forgotten for it, with a key two answers
  // likewise, and all together their governor. More than one transaction takes six.
  std::size_t mostTogether() const override { return kMostRows / 2 - 3; }
  Stats stats() const override {
    Stats stats = recorder_.stats();
    stats.size_bytes = history_.sizeBytes();
    return stats;
  }

 private:
  std::string headKey() const { return options_.prefix + "/head"; }
  std::string rowKey(const std::string& key) const { return options_.prefix + "/rows/" + key; }
  std::string stagedKey(const std::string& stage, std::uint64_t part) const {
    return options_.prefix + "/staged/" + stage + "/" + std::to_string(part);
  }
  etcd::Compare headIsOurs() const {
    return {headKey(), etcd::Compare::Of::kModRevision, head_revision_};
  }

  std::optional<engine::Saved> takeOver(const core::ClockStamp& present);
  void prepare(const core::ClockStamp& present);
  void requireComparing() {
    if (!comparing_) store::requireComparing(*keys_, headKey());
    comparing_ = true;
  }
  void requireRight();
  void requireHeadIsOurs();
  void write(const std::vector<Row>& rows, const engine::Changes* changes);
  void stage(const std::vector<Row>& rows, const engine::Changes* changes);
  std::vector<etcd::Operation> operationsOf(std::span<const Row> rows) const;
  void writeHead(Head next, std::vector<etcd::Operation> operations,
                 const engine::Changes* changes);
  void askAfter(const Head& next, const engine::Changes* changes, const etcd::Fault& why);
  bool resolveDoubt();
  void requireNothingUnwanted();
  void finishStaged();
  [[noreturn]] void fenced();
  void remember() {
    const std::string trouble = memory_.keep(cluster_, head_);
    if (!trouble.empty() && options_.warn) options_.warn(trouble);
  }
  void warnOf(const std::string& reason);
  std::string measured(Operation operation, const std::function<void()>& work);

  EtcdOptions options_;
  LocalHistory history_;
  std::unique_ptr<etcd::Keys> keys_;
  HeadMemory memory_;
  bool open_ = false;
  bool leads_ = false;      // the head was ours once
  bool comparing_ = false;  // etcd has shown that it compares
  std::optional<core::BootTime> prepared_;
  Head head_;  // as this replica wrote it last
  std::int64_t head_revision_ = 0;
  std::uint64_t cluster_ = 0;
  std::optional<Head> doubtful_;                      // written perhaps
  bool unwanted_ = false;                             // it was, and the engine goes on without it
  std::map<std::uint64_t, std::vector<Row>> staged_;  // parts that count, and are no rows yet
  std::uint64_t stages_ = 0;
  Doubt doubt_;
  std::string warned_;
  StatsRecorder recorder_;
};

// While another leads: what a takeover then need not wait for, and how far that one has come. The
// election tells what is wrong with etcd.
void EtcdStore::prepare(const core::ClockStamp& present) {
  if (prepared_ && present.at.boot - *prepared_ < kPrepareAgain) return;
  prepared_ = present.at.boot;
  try {
    requireComparing();
    rememberFound(options_.memory_file, options_.prefix, keys_->get(headKey()));
  } catch (const etcd::Fault&) {
  } catch (const std::exception& fault) {
    warnOf(fault.what());
  }
}

std::optional<engine::Saved> EtcdStore::takeOver(const core::ClockStamp& present) {
  history_.open(present);
  if (!options_.may_act()) prepare(present);
  requireRight();
  requireComparing();
  open_ = false;
  leads_ = false;
  doubtful_.reset();
  unwanted_ = false;
  doubt_.end();
  staged_.clear();
  auto [cluster, head, head_revision, rows, staged] = readEtcdState(*keys_, options_.prefix);
  head_ = head;
  head_revision_ = head_revision;
  const bool existed = head_revision_ != 0;
  if (!existed && !rows.empty()) throw Fault("it has rows and no head");
  if (rows.empty() && head_.parts == 0 && history_.holdsState()) {
    throw Fault("etcd holds nothing, and " + options_.history_path +
                " holds a state from before, which would be forgotten: move it away to begin anew");
  }
  cluster_ = cluster;
  if (!options_.memory_file.empty() && (existed || readSeenHead(options_.memory_file))) {
    requireNotOlder(options_.memory_file, {cluster_, options_.prefix, head_});
  }
  for (std::uint64_t part = 0; part < head_.parts; ++part) {
    const auto found = staged.find(stagedKey(head_.stage, part));
    if (found == staged.end()) continue;  // is rows already
    staged_[part] = rowsIn(found->second);
    for (const Row& row : staged_[part]) {
      rows.erase(row.key);
      if (row.text) rows[row.key] = *row.text;
    }
    staged.erase(found);
  }
  open_ = true;
  Head next = head_;
  ++next.term;
  next.replica = options_.replica;
  // What was staged and never counted goes.
  std::vector<etcd::Operation> litter;
  for (const auto& [key, text] : staged) {
    if (litter.size() < kMostRows) litter.push_back(etcd::Remove{key});
  }
  writeHead(next, litter, nullptr);
  leads_ = true;
  if (options_.took_over) options_.took_over(head_.term);
  finishStaged();
  remember();
  if (!existed) return std::nullopt;
  return savedOf({rows.begin(), rows.end()}, present);
}

void EtcdStore::requireRight() {
  if (!options_.may_act()) throw Fault(options_.why_not());
}

std::vector<etcd::Operation> EtcdStore::operationsOf(std::span<const Row> rows) const {
  std::vector<etcd::Operation> operations;
  for (const Row& row : rows) {
    if (row.text) {
      operations.push_back(etcd::Put{rowKey(row.key), *row.text});
    } else {
      operations.push_back(etcd::Remove{rowKey(row.key)});
    }
  }
  return operations;
}

// Of what is history alone nothing goes into etcd. So who has written since is asked, which costs
// etcd no write to its disk.
void EtcdStore::requireHeadIsOurs() {
  if (!open_) throw Fault("the store is not open");
  const etcd::Range found = keys_->get(headKey());
  if (found.rows.empty() || found.rows.front().mod_revision != head_revision_) fenced();
}

void EtcdStore::write(const std::vector<Row>& rows, const engine::Changes* changes) {
  if (!open_) throw Fault("the store is not open");
  finishStaged();
  if (fitting(rows) < rows.size()) {
    stage(rows, changes);
    return;
  }
  Head next = head_;
  ++next.number;
  writeHead(next, operationsOf(rows), changes);
}

// All parts, then the head that names them; from then on they count, and what is left to do can be
// done later.
void EtcdStore::stage(const std::vector<Row>& rows, const engine::Changes* changes) {
  Head next = head_;
  ++next.number;
  // Of its own for each try: what a request of an earlier one still does harms nobody.
  next.stage = std::to_string(next.term) + "-" + std::to_string(++stages_);
  std::map<std::uint64_t, std::vector<Row>> parts;
  for (std::span<const Row> rest(rows); !rest.empty();) {
    const std::size_t count = fitting(rest);
    std::vector<Row> part(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count));
    rest = rest.subspan(count);
    const etcd::Put put{stagedKey(next.stage, next.parts), textOf(part)};
    if (!keys_->commit({headIsOurs()}, {put}).succeeded) fenced();
    parts.emplace(next.parts++, std::move(part));
  }
  writeHead(next, {}, changes);
  staged_ = std::move(parts);
  try {
    finishStaged();
  } catch (const std::exception& fault) {  // what is committed stays; the next call goes on
    if (!open_) throw;
    warnOf(fault.what());
  }
}

void EtcdStore::finishStaged() {
  while (!staged_.empty()) {
    const auto part = staged_.begin();
    std::vector<etcd::Operation> operations = operationsOf(part->second);
    operations.push_back(etcd::Remove{stagedKey(head_.stage, part->first)});
    if (!keys_->commit({headIsOurs()}, operations).succeeded) fenced();
    staged_.erase(part);
  }
  if (head_.parts == 0) return;
  Head next = head_;
  ++next.number;
  next.parts = 0;
  next.stage.clear();
  writeHead(next, {}, nullptr);
}

void EtcdStore::writeHead(Head next, std::vector<etcd::Operation> operations,
                          const engine::Changes* changes) {
  operations.push_back(etcd::Put{headKey(), encode(next)});
  try {
    const etcd::Done done = keys_->commit({headIsOurs()}, operations);
    if (!done.succeeded) fenced();
    head_ = next;
    head_revision_ = done.revision;
  } catch (const etcd::Fault& fault) {
    if (!fault.maybe_done) throw;
    askAfter(next, changes, fault);
  }
}

// Whether the head was written. A further write of it, from the same place, decides: it cannot
// succeed unless the other has not been done, and then that never will be.
void EtcdStore::askAfter(const Head& next, const engine::Changes* changes, const etcd::Fault& why) {
  doubtful_ = next;
  bool done = false;
  try {
    done = resolveDoubt();
  } catch (const etcd::Fault&) {
    if (changes) doubt_.add(*changes);
    throw Fault(std::string(why.what()) + "; if heald ends before the store answers again, " +
                std::string(kInDoubt));
  }
  if (!done) throw Fault(why.what());
}

void EtcdStore::requireNothingUnwanted() {
  unwanted_ = resolveDoubt() || unwanted_;
  if (unwanted_) throw Fault("what is in etcd has to be written anew first");
}

// Whether what was in doubt was done. Nothing is in doubt then.
bool EtcdStore::resolveDoubt() {
  if (!doubtful_) return false;
  Head other = head_;
  other.term = doubtful_->term;
  other.replica = options_.replica;
  other.number = doubtful_->number + 1;
  const etcd::Done done = keys_->commit({headIsOurs()}, {etcd::Put{headKey(), encode(other)}});
  if (done.succeeded) {
    head_ = other;
    head_revision_ = done.revision;
    doubtful_.reset();
    if (!unwanted_) doubt_.end();  // else what is there by an earlier one has to go yet
    return false;
  }
  const etcd::Range found = keys_->get(headKey());
  const bool ours = !found.rows.empty() && found.rows.front().value == encode(*doubtful_);
  const bool other_is = !found.rows.empty() && found.rows.front().value == encode(other);
  if (!ours && !other_is) fenced();
  head_ = ours ? *doubtful_ : other;
  head_revision_ = found.rows.front().mod_revision;
  doubtful_.reset();
  return ours;
}

// Before it has led, it was only not fast enough: a late commit of the one before, say.
void EtcdStore::fenced() {
  open_ = false;
  const std::string reason =
      "another replica has written since, or etcd was put back: this one has another state";
  const auto deposed = leads_ ? std::exchange(options_.deposed, nullptr) : nullptr;
  if (deposed) deposed(reason);
  throw Fault(reason);
}

// Once, until something else is wrong.
void EtcdStore::warnOf(const std::string& reason) {
  if (reason != warned_ && !reason.empty() && options_.warn) options_.warn(reason);
  warned_ = reason;
}

std::string EtcdStore::measured(Operation operation, const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  std::string error;
  try {
    work();
  } catch (const std::exception& fault) {
    error = io::oneLine(options_.prefix + ": " + fault.what(), kReasonBytes);
  }
  recorder_.ended(operation, error.empty() ? std::nullopt : std::optional(Cause::kOther),
                  std::chrono::steady_clock::now() - begun);
  return error;
}

}  // namespace

std::unique_ptr<Store> makeEtcdStore(EtcdOptions options, std::unique_ptr<Store> history,
                                     std::unique_ptr<etcd::Keys> keys) {
  return std::make_unique<EtcdStore>(std::move(options), std::move(history), std::move(keys));
}

}  // namespace heald::store
