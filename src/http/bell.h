#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace heald::http {

// Wakes those that wait for more of the history. Thread-safe; ringing never waits for them.
class Bell {
 public:
  void ring();
  // Nobody waits any more, now or later: what streams, ends.
  void close();
  bool closed() const;

  std::uint64_t rung() const;  // how often
  // Returns when it has rung more often than `seen`, was closed, or the time is over.
  void wait(std::uint64_t seen, std::chrono::milliseconds patience);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t rung_ = 0;
  bool closed_ = false;
};

}  // namespace heald::http
