#pragma once

#include <memory>

#include "simulation/simulated_etcd.h"
#include "simulation/world_store.h"
#include "store/store.h"

namespace heald::simulation {

// The store of one replica: the product's own (store/etcd_store.h), on a simulated etcd. Whether it
// may try to act is never in its way: every replica always tries, as if each lease were wrong.
class ReplicatedStore : public WorldStore {
 public:
  ReplicatedStore(SimulatedEtcd& etcd, int replica);
  ReplicatedStore(const ReplicatedStore&) = delete;
  ReplicatedStore& operator=(const ReplicatedStore&) = delete;

  Ended commit(const engine::Changes& changes, const core::ClockStamp& now) override;
  Probed probe(const engine::Changes& everything, const core::ClockStamp& now) override;
  // Takes over. Asks until etcd answers.
  Opened open(const core::ClockStamp& now) override;

  // Another replica has taken over: what this one still tries concerns nobody.
  void retire() { retired_ = true; }
  // It has found that another replica has taken over; its process would end.
  bool deposed() const { return deposed_; }

 private:
  SimulatedEtcd& etcd_;
  std::unique_ptr<store::Store> store_;
  bool untidy_ = false;  // the last call has left something to be done
  bool retired_ = false;
  bool deposed_ = false;
};

}  // namespace heald::simulation
