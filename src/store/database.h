#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace heald::store {

// SQLite, as much of it as the store needs. Everything throws Fault with SQLite's reason in plain
// words. Not thread-safe.

// A prepared statement. Parameters are bound in their order; `run` and the end of the rows make it
// ready for its next use.
class Statement {
 public:
  Statement(sqlite3* connection, std::string_view sql);

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(std::optional<std::int64_t> value);  // NULL when there is none

  void run();    // to its end, without rows
  bool next();   // to the next row; false after the last
  void reset();  // the rest of the rows is not wanted

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool isNull(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void bound(int code);
  [[noreturn]] void fail();

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int parameter_ = 0;
};

// A connection to a file that exists. One that is opened for writing and can only be read is a
// Fault. `path` is a URI when it begins with "file:".
class Database {
 public:
  enum class For { kWriting, kReading };
  Database(const std::string& path, std::chrono::milliseconds busy_timeout,
           For purpose = For::kWriting);

  Statement prepare(std::string_view sql) { return Statement(connection_.get(), sql); }
  void execute(const std::string& sql);
  std::int64_t integer(std::string_view sql);  // the first column of the first row
  std::string text(std::string_view sql);
  std::int64_t lastInsertId() const;

  // From here on the file takes at least so many bytes of the disk, however few it needs; 0: what
  // it needs. False when there is no room for that.
  bool holdSize(std::uint64_t bytes);

  // From here on, closing leaves the journal file alone: it is not (only) ours any more.
  void abandonJournal();

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

// Takes the write lock at once, so that "locked" is said before anything is written. Rolls back
// unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();  // InDoubt when it fails

 private:
  Database* database_;
};

}  // namespace heald::store
