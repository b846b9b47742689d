#include "store/history_reader.h"

#include <exception>

#include "store/database.h"
#include "store/fault.h"
#include "store/history_codec.h"
#include "store/schema.h"

namespace heald::store {
namespace {

using engine::HistoryQuery;
using engine::HistoryRow;

constexpr std::chrono::milliseconds kBusyTimeout{250};

std::string conditionOf(const HistoryQuery& query) {
  std::string sql = "id > ?";
  if (query.before > 0) sql += " AND id < ?";
  if (query.since) sql += " AND wall_ns >= ?";
  if (query.until) sql += " AND wall_ns < ?";
  // The governor of a target is called NAME@TARGET.
  if (!query.governor.empty()) {
    sql += " AND (governor = ? OR substr(governor, 1, length(?) + 1) = ? || '@')";
  }
  if (!query.remedy.empty()) sql += " AND remedy = ?";
  if (!query.check.empty()) sql += " AND check_name = ?";
  if (!query.kinds.empty()) {
    sql += " AND kind IN (?";
    for (std::size_t i = 1; i < query.kinds.size(); ++i) sql += ",?";
    sql += ")";
  }
  return sql;
}

void bind(const HistoryQuery& query, Statement& statement) {
  statement.bind(query.after);
  if (query.before > 0) statement.bind(query.before);
  if (query.since) statement.bind(query.since->time_since_epoch().count());
  if (query.until) statement.bind(query.until->time_since_epoch().count());
  if (!query.governor.empty()) {
    statement.bind(query.governor).bind(query.governor).bind(query.governor);
  }
  if (!query.remedy.empty()) statement.bind(query.remedy);
  if (!query.check.empty()) statement.bind(query.check);
  for (const engine::HistoryKind kind : query.kinds) statement.bind(toString(kind));
  statement.bind(static_cast<std::int64_t>(query.limit) + 1);
}

HistoryRow rowOf(const Statement& row) {
  HistoryRow read{row.integer(0), {}, {}};
  const HistoryColumns columns{row.integer(1), row.text(2), row.text(3),
                               row.text(4),    row.text(5), row.text(6)};
  try {
    read.entry = decodeHistory(columns);
  } catch (const Fault& fault) {
    read.unreadable = fault.what();
  }
  return read;
}

engine::HistoryPage pageOf(Database& database, const HistoryQuery& query) {
  // One moment for all of it: what is committed in between is on the next page.
  database.execute("BEGIN");
  engine::HistoryPage page;
  page.newest = database.integer("SELECT ifnull(max(id), 0) FROM history");
  Statement rows = database.prepare(
      "SELECT id, wall_ns, kind, governor, remedy, check_name, entry FROM history WHERE " +
      conditionOf(query) + " ORDER BY id " + (query.newest_first ? "DESC" : "ASC") + " LIMIT ?");
  bind(query, rows);
  while (rows.next()) {
    if (page.rows.size() == query.limit) {
      page.more = true;
      break;
    }
    page.rows.push_back(rowOf(rows));
  }
  return page;
}

}  // namespace

Result<engine::HistoryPage> readHistory(const std::string& path,
                                        const engine::HistoryQuery& query) {
  try {
    Database database = openForReading(path, kBusyTimeout);
    if (database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'history'") == 0) {
      return Error{ErrorCode::kInvalid,
                   path + ": was written by an older heald, which kept no history"};
    }
    return pageOf(database, query);
  } catch (const std::exception& fault) {
    return Error{ErrorCode::kUnavailable, path + ": " + fault.what()};
  }
}

}  // namespace heald::store
