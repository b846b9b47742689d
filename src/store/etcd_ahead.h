#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/time.h"
#include "etcd/client.h"
#include "store/etcd_head.h"

namespace heald::store {

// All that is under a prefix of etcd, as it stood at one revision.
struct EtcdState {
  std::uint64_t cluster = 0;  // etcd's id
  Head head = {};
  std::int64_t head_revision = 0;             // its mod_revision; 0: there is no head
  std::map<std::string, std::string> rows;    // by TABLE/NAME
  std::map<std::string, std::string> staged;  // by their whole keys
};

// What a replica does before it may act, so that its takeover need not wait for it: etcd has shown
// that it compares, its connection is open, and what it holds is read while the election is under
// way. Whether anybody has written since is for the compare of the head to say.
//
// Functions that throw throw Fault, or etcd::Fault.
class EtcdAhead {
 public:
  EtcdAhead(etcd::Keys& keys, std::string prefix) : keys_(keys), prefix_(std::move(prefix)) {}

  // While another leads, or nobody (`vacant`: this replica may in a moment). Does not throw: the
  // election tells what is wrong.
  void prepare(core::BootTime now, bool vacant);
  // Once: a compare that cannot hold is tried. Throws where it is passed over.
  void requireComparing();
  // As it was read ahead, a moment ago, or as it is.
  EtcdState state(core::BootTime now);

 private:
  struct Read {
    EtcdState state;
    core::BootTime at;
  };

  EtcdState read();

  etcd::Keys& keys_;
  const std::string prefix_;
  bool comparing_ = false;
  std::optional<core::BootTime> prepared_;
  std::optional<Read> read_;
};

}  // namespace heald::store
