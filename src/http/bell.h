#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

namespace heald::http {

// Tells whoever serves streams that there is more of the history. Thread-safe; ringing waits for
// nobody.
class Bell {
 public:
  void ring();
  // Nobody waits any more, now or later: what streams, ends.
  void close();
  bool closed() const;

  std::uint64_t rung() const;  // how often
  // Called with every ring and the close, on the thread that rings; must be quick, and not ring.
  // Once it was replaced, the old one is not called any more.
  void onRing(std::function<void()> told);

 private:
  mutable std::mutex mutex_;
  std::function<void()> told_;
  std::uint64_t rung_ = 0;
  bool closed_ = false;
};

}  // namespace heald::http
