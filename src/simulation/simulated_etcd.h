#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "etcd/client.h"
#include "simulation/random.h"

namespace heald::simulation {

// etcd in a random world, for replicas that each have a connection of their own. It keeps what it
// promises: a transaction is done as a whole or not at all, one after the other. Everything between
// it and who asks may fail: a request is refused, its answer is lost, it is done much later or
// twice.
//
// And it watches the fence. A replica that writes the head with a greater term has taken over; when
// another one of before changes anything after that, it is a violation.
class SimulatedEtcd {
 public:
  SimulatedEtcd(std::uint64_t seed, std::string prefix)
      : random_(seed), prefix_(std::move(prefix)) {}

  std::unique_ptr<etcd::Keys> connect(int replica);
  // Another mood: it works; now and then a request fails; nothing is answered.
  void change();
  void calm() { fails_one_in_ = 0; }
  void setFaulty(bool faulty) { faulty_ = faulty; }
  // Comparisons are not looked at, now and then: a fault to be found.
  void loseTheFence() { fenceless_ = true; }

  // What the next requests belong to. Of them the one that writes the head with rows, or with the
  // name of a stage, is the commit; others ask what has become of it.
  std::uint64_t tagCommit() { return tag_ = ++commits_; }
  // Everything is written over: what was done before does not count any more.
  void tagUndoing() { tag_ = kUndoing; }
  void tagNothing() { tag_ = 0; }
  // The commit of this number is in doubt; 0: none is.
  void tear(std::uint64_t commit) { torn_ = commit; }
  // Whether it was done. None is in doubt any more.
  bool settleTorn() { return done_.contains(std::exchange(torn_, 0)); }

  // Called once, when the head is about to be written (false) or was, before the answer (true).
  using Interruption = std::function<void(bool done)>;
  void interruptNextCommit(Interruption interruption) { interruption_ = std::move(interruption); }

  const std::string& violation() const { return violation_; }
  void fail(std::string violation);

 private:
  friend class SimulatedConnection;
  static constexpr std::uint64_t kUndoing = ~std::uint64_t{0};

  struct Request {
    int replica = 0;
    std::uint64_t tag = 0;
    std::vector<etcd::Compare> compares;
    std::vector<etcd::Operation> operations;
  };
  etcd::Range read(const std::string& prefix, bool one_key);
  etcd::Done commit(Request request);
  etcd::Done apply(const Request& request);
  bool holds(const etcd::Compare& compare) const;
  bool writesState(const Request& request) const;
  void applyLate();
  void watch(const Request& request);

  Random random_;
  const std::string prefix_;
  std::map<std::string, etcd::KeyValue> keys_;
  std::int64_t revision_ = 1;
  std::vector<Request> late_;
  bool faulty_ = false;
  bool fenceless_ = false;
  int fails_one_in_ = 0;  // 0: never, 1: always
  std::uint64_t tag_ = 0;
  std::uint64_t commits_ = 0;
  std::uint64_t torn_ = 0;
  std::set<std::uint64_t> done_;
  int acts_ = 0;  // the replica that has taken over last
  std::uint64_t term_ = 0;
  Interruption interruption_;
  std::string violation_;
};

}  // namespace heald::simulation
