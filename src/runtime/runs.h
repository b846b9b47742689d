#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "io/cancel.h"

namespace heald::runtime {

// What runs and may have to be ended: one by one, or all of it. Thread-safe.
class Runs {
 public:
  // The token of a run that begins; cancelled already once everything has been.
  io::CancelToken begin(std::uint64_t run);
  void end(std::uint64_t run);
  void cancel(std::uint64_t run);  // nothing when it has ended
  void cancelAll();                // and whatever begins later

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, io::CancelSource> sources_;
  bool all_ = false;
};

}  // namespace heald::runtime
