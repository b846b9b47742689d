#pragma once

#include <functional>
#include <mutex>
#include <thread>
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

  // For the door's thread, which begins with receive().
  void receive();                                   // what it sends itself wakes nobody
  int descriptor() const { return wakeup_.get(); }  // readable when others have sent something
  void woken();                                     // it was readable
  bool empty() const;
  std::vector<Task> take();

 private:
  io::UniqueFd wakeup_;
  mutable std::mutex mutex_;
  std::thread::id receiver_;
  std::vector<Task> tasks_;
  bool closed_ = false;
};

}  // namespace heald::door
