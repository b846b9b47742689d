#pragma once

#include "core/governor.h"
#include "engine/output.h"
#include "store/database.h"

namespace heald::store {

// The table of the approvals. Not thread-safe, as the database is.
class ApprovalTable {
 public:
  explicit ApprovalTable(Database& database) : database_(database) {}

  // Adds them to `saved`, with their ends in the present boot. One that cannot be read approves
  // nothing.
  void load(const core::ClockStamp& present, engine::Saved& saved);
  // Within the caller's transaction.
  void put(const engine::Changes& changes, const core::ClockStamp& now);

 private:
  Database& database_;
  Statement put_ = database_.prepare("INSERT OR REPLACE INTO approvals VALUES (?,?,?,?,?,?,?)");
  Statement drop_ =
      database_.prepare("DELETE FROM approvals WHERE name = ? AND target = ? AND step = ?");
};

}  // namespace heald::store
