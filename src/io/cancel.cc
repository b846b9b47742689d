#include "io/cancel.h"

#include <sys/eventfd.h>

#include <atomic>
#include <mutex>
#include <utility>

#include "io/fd.h"

namespace heald::io {

class CancelState {
 public:
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }

  void cancel() {
    std::function<void()> then;
    {
      std::lock_guard lock(mutex_);
      cancelled_.store(true, std::memory_order_release);
      if (fd_.valid()) eventfd_write(fd_.get(), 1);
      then = std::exchange(then_, nullptr);
    }
    if (then) then();
  }

  void whenCancelled(std::function<void()> then) {
    {
      std::lock_guard lock(mutex_);
      if (!cancelled()) {
        then_ = std::move(then);
        return;
      }
    }
    then();
  }

  // Made on demand: most tokens are never waited for.
  int fd() {
    std::lock_guard lock(mutex_);
    if (!fd_.valid()) fd_.reset(eventfd(cancelled() ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK));
    return fd_.get();
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> cancelled_ = false;
  UniqueFd fd_;
  std::function<void()> then_;
};

bool CancelToken::cancelled() const {
  return state_ && state_->cancelled();
}
int CancelToken::fd() const {
  return state_ ? state_->fd() : -1;
}

void CancelToken::whenCancelled(std::function<void()> then) const {
  if (state_) state_->whenCancelled(std::move(then));
}

CancelSource::CancelSource() : state_(std::make_shared<CancelState>()) {}
void CancelSource::cancel() {
  state_->cancel();
}

}  // namespace heald::io
