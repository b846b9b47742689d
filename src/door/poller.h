#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "io/fd.h"

namespace heald::door {

// epoll, level-triggered: each descriptor has a number that its events come with.
class Poller {
 public:
  using Clock = std::chrono::steady_clock;

  Poller();
  bool valid() const { return epoll_.valid(); }
  bool add(int fd, std::uint64_t number, std::uint32_t events);
  void change(int fd, std::uint64_t number, std::uint32_t events);
  void remove(int fd);
  // Waits for events, until the time at most. Without one: for ever.
  std::span<const epoll_event> wait(std::optional<Clock::time_point> until);

 private:
  io::UniqueFd epoll_;
  std::vector<epoll_event> events_;
};

}  // namespace heald::door
