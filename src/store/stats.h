#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "engine/histogram.h"

namespace heald::store {

enum class Operation : std::uint8_t { kLoad, kCommit, kProbe };
inline constexpr std::size_t kOperationCount = 3;
std::string_view toString(Operation operation);  // "load", "commit", "probe": the metric label

// Why the store cannot be written, as far as a program can tell.
enum class Cause : std::uint8_t { kDiskFull, kReadOnly, kLocked, kDamaged, kOther };
inline constexpr Cause kCauses[] = {Cause::kDiskFull, Cause::kReadOnly, Cause::kLocked,
                                    Cause::kDamaged, Cause::kOther};
std::string_view toString(Cause cause);  // "disk_full", "read_only", "locked", …: the metric label

const std::vector<double>& operationBuckets();  // 100 us to 1 s, in seconds

struct OperationStats {
  std::uint64_t count = 0;     // ended, well or not
  std::uint64_t failures = 0;  // of them
  engine::Histogram duration{operationBuckets()};
};

// What a store has done since the process started; a reopen counts as a load. Only ever grows,
// except for the size.
struct Stats {
  std::array<OperationStats, kOperationCount> operations;  // by Operation
  std::uint64_t size_bytes = 0;  // with its journal, after the last success
  // The first cause of the present failure; none while the store works.
  std::optional<Cause> failing;
  std::uint64_t reserve_bytes = 0;  // held for a full disk; 0 while it is given up
  bool on_reserve = false;          // the disk is full
};

// Gathers Stats. Thread-safe: a scrape reads while another thread commits.
class StatsRecorder {
 public:
  // `failed`: why, or nothing.
  void ended(Operation operation, std::optional<Cause> failed, core::Duration took);
  void setSize(std::uint64_t bytes);
  void setReserve(std::uint64_t bytes, bool on_reserve);
  Stats stats() const;

 private:
  mutable std::mutex mutex_;
  Stats stats_;
};

}  // namespace heald::store
