#include "simulation/replicated_store.h"

#include <string>
#include <utility>

#include "store/etcd_store.h"
#include "store/memory_store.h"

namespace heald::simulation {

ReplicatedStore::ReplicatedStore(SimulatedEtcd& etcd, int replica) : etcd_(etcd) {
  store::EtcdOptions options;
  options.prefix = "/heald";
  options.replica = std::to_string(replica);
  options.may_act = [] { return true; };
  options.deposed = [this](const std::string&) { deposed_ = true; };
  options.warn = [this](const std::string&) { untidy_ = true; };
  store_ = makeEtcdStore(std::move(options), std::make_unique<store::MemoryStore>(),
                         etcd.connect(replica));
}

WorldStore::Ended ReplicatedStore::commit(const engine::Changes& changes,
                                          const core::ClockStamp& now) {
  etcd_.tagNothing();
  if (untidy_ && !store_->probe(now).empty()) return {false, false, {}};
  untidy_ = false;
  const std::uint64_t number = retired_ ? 0 : etcd_.tagCommit();
  const std::string error = store_->commit(changes, now);
  untidy_ = untidy_ || !error.empty();
  const bool torn = error.ends_with(store::kInDoubt);
  if (!retired_ && (torn || error.empty())) etcd_.tear(torn ? number : 0);
  return {error.empty(), torn, {}};
}

WorldStore::Probed ReplicatedStore::probe(const engine::Changes& everything,
                                          const core::ClockStamp& now) {
  etcd_.tagNothing();
  bool works = store_->probe(now).empty();
  const bool anew = !works;
  if (anew) {
    if (!retired_) etcd_.tagUndoing();
    works = store_->reopen(everything, now).empty();
  }
  untidy_ = !works;
  if (works && !retired_) etcd_.tear(0);
  return {works, anew};
}

WorldStore::Opened ReplicatedStore::open(const core::ClockStamp& now) {
  etcd_.tagNothing();
  auto opened = store_->open(now);
  for (int tries = 0; !opened && tries < 100; ++tries) {
    etcd_.calm();
    opened = store_->open(now);
  }
  if (!opened) {
    etcd_.fail("no replica can take over: " + opened.error().message);
    return {};
  }
  return {*opened ? std::move(**opened) : engine::Saved{}, etcd_.settleTorn()};
}

}  // namespace heald::simulation
