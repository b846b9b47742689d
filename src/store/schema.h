#pragma once

#include <chrono>
#include <string>

#include "store/database.h"

namespace heald::store {

inline constexpr int kApplicationId =
    0x6865616c;  // "heal": what `file` and SQLite see in the header

// The number of migrations, which is the version of the schema (PRAGMA user_version).
int schemaVersion();

// Puts a new, empty store at `path`, whole or not at all: a crash on the way leaves nothing that a
// later start would take for a store. Throws Fault.
void createStore(const std::string& path);

// Opens the store at `path`, as durable as SQLite can be (WAL, synchronous=FULL). Fault when it is
// not a store of heald, is damaged, or was written by a newer heald; an older one is migrated.
Database openStore(const std::string& path, std::chrono::milliseconds busy_timeout);

// Opens it for reading alone, whether or not a heald has it open. Fault when there is none, when it
// is not a store of heald, or was written by a newer heald.
Database openForReading(const std::string& path, std::chrono::milliseconds busy_timeout);

}  // namespace heald::store
