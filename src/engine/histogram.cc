#include "engine/histogram.h"

#include <algorithm>

namespace heald::engine {

namespace {

double secondsOf(core::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::size_t Histogram::count(core::Duration duration) {
  const double seconds = secondsOf(duration);
  const auto bound = std::lower_bound(bounds_->begin(), bounds_->end(), seconds);
  const auto bucket = static_cast<std::size_t>(bound - bounds_->begin());
  ++counts_[bucket];
  ++count_;
  sum_seconds_ += seconds;
  return bucket;
}

std::size_t Histogram::observe(core::Duration duration) {
  return count(duration);
}

void Histogram::observe(core::Duration duration, std::uint64_t attempt, core::WallTime ended) {
  const std::size_t bucket = count(duration);
  exemplars_.resize(counts_.size());
  exemplars_[bucket] = {attempt, secondsOf(duration), ended};
}

void Histogram::restore(std::size_t bucket, std::uint64_t count) {
  counts_[bucket] += count;
  count_ += count;
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i] += other.counts_[i];
  }
  count_ += other.count_;
  sum_seconds_ += other.sum_seconds_;
}

std::optional<Exemplar> Histogram::exemplar(std::size_t bucket) const {
  if (bucket >= exemplars_.size() || exemplars_[bucket].attempt == 0) {
    return std::nullopt;
  }
  return exemplars_[bucket];
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

const std::vector<double>& timeToHealBuckets() {
  static const std::vector<double> bounds = {10,   30,   60,    120,   300,  600,
                                             1800, 3600, 14400, 43200, 86400};
  return bounds;
}

}  // namespace heald::engine
