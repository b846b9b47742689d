#include "store/schema.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "io/uri.h"
#include "store/fault.h"
#include "store/files.h"

namespace heald::store {
namespace {

constexpr const char* kHistory = R"sql(
CREATE TABLE history (
  id INTEGER PRIMARY KEY, wall_ns INTEGER NOT NULL, kind TEXT NOT NULL,
  governor TEXT NOT NULL, remedy TEXT NOT NULL, check_name TEXT NOT NULL,
  bytes INTEGER NOT NULL, entry TEXT NOT NULL
) STRICT;
)sql";

// In order; the n-th makes version n. What has been released is never edited: append.
// Times: *_ns, of the boot clock (boot_ns) or since 1970 (wall_ns).
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE governors (
  name TEXT PRIMARY KEY, state TEXT NOT NULL,
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE remedies (
  name TEXT PRIMARY KEY, totals TEXT NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE flags (
  feature TEXT PRIMARY KEY, enabled INTEGER, changed_at_ns INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE heartbeat (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT;
)sql",
    R"sql(
CREATE TABLE pauses (
  remedy TEXT PRIMARY KEY, pause TEXT NOT NULL,
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE permits (
  id TEXT PRIMARY KEY, permit TEXT NOT NULL,
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE episodes (
  remedy TEXT NOT NULL, fingerprint TEXT NOT NULL, starts_at_ns INTEGER NOT NULL,
  episode TEXT NOT NULL, PRIMARY KEY (remedy, fingerprint, starts_at_ns)
) STRICT, WITHOUT ROWID;
)sql",
    kHistory,
    R"sql(
CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE incidents (
  remedy TEXT PRIMARY KEY, incident TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql",
    // One for each alert. Of several starts the one that fires is the episode, and of those the one
    // with the last attempt; what was resolved before it tells where it began. An end was not kept:
    // it is the start, so that only a later start is another episode, as it was.
    R"sql(
ALTER TABLE episodes RENAME TO episodes_by_start;
CREATE TABLE episodes (
  remedy TEXT NOT NULL, identity TEXT NOT NULL, episode TEXT NOT NULL,
  PRIMARY KEY (remedy, identity)
) STRICT, WITHOUT ROWID;
WITH readable AS (
  SELECT remedy, fingerprint, starts_at_ns, episode,
    coalesce(json_extract(episode, '$.firing'), 0) AS firing,
    coalesce(json_extract(episode, '$.attempt'), 0) AS attempt
  FROM episodes_by_start WHERE json_valid(episode)
), latest AS (
  SELECT *, row_number() OVER (
    PARTITION BY remedy, fingerprint
    ORDER BY firing DESC, CASE WHEN firing THEN attempt ELSE 0 END DESC, starts_at_ns DESC) AS place
  FROM readable
)
INSERT INTO episodes
SELECT remedy, fingerprint, json_set(episode,
  '$.fingerprint', fingerprint,
  '$.starts_at_ns', starts_at_ns,
  '$.ended_at_ns', CASE WHEN firing THEN 0 ELSE starts_at_ns END,
  '$.before_ns', coalesce((
    SELECT max(o.starts_at_ns) FROM readable o
    WHERE o.remedy = latest.remedy AND o.fingerprint = latest.fingerprint AND NOT o.firing
      AND o.starts_at_ns < latest.starts_at_ns), 0),
  '$.earlier_attempt', coalesce((
    SELECT o.attempt FROM readable o
    WHERE o.remedy = latest.remedy AND o.fingerprint = latest.fingerprint AND NOT o.firing
      AND o.starts_at_ns < latest.starts_at_ns AND typeof(o.attempt) = 'integer'
    ORDER BY o.starts_at_ns DESC LIMIT 1), 0))
FROM latest WHERE place = 1;
DROP TABLE episodes_by_start;
)sql",
    R"sql(
CREATE TABLE counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE unhealthy_times (
  check_name TEXT PRIMARY KEY, ended_ns INTEGER NOT NULL, since_ns INTEGER, human INTEGER NOT NULL,
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE cursors (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE approvals (
  name TEXT NOT NULL, target TEXT NOT NULL, step INTEGER NOT NULL, approval TEXT NOT NULL,
  boot_id TEXT NOT NULL, boot_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL,
  PRIMARY KEY (name, target, step)
) STRICT, WITHOUT ROWID;
)sql",
};

void migrate(Database& database, int version) {
  Transaction transaction(database);
  for (; version < schemaVersion(); ++version) {
    database.execute(kMigrations[version]);
  }
  database.execute("PRAGMA user_version = " + std::to_string(version));
  transaction.commit();
}

void requireOurs(Database& database) {
  if (database.integer("PRAGMA application_id") != kApplicationId) {
    throw Fault("a database, but not one of heald; give heald a path of its own");
  }
  const auto version = database.integer("PRAGMA user_version");
  if (version < 1 || version > schemaVersion()) {
    throw Fault("its schema has version " + std::to_string(version) + ", this heald knows 1 to " +
                std::to_string(schemaVersion()) + "; use the heald that wrote it, or a newer one");
  }
}

bool whole(Database& database, const std::string& table) {
  try {
    return database.text("PRAGMA quick_check(\"" + table + "\")") == "ok";
  } catch (const Fault&) {
    return false;
  }
}

std::vector<std::string> damagedTables(Database& database) {
  std::vector<std::string> damaged;
  Statement tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'");
  while (tables.next()) {
    if (std::string table = tables.text(0); !whole(database, table)) {
      damaged.push_back(std::move(table));
    }
  }
  return damaged;
}

// Under another name, for whoever wants to save something of it. Nothing of it is touched.
void setHistoryAside(Database& database) {
  const auto number = database.integer(
      "SELECT count(*) + 1 FROM sqlite_schema WHERE name LIKE 'history\\_damaged\\_%' ESCAPE '\\'");
  Transaction transaction(database);
  database.execute("ALTER TABLE history RENAME TO history_damaged_" + std::to_string(number));
  database.execute(kHistory);
  transaction.commit();
}

// Damage in the history alone costs the history, and not the state of the governors.
void requireWhole(Database& database) {
  const std::string found = database.text("PRAGMA quick_check(1)");
  if (found == "ok") {
    return;
  }
  const std::vector<std::string> damaged = damagedTables(database);
  const auto of_history = [](const std::string& name) { return name.starts_with("history"); };
  if (damaged.empty() || !std::all_of(damaged.begin(), damaged.end(), of_history)) {
    throw Fault(
        "corrupt; put back a copy, or move it away to begin with a fresh state (" + found + ")",
        Cause::kDamaged);
  }
  if (std::find(damaged.begin(), damaged.end(), "history") != damaged.end()) {
    setHistoryAside(database);
  }
}

std::string asUri(const std::string& path) {
  return "file:" + io::percentEncode(path, "-._~/");
}

// After how many pages the journal is moved into the file: SQLite's thousand, and fewer on a file
// system so small that such a journal would fill it.
std::uint64_t journalPages(const std::string& path) {
  return std::clamp<std::uint64_t>(fileSystemBytes(path) / 65536, 16, 1000);
}

// Closing does it too, and says nothing when it cannot.
void moveJournalIntoFile(Database& database) {
  if (database.integer("PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
    throw Fault("its journal is in use by another program", Cause::kLocked);
  }
}

}  // namespace

int schemaVersion() {
  return static_cast<int>(std::size(kMigrations));
}

void createStore(const std::string& path) {
  const std::string draft = path + ".new";
  removeFile(draft);
  removeFile(journalOf(draft));
  removeFile(draft + "-shm");
  createPrivateFile(draft);
  {
    Database database(draft, std::chrono::milliseconds(0));
    database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
    migrate(database, 0);
    moveJournalIntoFile(database);
  }
  publish(draft, path);
}

Database openStore(const std::string& path, std::chrono::milliseconds busy_timeout) {
  Database database(path, busy_timeout);
  requireOurs(database);
  requireWhole(database);
  if (database.text("PRAGMA journal_mode = WAL") != "wal") {
    throw Fault("this file system does not support SQLite's write-ahead log");
  }
  // A reader may hold the log open and long: it shrinks again once the reader is gone.
  database.execute("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304");
  database.execute("PRAGMA wal_autocheckpoint = " + std::to_string(journalPages(path)));
  if (const auto version = database.integer("PRAGMA user_version"); version < schemaVersion()) {
    migrate(database, static_cast<int>(version));
  }
  return database;
}

Database openForReading(const std::string& path, std::chrono::milliseconds busy_timeout) {
  if (regularFileSize(path) == 0) {
    throw Fault(fileIdOf(path).exists() ? "empty" : "there is no such file");
  }
  // A heald that has it open has a journal. Without one nothing can change while it is read, and
  // SQLite needs no file of its own beside it: so a copy on read-only media can be read.
  const bool at_rest = !fileIdOf(journalOf(path)).exists();
  Database database(asUri(path) + (at_rest ? "?immutable=1" : ""), busy_timeout,
                    Database::For::kReading);
  requireOurs(database);
  return database;
}

}  // namespace heald::store
