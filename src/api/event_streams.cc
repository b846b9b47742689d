#include "api/event_streams.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "api/change_signal.h"
#include "api/history_json.h"
#include "core/plain_text.h"

namespace heald::api {
namespace {

std::string eventOf(const engine::HistoryRow& row, bool with_output) {
  const std::string data = core::escaped(
      historyJson(row, with_output).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return "id: " + std::to_string(row.id) + "\ndata: " + data + "\n\n";
}

bool same(const engine::HistoryQuery& a, const engine::HistoryQuery& b) {
  const auto all = [](const engine::HistoryQuery& q) {
    return std::tie(q.since, q.until, q.after, q.before, q.governor, q.remedy, q.check, q.kinds);
  };
  return all(a) == all(b);
}

}  // namespace

// What a query leads to in this round.
struct EventStreams::Page {
  engine::HistoryQuery query;
  bool with_output = false;
  bool readable = false;
  bool more = false;
  std::int64_t newest = 0;
  std::int64_t last = 0;  // id of the last row
  std::string text{};
};

EventStreams::~EventStreams() {
  if (thread_.joinable()) backend_.history_changed->onNotify(nullptr);
}

std::shared_ptr<void> EventStreams::place() {
  if (places_->fetch_add(1) >= kMost) {
    places_->fetch_sub(1);
    return nullptr;
  }
  return {places_.get(), [places = places_](void*) { places->fetch_sub(1); }};
}

void EventStreams::wake() {
  const std::lock_guard lock(mutex_);
  awake_ = true;
  changed_.notify_one();
}

void EventStreams::add(engine::HistoryQuery query, Reader reader,
                       std::shared_ptr<door::Outlet> outlet, std::shared_ptr<void> place) {
  query.newest_first = false;
  query.limit = kPage;
  outlet->write("retry: 2000\n: heald\n\n");
  std::unique_lock lock(mutex_);
  Stream& stream = arriving_.emplace_back();
  stream.query = std::move(query);
  stream.reader = std::move(reader);
  stream.outlet = std::move(outlet);
  stream.place = std::move(place);
  stream.quiet_since = Clock::now();
  awake_ = true;
  changed_.notify_one();
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
  lock.unlock();  // the signal calls wake() with its own lock held
  backend_.history_changed->onNotify([this] { wake(); });
  wake();  // for what was notified before that
}

// Until something has happened, or the first stream wants a heartbeat.
void EventStreams::wait(std::unique_lock<std::mutex>& lock, std::stop_token stop) {
  auto until = Clock::now() + kHeartbeat;
  for (const Stream& stream : streams_) {
    until = std::min(until, stream.quiet_since + kHeartbeat);
    if (stream.reader.still_may) until = std::min(until, Clock::now() + kLookAgain);
  }
  changed_.wait_until(lock, stop, until, [this] { return awake_; });
  awake_ = false;
}

void EventStreams::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      wait(lock, stop);
      for (Stream& stream : arriving_) {
        stream.outlet->onChange([this] { wake(); });
        streams_.push_back(std::move(stream));
      }
      arriving_.clear();
    }
    // The signal is read before the history: what comes meanwhile notifies again.
    const std::uint64_t notified = backend_.history_changed->count();
    const bool closed = backend_.history_changed->closed();
    std::vector<Page> pages;
    for (Stream& stream : streams_) {
      if (!closed || !stream.served) serve(stream, pages, notified);
      if (closed) stream.outlet->end();
    }
    std::erase_if(streams_, [&](const Stream& stream) {
      if (!closed && !stream.ended && !stream.outlet->gone()) return false;
      stream.outlet->onChange(nullptr);
      return true;
    });
  }
  for (Stream& stream : streams_) {
    stream.outlet->onChange(nullptr);
    stream.outlet->end();
  }
}

void EventStreams::serve(Stream& stream, std::vector<Page>& pages, std::uint64_t notified) {
  if (stream.reader.still_may && !stream.reader.still_may()) {
    stream.ended = true;
    stream.outlet->end();
    return;
  }
  stream.served = true;
  if (stream.seen < notified) stream.more = true;
  stream.seen = notified;
  while (stream.more && stream.outlet->room() > 0 && writePage(stream, pages)) {
  }
  if (Clock::now() - stream.quiet_since < kHeartbeat) return;
  stream.quiet_since = Clock::now();
  if (stream.outlet->room() > 0) stream.outlet->write(": heartbeat\n\n");
}

// False: the client has gone, or the history cannot be read.
bool EventStreams::writePage(Stream& stream, std::vector<Page>& pages) {
  const Page& page = pageOf(stream, pages);
  if (!page.readable) {
    stream.more = false;
    return stream.outlet->write(": the history cannot be read at this moment\n\n") && false;
  }
  if (page.newest < stream.query.after) {  // the store was begun anew: nothing of it is known
    stream.query.after = 0;
    return true;
  }
  stream.more = page.more;
  stream.query.after = page.more ? page.last : page.newest;
  if (page.text.empty()) return true;
  stream.quiet_since = Clock::now();
  return stream.outlet->write(page.text);
}

const EventStreams::Page& EventStreams::pageOf(const Stream& stream,
                                               std::vector<Page>& pages) const {
  for (const Page& known : pages) {
    if (known.with_output == stream.reader.with_output && same(known.query, stream.query))
      return known;
  }
  Page& page = pages.emplace_back();
  page.query = stream.query;
  page.with_output = stream.reader.with_output;
  const auto read = backend_.history(stream.query);
  if (!read) return page;
  page.readable = true;
  page.more = read->more;
  page.newest = read->newest;
  for (const engine::HistoryRow& row : read->rows) {
    page.last = row.id;
    page.text += eventOf(row, stream.reader.with_output);
  }
  return page;
}

}  // namespace heald::api
