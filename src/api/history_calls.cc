#include <nlohmann/json.hpp>

#include "api/control_calls.h"
#include "api/event_streams.h"
#include "api/history_json.h"
#include "api/history_query.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

http::Response history(const Backend& backend, const http::Request& request) {
  auto query = readHistoryQuery(request, historyFields(), backend.now().wall);
  if (!query) return http::error(query.error());
  query->in_output = request.seesOutput();
  const auto page = backend.history(*query);
  if (!page) return http::error(page.error());
  ordered_json entries = ordered_json::array();
  for (const engine::HistoryRow& row : page->rows) {
    entries.push_back(historyJson(row, request.seesOutput()));
  }
  ordered_json value;
  value["next"] = page->more ? ordered_json(page->end()) : ordered_json();
  value["newest"] = page->newest;
  value["outputShown"] = request.seesOutput();
  value["entries"] = std::move(entries);
  return http::json(value);
}

// From where on: behind the id that the client has, or else behind the newest. An id that was never
// given is of another store's history: none of this one is known.
Result<std::int64_t> beginOf(const Backend& backend, const http::Request& request,
                             const engine::HistoryQuery& query) {
  const auto header = request.headers.get("Last-Event-ID");
  auto wanted = header ? readHistoryId("Last-Event-ID", *header) : Result(query.after);
  if (!wanted) return wanted.error();
  const auto now = backend.history({.limit = 1});
  if (!now) return now.error();
  const bool asked = header.has_value() || request.queryValue("after").has_value();
  if (!asked) return now->newest;
  return *wanted > now->newest ? 0 : *wanted;
}

http::Response tooMany() {
  http::Response response = http::error(429, "limit",
                                        "there are " + std::to_string(EventStreams::kMost) +
                                            " streams already; end one, or ask GET /api/history");
  response.headers.add("Retry-After", "5");
  return response;
}

http::Response events(const Backend& backend, const std::shared_ptr<EventStreams>& streams,
                      const http::Request& request) {
  auto query = readHistoryQuery(request, eventFields(), backend.now().wall);
  if (!query) return http::error(query.error());
  const auto place = streams->place();
  if (place == nullptr) return tooMany();
  const auto begin = beginOf(backend, request, *query);
  if (!begin) return http::error(begin.error());
  query->after = *begin;
  http::Response response = http::text("", "text/event-stream");
  response.stream = [streams, query = std::move(*query),
                     reader = EventStreams::Reader{request.seesOutput(), request.still_may},
                     place](std::shared_ptr<door::Outlet> outlet) {
    streams->add(query, reader, std::move(outlet), place);
  };
  return response;
}

}  // namespace

std::vector<Call> historyCalls(const Backend& backend) {
  const auto streams = std::make_shared<EventStreams>(backend);
  return {
      {.method = "GET",
       .path = "/api/history",
       .needs = http::Access::kRead,
       .summary = "What has happened, newest first: the audit log",
       .query = historyFields(),
       .handler = [backend](const http::Request& request) { return history(backend, request); }},
      {.method = "GET",
       .path = "/api/events",
       .needs = http::Access::kRead,
       .summary = "The same as it happens: server-sent events",
       .query = eventFields(),
       .content_type = "text/event-stream",
       .handler = [backend, streams](const http::Request& request) {
         return events(backend, streams, request);
       }}};
}

}  // namespace heald::api
