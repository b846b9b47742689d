#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

namespace heald::api {

// Wakes whoever serves streams: there is more of the history. Thread-safe; notify() waits for
// nobody.
class ChangeSignal {
 public:
  void notify();
  // Nobody waits any more, now or later: what streams, ends.
  void close();
  bool closed() const;

  std::uint64_t count() const;  // of calls of notify()
  // Called with every notify() and close(), on their thread; must be quick, and call neither.
  // Once it was replaced, the old one is not called any more.
  void onNotify(std::function<void()> listener);

 private:
  mutable std::mutex mutex_;
  std::function<void()> listener_;
  std::uint64_t count_ = 0;
  bool closed_ = false;
};

}  // namespace heald::api
