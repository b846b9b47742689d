#include "etcd/election.h"

#include <algorithm>
#include <utility>

#include "etcd/replica_json.h"

namespace heald::etcd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A renewal that is late is tried again this often, in all that is left of the lease.
constexpr milliseconds kAgain(200);
// A watch has no heartbeat: one that has heard nothing for so long is begun anew.
constexpr milliseconds kWatch(500);

std::string leaderKey(const ElectionOptions& options) {
  return options.prefix + "/leader";
}
std::string replicasUnder(const ElectionOptions& options) {
  return options.prefix + "/replicas/";
}

// Requests have to leave time for another endpoint, and for another try.
core::Duration patienceOf(std::chrono::seconds lease) {
  return std::min<core::Duration>(seconds(1), core::Duration(lease) / 4);
}

}  // namespace

Election::Election(ElectionOptions options)
    : options_(std::move(options)),
      client_(options_.address, patienceOf(options_.lease)),
      lease_until_(options_.act_until ? options_.act_until : &own_lease_until_) {
  lease_until_->store(0, std::memory_order_release);
}

Election::~Election() {
  stop(false);
}

void Election::start(std::function<void()> changed) {
  changed_ = std::move(changed);
  thread_ = std::thread([this] { run(); });
}

void Election::stop(bool release) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    release_ = release;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Election::describe(Replica self) {
  const std::lock_guard lock(mutex_);
  options_.self = std::move(self);
  described_ = false;
}

Standing Election::standing() const {
  const std::lock_guard lock(mutex_);
  Standing standing = standing_;
  standing.self = options_.self;
  standing.lease_until = core::BootTime(core::Duration(leaseUntil()));
  return standing;
}

void Election::run() {
  for (;;) {
    core::Duration wait = kAgain;
    std::string trouble;
    try {
      wait = round();
    } catch (const Fault& fault) {
      trouble = fault.what();
    }
    if (leads() && !mayAct()) lost();
    std::unique_lock lock(mutex_);
    if (!trouble.empty()) ++standing_.failures;
    standing_.trouble = trouble;
    lock.unlock();
    tellChange();
    lock.lock();
    wake_.wait_for(lock, wait, [this] { return stopping_; });
    if (!stopping_) continue;
    const bool gives_up = release_ && lease_ != 0;
    lock.unlock();
    if (!gives_up) return;
    lost();
    try {
      client_.revoke(std::exchange(lease_, 0));
    } catch (const Fault&) {  // it ends by itself then
    }
    return;
  }
}

// One step; returns how long nothing has to be done.
core::Duration Election::round() {
  requireLease();
  look();
  if (leads()) return core::Duration(options_.lease) / 3;
  if (!standing().leader || stopping()) return kAgain;
  // Nobody writes that key while there is a leader: it has gone.
  if (client_.watch(leaderKey(options_), looked_at_, kWatch) && !stopping()) stand(false);
  // Who else there is can wait: etcd has a takeover to do.
  return leads() ? kAgain : milliseconds(0);
}

// When etcd renews the lease and its answer is lost, this replica must not act, and no other can
// take over while that goes on. So after a renewal without an answer, etcd has to answer another
// request before the next one is sent.
void Election::requireLease() {
  if (unanswered_) (void)client_.get(leaderKey(options_));
  const core::BootTime sent = options_.now();
  if (lease_ != 0 && sent - renewed_at_ >= core::Duration(options_.lease) / 4) {
    unanswered_ = true;
    const bool lives = client_.renew(lease_);
    unanswered_ = false;
    if (lives) {
      renewed(sent);
    } else {
      lease_ = 0;
      lost();
    }
  }
  if (lease_ == 0) {
    lease_ = client_.grant(options_.lease);
    renewed_at_ = sent;
    const std::lock_guard lock(mutex_);
    described_ = false;
  }
  describeItself();
}

void Election::describeItself() {
  Replica self;
  {
    const std::lock_guard lock(mutex_);
    if (described_) return;
    self = options_.self;
  }
  client_.commit({}, {Put{replicasUnder(options_) + self.name, encoded(self), lease_}});
  const std::lock_guard lock(mutex_);
  described_ = self == options_.self;
}

void Election::renewed(core::BootTime sent) {
  renewed_at_ = sent;
  if (leads()) actUntil(sent + core::Duration(options_.lease) * 9 / 10);
}

void Election::actUntil(core::BootTime until) {
  lease_until_->store(until.time_since_epoch().count(), std::memory_order_release);
}

// Who leads; and when nobody does, this replica tries to.
void Election::look() {
  const Range found = client_.get(leaderKey(options_));
  looked_at_ = found.revision;
  std::vector<Replica> replicas;
  for (const KeyValue& row : client_.list(replicasUnder(options_)).rows) {
    replicas.push_back(replicaOf(row.value, row.key.substr(replicasUnder(options_).size())));
  }
  std::optional<Replica> leader;
  if (!found.rows.empty()) leader = replicaOf(found.rows.front().value, "an unknown replica");
  const bool ours = leader && found.rows.front().lease == lease_;
  if (leads() && !ours) lost();
  {
    const std::lock_guard lock(mutex_);
    standing_.replicas = std::move(replicas);
    standing_.leader = leader;
  }
  // Ours already, and not known to be: the answer to the request for it was lost.
  if (!leads() && (ours || (!leader && !stopping()))) stand(ours);
}

void Election::stand(bool has_key) {
  core::BootTime sent = renewed_at_;
  if (options_.now() - sent > core::Duration(options_.lease) / 2) {
    sent = options_.now();
    if (!client_.renew(lease_)) {
      lease_ = 0;
      return;
    }
  }
  const Replica self = this->self();
  // Not done: another was faster. In doubt: the next look tells.
  if (!has_key && !client_
                       .commit({{leaderKey(options_), Compare::Of::kCreateRevision, 0}},
                               {Put{leaderKey(options_), encoded(self), lease_}})
                       .succeeded) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    standing_.leads = true;
    standing_.leader = self;
    ++standing_.transitions;
  }
  renewed(sent);
}

void Election::lost() {
  lease_until_->store(0, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  if (std::exchange(standing_.leads, false)) standing_.leader.reset();
}

bool Election::leads() const {
  const std::lock_guard lock(mutex_);
  return standing_.leads;
}

Replica Election::self() const {
  const std::lock_guard lock(mutex_);
  return options_.self;
}

bool Election::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Election::tellChange() {
  std::function<void()> tell;
  {
    const std::lock_guard lock(mutex_);
    const bool same = told_ && told_->leads == standing_.leads && told_->leader == standing_.leader;
    if (same) return;
    told_ = standing_;
  }
  if (changed_) changed_();
}

}  // namespace heald::etcd
