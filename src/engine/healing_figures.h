#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "engine/histogram.h"
#include "engine/snapshot.h"

namespace heald::engine {

// What healing counts, in this process: for metrics, and decided on by nobody.
struct HealingFigures {
  std::array<std::uint64_t, 4> events{};           // by EventSource
  std::array<std::uint64_t, 4> dropped{};          // by DropReason
  std::array<std::uint64_t, 3> alerts_rejected{};  // by AlertRejection
  std::uint64_t labels_refused = 0;
  Histogram event_wait{waitBuckets()};
  std::map<std::string, Histogram> durations;  // by kind; a kind once used stays

  void event(EventSource source, std::uint64_t by = 1) {
    events[static_cast<std::size_t>(source)] += by;
  }
  void drop(DropReason reason, std::uint64_t by = 1) {
    dropped[static_cast<std::size_t>(reason)] += by;
  }
  void reject(AlertRejection as, std::uint64_t by) {
    alerts_rejected[static_cast<std::size_t>(as)] += by;
  }
};

}  // namespace heald::engine
