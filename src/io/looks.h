#pragma once

#include <functional>
#include <memory>

#include "core/time.h"
#include "io/cancel.h"

namespace heald::io {

// How a look has ended for who asked for it. kDone: it has ended, and what it wrote may be read.
// kTimeout, kCancelled: it may go on. kRefused: nothing was looked at, as no thread was there for
// it, or for the one before it, in its time.
enum class LookEnd { kDone, kTimeout, kCancelled, kRefused };

// Looks at what may hang in the kernel, where no timeout reaches it: a file on a dead mount, a
// process whose memory is locked. A thread that hangs there cannot be ended: it stays until the
// kernel lets it go, and whoever asked is told that the time is over. One thread does all looks, as
// long as each takes a moment; while they hang, or just last, others come to its help. Whose time
// is over is seen by another thread, which sleeps while there is no look. Thread-safe.
class Looks {
  struct Run;
  struct Threads;
  struct Subject;

 public:
  // Called once, on a thread of this: it must be quick, not block and not throw.
  using Done = std::function<void(LookEnd)>;

  // What is looked at, for one Looks: while a look at it hangs, a later one waits, and times out
  // too. So there is at most one thread that hangs for each. A copy is the same place.
  class Place {
   public:
    Place();

   private:
    friend class Looks;
    std::shared_ptr<Subject> subject_;  // shared with a thread that may hang
  };

  // What begins a thread that looks, and throws std::system_error when the system gives none.
  // Another one for tests.
  using BeginThread = std::function<void(std::function<void()>)>;

  Looks();
  explicit Looks(BeginThread begin);
  Looks(const Looks&) = delete;
  Looks& operator=(const Looks&) = delete;
  ~Looks() { stop(); }

  // `look` may go on when `done` is called, so it owns all that it touches. It must not throw.
  // `done` comes up to kPatience after a timeout or a cancellation; kRefused, and kCancelled once
  // this has stopped, may come on the caller's thread.
  void start(const Place& place, core::Duration timeout, CancelToken cancel,
             std::function<void()> look, Done done);
  // For who may wait: blocks until it has ended. Not from a look or a `done`.
  LookEnd run(const Place& place, core::Duration timeout, CancelToken cancel,
              std::function<void()> look);
  // What has not ended ends as kCancelled, on the caller's thread. When this returns, no `done` is
  // called any more; a look that hangs goes on. Not from a `done`. May be called again.
  void stop();

  static constexpr std::chrono::milliseconds kPatience{100};

 private:
  std::shared_ptr<Threads> threads_;
};

}  // namespace heald::io
