#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"

namespace heald::engine {

// An observation that stands for others of its bucket: which attempt it was, and when it ended.
struct Exemplar {
  std::uint64_t attempt = 0;
  double seconds = 0;
  core::WallTime at;
};

// Counts of durations in fixed buckets, as Prometheus histograms want them. Bounds in seconds,
// ascending; the last bucket (+Inf) is the total. Copyable, so that a snapshot can carry it.
class Histogram {
 public:
  explicit Histogram(const std::vector<double>& bounds)
      : bounds_(&bounds), counts_(bounds.size() + 1) {}

  // Returns the bucket that it fell into.
  std::size_t observe(core::Duration duration);
  // The same, and the attempt becomes the exemplar of its bucket.
  void observe(core::Duration duration, std::uint64_t attempt, core::WallTime ended);

  // What was counted before a restart.
  void restore(std::size_t bucket, std::uint64_t count);
  void restoreSum(double seconds) { sum_seconds_ += seconds; }
  // What another of the same bounds has counted, without its exemplars.
  void add(const Histogram& other);

  const std::vector<double>& bounds() const { return *bounds_; }
  const std::vector<std::uint64_t>& counts() const {
    return counts_;
  }  // per bucket, not cumulative
  // Of a bucket, +Inf included: the last attempt in it; none when no attempt was named.
  std::optional<Exemplar> exemplar(std::size_t bucket) const;
  std::uint64_t count() const { return count_; }
  double sumSeconds() const { return sum_seconds_; }

 private:
  std::size_t count(core::Duration duration);  // the bucket it fell into

  const std::vector<double>* bounds_;  // static storage: one of those below
  std::vector<std::uint64_t> counts_;
  std::vector<Exemplar> exemplars_;  // per bucket, attempt 0 is none; empty before the first
  std::uint64_t count_ = 0;
  double sum_seconds_ = 0;
};

const std::vector<double>& checkBuckets();    // 1 ms to 60 s
const std::vector<double>& healingBuckets();  // 100 ms to 30 min: an attempt with its verification
const std::vector<double>& waitBuckets();     // 1 ms to 10 min: from event to attempt
const std::vector<double>& timeToHealBuckets();  // 10 s to 1 day: from unhealthy to healthy again

}  // namespace heald::engine
