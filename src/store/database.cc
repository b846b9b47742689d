#include "store/database.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "store/fault.h"

namespace heald::store {
namespace {

const char* plainWords(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "locked by another program";
    case SQLITE_NOTADB:
      return "not a database; put back a copy, or move it away to begin with a fresh state";
    case SQLITE_CORRUPT:
      return "corrupt; put back a copy, or move it away to begin with a fresh state";
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return "read-only";
    case SQLITE_CANTOPEN:
      return "cannot be opened";
    case SQLITE_IOERR:
      return "input/output error";
    case SQLITE_PERM:
      return "permission denied";
    default:
      return "failed";
  }
}

// The errno of the last system call that failed is kept for long after: it tells something only
// about errors that come from the system.
bool comesFromSystem(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR || primary == SQLITE_FULL;
}

Cause causeOf(int code, int system) {
  if (code == SQLITE_FULL || system == ENOSPC || system == EDQUOT) {
    return Cause::kDiskFull;
  }
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Cause::kLocked;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return Cause::kDamaged;
    case SQLITE_READONLY:
      return Cause::kReadOnly;
    default:
      return system == EROFS ? Cause::kReadOnly : Cause::kOther;
  }
}

[[noreturn]] void failWith(sqlite3* connection) {
  const int code = sqlite3_extended_errcode(connection);
  const int system = comesFromSystem(code) ? sqlite3_system_errno(connection) : 0;
  std::string reason = plainWords(code);
  if (system != 0) {
    reason += std::string(": ") + std::strerror(system);
  }
  throw Fault(reason + " (SQLite " + std::to_string(code) + ": " + sqlite3_errmsg(connection) + ")",
              causeOf(code & 0xff, system));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* connection, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) {
    failWith(connection);
  }
}

void Statement::fail() {
  parameter_ = 0;
  // The reset forgets nothing of the connection's error, but may replace it: so it comes last.
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() { sqlite3_reset(statement); }
  } reset{statement_.get()};
  failWith(sqlite3_db_handle(statement_.get()));
}

void Statement::bound(int code) {
  if (code != SQLITE_OK) {
    fail();
  }
}

Statement& Statement::bind(std::int64_t value) {
  bound(sqlite3_bind_int64(statement_.get(), ++parameter_, value));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  bound(sqlite3_bind_text64(statement_.get(), ++parameter_, value.data(), value.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(std::optional<std::int64_t> value) {
  if (value) {
    return bind(*value);
  }
  bound(sqlite3_bind_null(statement_.get(), ++parameter_));
  return *this;
}

bool Statement::next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code != SQLITE_DONE) {
    fail();
  }
  sqlite3_reset(statement_.get());
  parameter_ = 0;
  return false;
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  parameter_ = 0;
}

void Statement::run() {
  while (next()) {
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const unsigned char* bytes = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), size);
}

bool Statement::isNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close(connection);
}

Database::Database(const std::string& path, std::chrono::milliseconds busy_timeout, For purpose) {
  sqlite3* connection = nullptr;
  const bool writes = purpose == For::kWriting;
  const int flags = (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY | SQLITE_OPEN_URI) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  connection_.reset(connection);
  if (connection == nullptr) {
    throw Fault("out of memory");
  }
  if (code != SQLITE_OK) {
    failWith(connection);
  }
  sqlite3_busy_timeout(connection, static_cast<int>(busy_timeout.count()));
  // SQLite falls back to reading when it may not write.
  if (writes && sqlite3_db_readonly(connection, "main") == 1) {
    throw Fault("read-only", Cause::kReadOnly);
  }
}

void Database::execute(const std::string& sql) {
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    failWith(connection_.get());
  }
}

std::int64_t Database::integer(std::string_view sql) {
  Statement statement = prepare(sql);
  return statement.next() ? statement.integer(0) : 0;
}

std::string Database::text(std::string_view sql) {
  Statement statement = prepare(sql);
  return statement.next() ? statement.text(0) : std::string();
}

std::int64_t Database::lastInsertId() const {
  return sqlite3_last_insert_rowid(connection_.get());
}

bool Database::holdSize(std::uint64_t bytes) {
  const bool possible = bytes <= std::uint64_t{std::numeric_limits<int>::max()};
  int chunk = possible ? static_cast<int>(bytes) : 0;
  sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk);
  auto size = static_cast<sqlite3_int64>(chunk);
  return possible &&
         (chunk == 0 || sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_SIZE_HINT,
                                             &size) == SQLITE_OK);
}

void Database::abandonJournal() {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Transaction::Transaction(Database& database) : database_(&database) {
  database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (database_ == nullptr) {
    return;
  }
  try {
    database_->execute("ROLLBACK");
  } catch (const Fault&) {  // SQLite has rolled back by itself, as it does after I/O errors
  }
}

void Transaction::commit() {
  try {
    database_->execute("COMMIT");
  } catch (const Fault& fault) {
    throw InDoubt(fault.what(), fault.cause);
  }
  database_ = nullptr;
}

}  // namespace heald::store
