#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/backend.h"
#include "door/exchange.h"

namespace heald::api {

// The history as server-sent events, for any number of clients on one thread: from behind an id on,
// what is there already, then what comes, with a comment now and then so that both sides know that
// the other is there. Reads from disk one page at a time, and a page once for all who are at the
// same place and ask for the same. A client has its next page when it has taken the last one. All
// end when the signal is closed; one that has just come, behind its first page. Thread-safe.
class EventStreams {
 public:
  static constexpr std::chrono::seconds kHeartbeat{15};
  static constexpr std::chrono::milliseconds kLookAgain{500};  // at a credential
  static constexpr std::size_t kPage = 100;
  static constexpr std::size_t kMost = 1024;  // streams at one time

  explicit EventStreams(const Backend& backend) : backend_(backend) {}
  ~EventStreams();

  // A place for a stream, given back when the last copy is gone; null: there are kMost already.
  std::shared_ptr<void> place();
  // Begins behind `query.after`. The stream keeps its place.
  // `still_may`: whether the client may read on, asked before each page and every second; empty:
  // always.
  struct Reader {
    bool with_output = false;
    std::function<bool()> still_may = nullptr;
  };
  void add(engine::HistoryQuery query, Reader reader, std::shared_ptr<door::Outlet> outlet,
           std::shared_ptr<void> place);

 private:
  using Clock = std::chrono::steady_clock;

  struct Stream {
    engine::HistoryQuery query;
    Reader reader;
    std::shared_ptr<door::Outlet> outlet;
    std::shared_ptr<void> place;
    std::uint64_t seen = 0;  // notifications whose news it has
    bool more = true;        // it has not had all of them
    bool served = false;     // once at least
    bool ended = false;      // its credential is not good any more
    Clock::time_point quiet_since{};
  };
  struct Page;

  void run(std::stop_token stop);
  void wait(std::unique_lock<std::mutex>& lock, std::stop_token stop);
  void serve(Stream& stream, std::vector<Page>& pages, std::uint64_t notified);
  bool writePage(Stream& stream, std::vector<Page>& pages);
  const Page& pageOf(const Stream& stream, std::vector<Page>& pages) const;
  void wake();

  const Backend backend_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Stream> arriving_;
  std::vector<Stream> streams_;  // the thread's own
  bool awake_ = false;           // something may be done
  const std::shared_ptr<std::atomic<std::size_t>> places_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::jthread thread_;  // last: it ends before what it uses; begins with the first stream
};

}  // namespace heald::api
