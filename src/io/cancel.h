#pragma once

#include <functional>
#include <memory>

namespace heald::io {

class CancelState;

// Tells a piece of work that nobody waits for it any more. Cheap to copy; all copies and the source
// share one state. Thread-safe. A default-constructed token is never cancelled.
class CancelToken {
 public:
  CancelToken() = default;

  bool cancelled() const;
  // Whether a source stands behind it at all.
  bool cancellable() const { return state_ != nullptr; }
  // Becomes readable when cancelled and stays so: for poll(), which ignores the -1 of a token that
  // is never cancelled. Also -1 while file descriptors have run out, so a waiter of a cancellable
  // token without descriptor looks at cancelled() every kBlindWaitMs. Lives as long as any copy.
  int fd() const;

  static constexpr int kBlindWaitMs = 100;
  // For one who waits for many: `then` is called once when it is cancelled, on the thread that
  // does, or at once when it is already. It must be quick, and not throw; another one takes its
  // place.
  void whenCancelled(std::function<void()> then) const;

 private:
  friend class CancelSource;
  explicit CancelToken(std::shared_ptr<CancelState> state) : state_(std::move(state)) {}

  std::shared_ptr<CancelState> state_;  // shared: the work may outlive whoever cancels it
};

// The side that cancels. Thread-safe; cancelling twice is cancelling once; there is no way back.
// Destroying a source does not cancel.
class CancelSource {
 public:
  CancelSource();

  CancelToken token() const { return CancelToken(state_); }
  void cancel();

 private:
  std::shared_ptr<CancelState> state_;
};

}  // namespace heald::io
