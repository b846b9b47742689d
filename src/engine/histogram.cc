#include "engine/histogram.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace heald::engine {

namespace {

double secondsOf(core::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

constexpr int kPerDoubling = 1 << Histogram::kNativeSchema;
constexpr int kLast = 18 * kPerDoubling;

// The bucket's index as Prometheus' client libraries find it, so that a value that is a bound falls
// below it: among the bounds from 0.5 up to 1 for the fraction, and so many doublings beside.
int nativeIndex(double seconds) {
  static const std::array<double, kPerDoubling> bounds = [] {
    std::array<double, kPerDoubling> all{};
    for (int i = 0; i < kPerDoubling; ++i) {
      all[static_cast<std::size_t>(i)] = std::exp2(static_cast<double>(i) / kPerDoubling - 1);
    }
    return all;
  }();
  int exponent = 0;
  const double fraction = std::frexp(seconds, &exponent);
  const auto bound = std::lower_bound(bounds.begin(), bounds.end(), fraction);
  return std::min(static_cast<int>(bound - bounds.begin()) + (exponent - 1) * kPerDoubling, kLast);
}

}  // namespace

std::size_t Histogram::count(core::Duration duration) {
  const double seconds = secondsOf(duration);
  const auto bound = std::lower_bound(bounds_->begin(), bounds_->end(), seconds);
  const auto bucket = static_cast<std::size_t>(bound - bounds_->begin());
  ++counts_[bucket];
  ++count_;
  sum_seconds_ += seconds;
  countNative(seconds, 1);
  return bucket;
}

void Histogram::countNative(double seconds, std::uint64_t by) {
  if (seconds <= kNativeZero) {
    native_zeros_ += by;
  } else {
    addNative({nativeIndex(seconds), by});
  }
}

void Histogram::addNative(const NativeBucket& more) {
  const auto before = [](const NativeBucket& bucket, int wanted) { return bucket.index < wanted; };
  const auto place = std::lower_bound(native_.begin(), native_.end(), more.index, before);
  if (place != native_.end() && place->index == more.index) {
    place->count += more.count;
  } else {
    native_.insert(place, more);
  }
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
  if (count == 0) return;
  counts_[bucket] += count;
  count_ += count;
  countNative(bucket < bounds_->size() ? (*bounds_)[bucket] : 2 * bounds_->back(), count);
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i] += other.counts_[i];
  }
  count_ += other.count_;
  sum_seconds_ += other.sum_seconds_;
  native_zeros_ += other.native_zeros_;
  for (const NativeBucket& bucket : other.native_) {
    addNative(bucket);
  }
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
