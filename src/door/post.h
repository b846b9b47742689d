#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "io/fd.h"

namespace heald::door {

// Work that other threads leave for the door's thread. Shared: who answers late may outlive the
// door, and then speaks to nobody. Thread-safe.
class Post {
 public:
  using Task = std::function<void()>;

  Post();
  void send(Task task);  // dropped when the door is closed
  void close();          // nothing is taken any more, and what waits is dropped

  // For the door's thread.
  int descriptor() const { return wakeup_.get(); }  // readable when there is something
  std::vector<Task> take();

 private:
  io::UniqueFd wakeup_;
  std::mutex mutex_;
  std::vector<Task> tasks_;
  bool closed_ = false;
};

}  // namespace heald::door
