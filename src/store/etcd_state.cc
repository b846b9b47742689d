#include "store/etcd_state.h"

namespace heald::store {

EtcdState readEtcdState(etcd::Keys& keys, const std::string& prefix) {
  const std::string rows_at = prefix + "/rows/";
  const std::string staged_at = prefix + "/staged/";
  EtcdState state;
  const etcd::Range all = keys.list(prefix + "/");
  state.cluster = all.cluster;
  for (const etcd::KeyValue& kv : all.rows) {
    if (kv.key == prefix + "/head") {
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
