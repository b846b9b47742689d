#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/time.h"
#include "etcd/client.h"

namespace heald::etcd {

// What the replicas tell one another of themselves.
struct Replica {
  std::string name;
  std::string url;      // of its control plane, for people and healdctl; "" when it says none
  std::string version;  // of heald
  std::string config;   // the hash of its configuration

  friend bool operator==(const Replica&, const Replica&) = default;
};

// The present state of it, as one replica sees it.
struct Standing {
  Replica self;
  bool leads = false;
  std::optional<Replica> leader;  // as last heard of; nothing: there is none, or nobody knows
  std::vector<Replica> replicas;  // by name, this one included
  core::BootTime lease_until{};   // nothing may run here behind it; of a leader
  std::uint64_t transitions = 0;  // how often this replica has begun to lead
  std::uint64_t failures = 0;     // requests to etcd that came to nothing
  std::string trouble = {};       // why etcd cannot be asked now; "" when it answers
};

struct ElectionOptions {
  Address address;
  std::string prefix;  // of all keys, without a slash at its end
  std::chrono::seconds lease{10};
  Replica self;
  std::function<core::BootTime()> now;
  // Where leaseUntil() is kept, for others to read; outlives the election. Null: in the election.
  std::atomic<std::int64_t>* act_until = nullptr;
};

// Decides which of several replicas tries to act, by a lease and a key of etcd that lives as long
// as the lease. It decides no more than who *tries*: that nobody else acts is what the comparison
// in each commit is for (store/etcd_store.h).
//
// A thread of its own renews the lease three times in its life. `leaseUntil()` is when everything
// that was started here has to be over unless another renewal succeeds: the lease's life from the
// moment the last renewal was sent, less a tenth for clocks that run at different rates. So when
// etcd lets another replica lead, nothing of this one runs any more.
//
// Keys: PREFIX/leader, and PREFIX/replicas/NAME for each replica, with a Replica as JSON.
// Thread-safe, but for start and stop.
class Election {
 public:
  explicit Election(ElectionOptions options);
  ~Election();  // stops
  Election(const Election&) = delete;
  Election& operator=(const Election&) = delete;

  // `changed` is called on the election's thread when this replica begins to lead, no longer does,
  // or learns of another leader. It must be quick, and not call back.
  void start(std::function<void()> changed);
  // Ends the thread. The lease ends too when `release`d: another replica leads within milliseconds.
  void stop(bool release);
  void describe(Replica self);  // from now on

  Standing standing() const;
  // A moment of the boot clock in nanoseconds; 0 while this replica does not lead.
  std::int64_t leaseUntil() const { return lease_until_->load(std::memory_order_acquire); }
  bool mayAct() const { return leaseUntil() > options_.now().time_since_epoch().count(); }

 private:
  void run();
  core::Duration round();
  void requireLease();
  void describeItself();
  void renewed(core::BootTime sent);
  void actUntil(core::BootTime until);
  void look();
  void stand(bool has_key);
  void lost();
  bool leads() const;
  Replica self() const;
  bool stopping() const;
  void tellChange();

  ElectionOptions options_;
  Client client_;
  std::function<void()> changed_;
  std::int64_t lease_ = 0;       // of the thread alone, as are these
  core::BootTime renewed_at_{};  // when the last renewal was sent
  std::int64_t looked_at_ = 0;   // the revision of etcd
  bool described_ = false;       // our own key says what we are
  std::optional<Standing> told_;
  std::atomic<std::int64_t> own_lease_until_{0};
  std::atomic<std::int64_t>* const lease_until_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Standing standing_;
  bool stopping_ = false;
  bool release_ = false;
  std::thread thread_;
};

}  // namespace heald::etcd
