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
  if (tasks_.size() > 1) return;  // it is awake already
  const std::uint64_t one = 1;
  (void)!::write(wakeup_.get(), &one, sizeof one);
}

void Post::close() {
  std::vector<Task> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

std::vector<Post::Task> Post::take() {
  std::uint64_t count = 0;
  std::vector<Task> tasks;
  const std::lock_guard lock(mutex_);
  (void)!::read(wakeup_.get(), &count, sizeof count);
  tasks.swap(tasks_);
  return tasks;
}

}  // namespace heald::door
