#include "store/history_reader.h"

#include <algorithm>
#include <exception>
#include <string_view>

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
  const std::size_t most = query.text.empty() ? query.limit : engine::kHistorySearched;
  statement.bind(static_cast<std::int64_t>(most) + 1);
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

bool saysText(std::string_view said, std::string_view text) {
  const auto lower = [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const auto alike = [&](char a, char b) { return lower(a) == lower(b); };
  return std::search(said.begin(), said.end(), text.begin(), text.end(), alike) != said.end();
}

// A damaged row may have said anything.
bool fitsText(const HistoryRow& row, const HistoryQuery& query) {
  if (query.text.empty() || !row.unreadable.empty()) return true;
  const engine::HistoryEntry& e = row.entry;
  for (const std::string* said :
       {&e.message, &e.event, &e.governor, &e.remedy, &e.target, &e.check, &e.actor}) {
    if (saysText(*said, query.text)) return true;
  }
  const auto in_detail = [&](const auto& detail) {
    const auto* said = std::get_if<std::string>(&detail.second);
    return said != nullptr && saysText(*said, query.text);
  };
  return std::any_of(e.details.begin(), e.details.end(), in_detail) ||
         (query.in_output && saysText(e.output, query.text));
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
  for (std::size_t looked_at = 0; rows.next(); ++looked_at) {
    if (page.rows.size() == query.limit || looked_at == engine::kHistorySearched) {
      page.more = true;
      break;
    }
    HistoryRow row = rowOf(rows);
    if (!query.text.empty()) page.searched = row.id;
    if (fitsText(row, query)) page.rows.push_back(std::move(row));
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

Result<Cursors> readCursors(const std::string& path) {
  try {
    Database database = openForReading(path, kBusyTimeout);
    Cursors cursors;
    if (database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'cursors'") == 0) {
      return cursors;
    }
    Statement rows = database.prepare("SELECT name, position FROM cursors");
    while (rows.next()) cursors.emplace(rows.text(0), rows.integer(1));
    return cursors;
  } catch (const std::exception& fault) {
    return Error{ErrorCode::kUnavailable, path + ": " + fault.what()};
  }
}

}  // namespace heald::store
