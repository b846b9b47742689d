#include "store/stats.h"

namespace heald::store {

std::string_view toString(Operation operation) {
  switch (operation) {
    case Operation::kLoad:
      return "load";
    case Operation::kCommit:
      return "commit";
    case Operation::kProbe:
      return "probe";
  }
  return "probe";
}

std::string_view toString(Cause cause) {
  switch (cause) {
    case Cause::kDiskFull:
      return "disk_full";
    case Cause::kReadOnly:
      return "read_only";
    case Cause::kLocked:
      return "locked";
    case Cause::kDamaged:
      return "damaged";
    case Cause::kOther:
      break;
  }
  return "other";
}

const std::vector<double>& operationBuckets() {
  static const std::vector<double> bounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                             0.025,  0.05,    0.1,    0.25,  0.5,    1};
  return bounds;
}

void StatsRecorder::ended(Operation operation, std::optional<Cause> failed, core::Duration took) {
  const std::lock_guard lock(mutex_);
  OperationStats& stats = stats_.operations[static_cast<std::size_t>(operation)];
  ++stats.count;
  stats.failures += failed ? 1 : 0;
  stats.duration.observe(took);
  if (!failed || !stats_.failing) {
    stats_.failing = failed;
  }
}

void StatsRecorder::setSize(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  stats_.size_bytes = bytes;
}

void StatsRecorder::setReserve(std::uint64_t bytes, bool on_reserve) {
  const std::lock_guard lock(mutex_);
  stats_.reserve_bytes = bytes;
  stats_.on_reserve = on_reserve;
}

Stats StatsRecorder::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace heald::store
