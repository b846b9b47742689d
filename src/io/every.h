#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace heald::io {

// Does something again and again on a thread of its own, the first time after one interval. It ends
// at once with this, but for what is being done. `work` must not throw.
class Every {
 public:
  Every(std::chrono::milliseconds interval, std::function<void()> work);

 private:
  std::jthread thread_;
};

}  // namespace heald::io
