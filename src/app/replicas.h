#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "config/model.h"
#include "etcd/election.h"
#include "io/log.h"
#include "runtime/clock.h"
#include "store/store.h"

namespace heald::app {

// What makes of this heald one of several replicas: the election, the store in etcd that it
// protects, and the deadline that supervisors hold actions to (io/run_deadline.h).
//
// A replica that has led and finds that another one has written since knows a state that is not
// true any more. Its process ends then, at once and without a word to anybody: what it runs is
// killed by the supervisors, and its service manager starts it anew as one that stands by. So there
// is one way of taking over, and it is the one of every start.
class Replicas {
 public:
  static constexpr int kDeposed = 75;  // the exit code: EX_TEMPFAIL of sysexits.h

  Replicas(const config::StoreOptions& options, const std::string& version,
           const std::string& config_hash, const runtime::Clock& clock, io::Log& log);
  ~Replicas();

  // The store is this object's to watch over, and ends before it.
  std::unique_ptr<store::Store> makeStore();
  // `changed`: who leads is another one than it was. On a thread of its own; must be quick.
  void start(std::function<void()> changed);
  // After the last commit: another replica takes over at once.
  void stop() { election_.stop(true); }

  etcd::Standing standing() const { return election_.standing(); }
  // The other replica that leads, in a few words; "" when none is known to.
  std::string leaderElsewhere() const;
  // Greater with each replica that takes over; 0 before this one has.
  std::uint64_t fence() const { return fence_; }
  // The whole process stops as it does on SIGTERM, and gives the lease up as soon as nothing is
  // decided and nothing runs any more: what it ran is over before another replica acts.
  void stepDown();
  int exitCode() const { return stepped_down_ ? kDeposed : 0; }

 private:
  std::string whyNot() const;
  void changed();
  [[noreturn]] void endDeposed(const std::string& reason);

  const config::StoreOptions options_;
  const runtime::Clock& clock_;
  io::Log& log_;
  etcd::Election election_;
  std::atomic<std::uint64_t> fence_ = 0;
  std::atomic<bool> stepped_down_ = false;
  std::function<void()> told_;
};

// The store that the configuration asks for; `replicas` is null without etcd.
std::unique_ptr<store::Store> makeStore(const config::StoreOptions& options, Replicas* replicas);

}  // namespace heald::app
