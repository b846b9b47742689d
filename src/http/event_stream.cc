#include "http/event_stream.h"

#include <nlohmann/json.hpp>

#include "core/plain_text.h"
#include "http/bell.h"
#include "http/history_json.h"

namespace heald::http {
namespace {

using Clock = std::chrono::steady_clock;

std::string eventOf(const engine::HistoryRow& row, bool with_output) {
  const std::string data = core::escaped(
      historyJson(row, with_output).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return "id: " + std::to_string(row.id) + "\ndata: " + data + "\n\n";
}

}  // namespace

std::shared_ptr<void> StreamSlots::take() {
  if (free_.fetch_sub(1) <= 0) {
    free_.fetch_add(1);
    return nullptr;
  }
  return {this, [](StreamSlots* slots) { slots->free_.fetch_add(1); }};
}

EventStream::EventStream(const Backend& backend, engine::HistoryQuery query, bool with_output)
    : backend_(backend), query_(std::move(query)), with_output_(with_output) {
  query_.newest_first = false;
  query_.limit = kPage;
}

void EventStream::writeTo(Sink& sink) {
  quiet_since_ = Clock::now();
  if (!sink.write("retry: 2000\n: heald\n\n")) return;
  while (!backend_.bell->closed() && writeNews(sink) && idle(sink)) {
  }
}

// All that has come since the last look. The bell is looked at first: what comes meanwhile rings
// it again.
bool EventStream::writeNews(Sink& sink) {
  seen_ = backend_.bell->rung();
  for (bool more = true; more && !backend_.bell->closed();) {
    const auto page = backend_.history(query_);
    if (!page) return sink.write(": the history cannot be read at this moment\n\n");
    if (page->newest < query_.after) {  // the store was begun anew: nothing of it is known
      query_.after = 0;
      continue;
    }
    std::string text;
    for (const engine::HistoryRow& row : page->rows) text += eventOf(row, with_output_);
    if (!text.empty()) {
      quiet_since_ = Clock::now();
      if (!sink.write(text)) return false;
    }
    more = page->more;
    query_.after = more ? page->rows.back().id : page->newest;
  }
  return true;
}

bool EventStream::idle(Sink& sink) {
  while (!backend_.bell->closed() && backend_.bell->rung() == seen_) {
    backend_.bell->wait(seen_, kLook);
    if (sink.gone()) return false;
    if (Clock::now() - quiet_since_ >= kHeartbeat) {
      quiet_since_ = Clock::now();
      if (!sink.write(": heartbeat\n\n")) return false;
    }
  }
  return true;
}

}  // namespace heald::http
