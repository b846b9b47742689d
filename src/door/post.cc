#include "door/post.h"

#include <sys/eventfd.h>

#include <cstdint>
#include <utility>

namespace heald::door {

Post::Post() : wakeup_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Post::send(Task task) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  tasks_.push_back(std::move(task));
  // It is awake already.
  if (tasks_.size() > 1 || std::this_thread::get_id() == receiver_) return;
  const std::uint64_t one = 1;
  (void)!::write(wakeup_.get(), &one, sizeof one);
}

void Post::close() {
  std::vector<Task> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

void Post::receive() {
  const std::lock_guard lock(mutex_);
  receiver_ = std::this_thread::get_id();
}

void Post::woken() {
  std::uint64_t count = 0;
  (void)!::read(wakeup_.get(), &count, sizeof count);
}

bool Post::empty() const {
  const std::lock_guard lock(mutex_);
  return tasks_.empty();
}

std::vector<Post::Task> Post::take() {
  std::vector<Task> tasks;
  const std::lock_guard lock(mutex_);
  tasks.swap(tasks_);
  return tasks;
}

}  // namespace heald::door
