#pragma once

#include <chrono>
#include <thread>

namespace heald::test {

// Waits until the condition holds, looking every few milliseconds; false when it did not in time.
// The one place where a test waits without being told when to wake.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace heald::test
