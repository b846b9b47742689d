#include "engine/histogram.h"

#include <algorithm>

namespace heald::engine {

void Histogram::observe(core::Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  const auto bucket = std::lower_bound(bounds_->begin(), bounds_->end(), seconds);
  ++counts_[static_cast<std::size_t>(bucket - bounds_->begin())];
  ++count_;
  sum_seconds_ += seconds;
}

const std::vector<double>& checkBuckets() {
  static const std::vector<double> bounds = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60};
  return bounds;
}

const std::vector<double>& healingBuckets() {
  static const std::vector<double> bounds = {0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800};
  return bounds;
}

const std::vector<double>& waitBuckets() {
  static const std::vector<double> bounds = {0.001, 0.01, 0.1, 1, 5, 10, 60, 300, 600};
  return bounds;
}

}  // namespace heald::engine
