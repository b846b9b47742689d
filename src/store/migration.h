#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/governor.h"
#include "etcd/client.h"
#include "heald/result.h"

namespace heald::store {

// Moves the durable state between the file of a heald and etcd, while no heald runs on either. The
// history stays in the file, which is where a heald on etcd keeps it too.
//
// The state is in one place that counts at every moment: it is written to the other place in one
// commit, read back and compared, and only then forgotten where it was. A move that was cut in
// between is finished by asking for it again. It is refused, and nothing is changed, when
//
//   - a heald uses the file, or one (leading or standing by) is registered in etcd
//   - the other place holds a state already that is not the same
//   - the row of a governor cannot be read: it would be lost
//   - there is no state to move
struct Migration {
  enum class To { kEtcd, kSqlite };
  To to = To::kEtcd;
  std::string path;       // of the SQLite file: the state when it moves to etcd, and the history
  etcd::Address address;  // etcd, and the prefix of all keys there, without a slash at its end
  std::string prefix;
  std::chrono::seconds lease{10};  // as the replicas' own: so long a killed one may seem to lead
  std::string actor;               // for the history: who moves it
  std::function<core::ClockStamp()> now;
  std::function<void(const std::string& line)> progress;  // what is waited for, for people
  // For a test: instead of clients of `address`. The election has one of its own all the same.
  std::function<std::unique_ptr<etcd::Keys>()> connect = nullptr;
};

struct Migrated {
  std::size_t governors = 0;
  std::size_t rows = 0;  // all that was moved, the governors included
  bool resumed = false;  // the other place held the same already
};

// Blocks, for as long as etcd and the disk do. kConflict: refused for what is there;
// kUnavailable: etcd or the file cannot be used.
Result<Migrated> migrate(const Migration& migration);

}  // namespace heald::store
