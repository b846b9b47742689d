#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace heald::test {

// Tells how slow the machine was: a thread that does, again and again, what heald does around an
// attempt (wait, make a record durable, run a process) and remembers by how much each round was
// late. What heald is late by beyond a few rounds of that is heald's own fault.
class Canary {
 public:
  using Nanos = std::chrono::nanoseconds;

  // Writes a file of its own into the folder.
  explicit Canary(const std::string& folder);
  Canary(const Canary&) = delete;
  Canary& operator=(const Canary&) = delete;
  ~Canary();

  // The worst of the rounds that touch this stretch of time (both since 1970).
  Nanos worst(Nanos from, Nanos until) const;

 private:
  struct Round {
    Nanos begin;
    Nanos end;
    Nanos late;
  };
  void run(const std::string& file);

  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<Round> rounds_;
  std::thread thread_;
};

}  // namespace heald::test
