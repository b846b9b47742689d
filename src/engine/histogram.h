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

  friend bool operator==(const Exemplar&, const Exemplar&) = default;
};

// Counts of durations in fixed buckets, as Prometheus histograms want them. Bounds in seconds,
// ascending; the last bucket (+Inf) is the total. Copyable, so that a snapshot can carry it.
//
// Beside them the buckets of Prometheus' native histograms, of which only those are there that hold
// something: bucket i ends at 2^(i / 2^kNativeSchema) seconds, itself included, so that each is 9 %
// wider than the one before. What is not above kNativeZero counts in a bucket of its own, and what
// is beyond 2^18 s in the last; so there are 304 at most.
class Histogram {
 public:
  static constexpr int kNativeSchema = 3;
  static constexpr double kNativeZero = 1.0 / (1 << 20);  // seconds
  struct NativeBucket {
    int index = 0;
    std::uint64_t count = 0;
    friend bool operator==(const NativeBucket&, const NativeBucket&) = default;
  };
  friend bool operator==(const Histogram&, const Histogram&) = default;

  explicit Histogram(const std::vector<double>& bounds)
      : bounds_(&bounds), counts_(bounds.size() + 1) {}

  // Returns the bucket that it fell into.
  std::size_t observe(core::Duration duration);
  // The same, and the attempt becomes the exemplar of its bucket.
  void observe(core::Duration duration, std::uint64_t attempt, core::WallTime ended);

  const std::vector<NativeBucket>& native() const { return native_; }  // by index
  std::uint64_t nativeZeros() const { return native_zeros_; }

  // What was counted before a restart; the native bucket is the one that holds the bound.
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
  void countNative(double seconds, std::uint64_t by);
  void addNative(const NativeBucket& more);

  const std::vector<double>* bounds_;  // static storage: one of those below
  std::vector<std::uint64_t> counts_;
  std::vector<Exemplar> exemplars_;  // per bucket, attempt 0 is none; empty before the first
  std::vector<NativeBucket> native_;
  std::uint64_t native_zeros_ = 0;
  std::uint64_t count_ = 0;
  double sum_seconds_ = 0;
};

const std::vector<double>& checkBuckets();    // 1 ms to 60 s
const std::vector<double>& healingBuckets();  // 100 ms to 30 min: an attempt with its verification
const std::vector<double>& waitBuckets();     // 1 ms to 10 min: from event to attempt
const std::vector<double>& timeToHealBuckets();  // 10 s to 1 day: from unhealthy to healthy again

}  // namespace heald::engine
