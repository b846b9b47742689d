#include "io/look.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace heald::io {

struct Look::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool idle = true;
};

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kCancelPatience(100);

}  // namespace

Look::Look() : state_(std::make_shared<State>()) {}

LookEnd Look::run(core::Duration timeout, const CancelToken& cancel,
                  std::function<void()> look) const {
  const auto deadline = Clock::now() + timeout;
  std::unique_lock lock(state_->mutex);
  const auto await = [&](const bool& ready) {
    while (!ready && !cancel.cancelled() && Clock::now() < deadline) {
      state_->changed.wait_until(lock, std::min(deadline, Clock::now() + kCancelPatience));
    }
    return ready ? LookEnd::kDone : cancel.cancelled() ? LookEnd::kCancelled : LookEnd::kTimeout;
  };
  if (const LookEnd earlier = await(state_->idle); earlier != LookEnd::kDone) return earlier;
  const auto over = std::make_shared<bool>(false);  // shared with the thread
  try {
    std::thread([state = state_, over, look = std::move(look)]() mutable {
      look();
      look = nullptr;  // what it holds dies before it counts as done
      const std::lock_guard guard(state->mutex);
      state->idle = *over = true;
      state->changed.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    return LookEnd::kRefused;
  }
  state_->idle = false;
  return await(*over);
}

}  // namespace heald::io
