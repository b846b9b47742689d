#pragma once

#include <cstdint>
#include <map>
#include <string>

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

// Throws Fault, or etcd::Fault.
EtcdState readEtcdState(etcd::Keys& keys, const std::string& prefix);

}  // namespace heald::store
