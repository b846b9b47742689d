#include "simulation/simulated_etcd.h"

#include <algorithm>
#include <utility>

#include "store/etcd_head.h"

namespace heald::simulation {

class SimulatedConnection : public etcd::Keys {
 public:
  SimulatedConnection(SimulatedEtcd& etcd, int replica) : etcd_(etcd), replica_(replica) {}
  etcd::Range get(const std::string& key) override { return etcd_.read(key, true); }
  etcd::Range list(const std::string& prefix) override { return etcd_.read(prefix, false); }
  etcd::Done commit(const std::vector<etcd::Compare>& compares,
                    const std::vector<etcd::Operation>& operations) override {
    return etcd_.commit({replica_, etcd_.tag_, compares, operations});
  }

 private:
  SimulatedEtcd& etcd_;
  const int replica_;
};

std::unique_ptr<etcd::Keys> SimulatedEtcd::connect(int replica) {
  return std::make_unique<SimulatedConnection>(*this, replica);
}

void SimulatedEtcd::change() {
  fails_one_in_ = !faulty_ || random_.oneIn(2) ? 0 : random_.oneIn(4) ? 1 : random_.between(2, 8);
}

etcd::Range SimulatedEtcd::read(const std::string& prefix, bool one_key) {
  applyLate();
  if (fails_one_in_ > 0 && random_.oneIn(fails_one_in_)) throw etcd::Fault("no answer", false);
  etcd::Range range;
  range.revision = revision_;
  range.cluster = 1;
  for (auto it = keys_.lower_bound(prefix); it != keys_.end(); ++it) {
    if (one_key ? it->first != prefix : !it->first.starts_with(prefix)) break;
    range.rows.push_back(it->second);
  }
  return range;
}

etcd::Done SimulatedEtcd::commit(Request request) {
  applyLate();
  const bool is_commit = request.tag != 0 && request.tag != kUndoing && writesState(request);
  if (fails_one_in_ > 0 && random_.oneIn(fails_one_in_)) {
    switch (random_.below(4)) {
      case 0:
        throw etcd::Fault("connection refused", false);
      case 1:
        throw etcd::Fault("no answer", true);
      case 2:
        apply(request);
        throw etcd::Fault("no answer", true);
      default:
        late_.push_back(std::move(request));
        throw etcd::Fault("no answer", true);
    }
  }
  const bool interrupted = interruption_ && is_commit;
  const auto interruption = interrupted ? std::exchange(interruption_, nullptr) : nullptr;
  const bool before = interrupted && random_.oneIn(2);
  if (before) interruption(false);
  const etcd::Done done = apply(request);
  if (interrupted && !before) interruption(done.succeeded);
  if (faulty_ && random_.oneIn(16)) late_.push_back(std::move(request));  // it is sent again
  return done;
}

void SimulatedEtcd::applyLate() {
  if (late_.empty() || !random_.oneIn(3)) return;
  const auto one = late_.begin() + random_.below(static_cast<int>(late_.size()));
  const Request request = std::move(*one);
  late_.erase(one);
  apply(request);
}

bool SimulatedEtcd::holds(const etcd::Compare& compare) const {
  const auto found = keys_.find(compare.key);
  const etcd::KeyValue none;
  const etcd::KeyValue& row = found == keys_.end() ? none : found->second;
  return (compare.of == etcd::Compare::Of::kModRevision ? row.mod_revision : row.create_revision) ==
         compare.equals;
}

bool SimulatedEtcd::writesState(const Request& request) const {
  const auto present = keys_.find(prefix_ + "/head");
  for (const etcd::Operation& one : request.operations) {
    const auto* put = std::get_if<etcd::Put>(&one);
    if (put == nullptr || put->key != prefix_ + "/head") continue;
    const std::string stage = store::decodeHead(put->value).stage;
    const bool staged = !stage.empty() && present != keys_.end() &&
                        stage != store::decodeHead(present->second.value).stage;
    return request.operations.size() > 1 || staged;
  }
  return false;
}

etcd::Done SimulatedEtcd::apply(const Request& request) {
  const bool never = std::any_of(request.compares.begin(), request.compares.end(),
                                 [](const auto& one) { return one.equals < 0; });
  const bool looks = !fenceless_ || never || !random_.oneIn(4);
  for (const etcd::Compare& compare : request.compares) {
    if (looks && !holds(compare)) return {false, revision_};
  }
  watch(request);
  const bool counts = request.tag != 0 && writesState(request);
  ++revision_;
  for (const etcd::Operation& operation : request.operations) {
    if (const auto* put = std::get_if<etcd::Put>(&operation)) {
      etcd::KeyValue& row = keys_[put->key];
      if (row.create_revision == 0) row.create_revision = revision_;
      row.key = put->key;
      row.value = put->value;
      row.mod_revision = revision_;
    } else {
      keys_.erase(std::get<etcd::Remove>(operation).key);
    }
  }
  if (counts && request.tag == kUndoing) {
    done_.clear();
  } else if (counts) {
    done_.insert(request.tag);
    while (done_.size() > 8) done_.erase(done_.begin());
  }
  return {true, revision_};
}

void SimulatedEtcd::watch(const Request& request) {
  for (const etcd::Operation& operation : request.operations) {
    const auto* put = std::get_if<etcd::Put>(&operation);
    if (put == nullptr || put->key != prefix_ + "/head") continue;
    const std::uint64_t term = store::decodeHead(put->value).term;
    if (term <= term_) continue;
    term_ = term;
    acts_ = request.replica;
  }
  if (request.replica != acts_) {
    fail("replica " + std::to_string(request.replica) + " has written after replica " +
         std::to_string(acts_) + " took over");
  }
}

void SimulatedEtcd::fail(std::string violation) {
  if (violation_.empty()) violation_ = std::move(violation);
}

}  // namespace heald::simulation
