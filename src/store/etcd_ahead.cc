#include "store/etcd_ahead.h"

#include <chrono>
#include <exception>
#include <utility>

#include "store/fault.h"

namespace heald::store {
namespace {

constexpr std::chrono::seconds kPrepareAgain(30);  // libcurl closes what was idle for two minutes
// Whoever has won by then has written the head.
constexpr std::chrono::seconds kReadLasts(1);

}  // namespace

void EtcdAhead::prepare(core::BootTime now, bool vacant) {
  read_.reset();
  if (!vacant && prepared_ && now - *prepared_ < kPrepareAgain) return;
  prepared_ = now;
  try {
    requireComparing();
    if (vacant) {
      read_ = {read(), now};
    } else {
      (void)keys_.get(prefix_ + "/head");
    }
  } catch (const std::exception&) {
  }
}

// A misspelt compare is none for etcd's gateway, and every transaction is done: a fence that is not
// there. So one that has to fail is tried.
void EtcdAhead::requireComparing() {
  if (comparing_) return;
  const std::string head = prefix_ + "/head";
  const etcd::Compare never{head, etcd::Compare::Of::kModRevision, -1};
  const etcd::Compare nor{head, etcd::Compare::Of::kCreateRevision, -1};
  if (keys_.commit({never}, {}).succeeded || keys_.commit({nor}, {}).succeeded) {
    throw Fault("this etcd does what it is asked though the comparison does not hold");
  }
  comparing_ = true;
}

EtcdState EtcdAhead::state(core::BootTime now) {
  std::optional<Read> ahead = std::exchange(read_, std::nullopt);
  return ahead && now - ahead->at < kReadLasts ? std::move(ahead->state) : read();
}

EtcdState EtcdAhead::read() {
  const std::string rows_at = prefix_ + "/rows/";
  const std::string staged_at = prefix_ + "/staged/";
  EtcdState state;
  const etcd::Range all = keys_.list(prefix_ + "/");
  state.cluster = all.cluster;
  for (const etcd::KeyValue& kv : all.rows) {
    if (kv.key == prefix_ + "/head") {
      state.head = decodeHead(kv.value);
      state.head_revision = kv.mod_revision;
    } else if (kv.key.starts_with(rows_at)) {
      state.rows[kv.key.substr(rows_at.size())] = kv.value;
    } else if (kv.key.starts_with(staged_at)) {
      state.staged[kv.key] = kv.value;
    }
  }
  return state;
}

}  // namespace heald::store
