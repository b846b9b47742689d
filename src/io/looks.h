#pragma once

#include <functional>
#include <memory>

#include "core/time.h"
#include "io/cancel.h"
#include "io/look.h"

namespace heald::io {

// Looks (see Look) for whoever does not wait for their end. One thread does them all, as long as
// each takes a moment; while they hang, or just last, others come to its help. Whose time is over
// is seen by another thread, which sleeps while there is no look. Thread-safe.
class Looks {
  struct Run;
  struct Threads;
  struct Subject;

 public:
  // Called once, on a thread of this: it must be quick, not block and not throw.
  using Done = std::function<void(LookEnd)>;

  // What is looked at, for one Looks: while a look at it hangs, a later one waits, and times out
  // too. A copy is the same place.
  class Place {
   public:
    Place();

   private:
    friend class Looks;
    std::shared_ptr<Subject> subject_;  // shared with a thread that may hang
  };

  Looks();
  Looks(const Looks&) = delete;
  Looks& operator=(const Looks&) = delete;
  ~Looks() { stop(); }

  // As Look::run(), but for the time that `done` comes: up to kPatience after a timeout or a
  // cancellation. One that could not begin in its time, as the system gave no thread for it, ends
  // as kRefused. That, and kCancelled once this has stopped, may come on the caller's thread.
  void start(const Place& place, core::Duration timeout, CancelToken cancel,
             std::function<void()> look, Done done);
  // What has not ended ends as kCancelled, on the caller's thread. When this returns, no `done` is
  // called any more; a look that hangs goes on. Not from a `done`. May be called again.
  void stop();

  static constexpr std::chrono::milliseconds kPatience{100};

 private:
  std::shared_ptr<Threads> threads_;
};

}  // namespace heald::io
