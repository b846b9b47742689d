#include "store/history_table.h"

#include "store/fault.h"
#include "store/history_codec.h"

namespace heald::store {
namespace {

constexpr const char* kBytes = "SELECT ifnull(sum(bytes), 0) FROM history";
constexpr const char* kLastId = "SELECT ifnull(max(id), 0) FROM history";

}  // namespace

HistoryTable::HistoryTable(Database& database)
    : database_(database),
      bytes_(database.integer(kBytes)),
      last_id_(database.integer(kLastId)),
      put_(database.prepare("INSERT INTO history "
                            "(wall_ns, kind, governor, remedy, check_name, bytes, entry) "
                            "VALUES (?,?,?,?,?,?,?)")),
      oldest_(database.prepare("SELECT id, wall_ns, bytes FROM history "
                               "WHERE id < (SELECT max(id) FROM history) ORDER BY id LIMIT ?")),
      drop_(database.prepare("DELETE FROM history WHERE id <= ?")) {}

void HistoryTable::append(const std::vector<engine::HistoryEntry>& entries) {
  appended_ = 0;
  last_appended_ = last_id_;
  for (const engine::HistoryEntry& entry : entries) {
    const HistoryColumns row = encode(entry);
    put_.bind(row.wall_ns).bind(row.kind).bind(row.governor).bind(row.remedy).bind(row.check);
    put_.bind(row.bytes()).bind(row.entry).run();
    appended_ += row.bytes();
    last_appended_ = database_.lastInsertId();
  }
}

void HistoryTable::committed() {
  bytes_ += std::exchange(appended_, 0);
  last_id_ = last_appended_;
}

void HistoryTable::dropAfter(std::optional<std::int64_t> id) {
  if (!id) {
    return;
  }
  database_.execute("DELETE FROM history WHERE id > " + std::to_string(*id));
  bytes_ = database_.integer(kBytes);
  last_id_ = database_.integer(kLastId);
}

void HistoryTable::pruneIfFarOver(const HistoryLimits& limits, core::WallTime now) {
  const auto most = static_cast<std::int64_t>(limits.max_bytes);
  if (bytes_ <= most + most / 8) {
    return;
  }
  try {
    prune(limits, now);
  } catch (const Fault&) {
    return;
  }
}

HistoryTable::Cut HistoryTable::cutFor(const HistoryLimits& limits, core::WallTime now) {
  const auto most = static_cast<std::int64_t>(limits.max_bytes);
  const std::int64_t too_old = (now - limits.max_age).time_since_epoch().count();
  Cut cut;
  oldest_.bind(static_cast<std::int64_t>(kStep));
  while (oldest_.next()) {
    const bool over = bytes_ - cut.bytes > most;
    if (over || oldest_.integer(1) < too_old) {
      cut = {oldest_.integer(0), cut.bytes + oldest_.integer(2)};
    } else {
      oldest_.reset();
      break;
    }
  }
  return cut;
}

void HistoryTable::prune(const HistoryLimits& limits, core::WallTime now) {
  const Cut cut = cutFor(limits, now);
  if (cut.id == 0) {
    return;
  }
  Transaction transaction(database_);
  drop_.bind(cut.id).run();
  transaction.commit();
  bytes_ -= cut.bytes;
}

}  // namespace heald::store
