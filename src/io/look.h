#pragma once

#include <functional>
#include <memory>

#include "core/time.h"
#include "io/cancel.h"

namespace heald::io {

enum class LookEnd { kDone, kTimeout, kCancelled, kRefused };

// A look at something that may hang in the kernel, where no timeout reaches it: a file on a dead
// mount, a process whose memory is locked. It runs on a thread of its own, and whoever waits for it
// goes away when the time is over. That thread cannot be ended: it stays until the kernel lets it
// go. So there is at most one for each object: while an earlier look hangs, a later one waits for
// it, and times out too. Thread-safe.
class Look {
 public:
  Look();

  // `look` may go on when this has returned (kTimeout, kCancelled), so it owns all that it touches.
  // It has ended, and what it wrote may be read, when this is kDone. kRefused: the system gives no
  // thread. It must not throw.
  LookEnd run(core::Duration timeout, const CancelToken& cancel, std::function<void()> look) const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with a thread that may hang
};

}  // namespace heald::io
