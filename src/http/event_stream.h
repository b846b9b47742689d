#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "http/backend.h"
#include "http/message.h"

namespace heald::http {

// How many streams there may be at one time: each holds a worker of its listener for as long as its
// client wants, and the others must go on without it. Thread-safe.
class StreamSlots {
 public:
  explicit StreamSlots(int most) : free_(most) {}

  // Given back when the last copy is gone; null: none is free.
  std::shared_ptr<void> take();

 private:
  std::atomic<int> free_;
};

// The history as server-sent events, from behind an id on: what is there already, then what comes,
// with a comment now and then so that both sides know that the other is there. Reads from disk, one
// page at a time; a client that does not take it in time is left. Ends when the bell is closed.
class EventStream {
 public:
  static constexpr std::chrono::seconds kHeartbeat{15};
  static constexpr std::chrono::seconds kLook{1};  // whether the client is still there
  static constexpr std::size_t kPage = 100;

  EventStream(const Backend& backend, engine::HistoryQuery query, bool with_output);
  void writeTo(Sink& sink);

 private:
  bool writeNews(Sink& sink);
  bool idle(Sink& sink);

  const Backend backend_;
  engine::HistoryQuery query_;
  const bool with_output_;
  std::uint64_t seen_ = 0;
  std::chrono::steady_clock::time_point quiet_since_{};
};

}  // namespace heald::http
