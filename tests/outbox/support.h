#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/history.h"
#include "outbox/dispatch.h"

namespace heald::outbox {

// So many seconds after 100,000 s of boot, 2026-11-23T20:47:00Z.
inline core::Now at(double seconds) {
  const auto since =
      std::chrono::duration_cast<core::Duration>(std::chrono::duration<double>(seconds));
  return {core::BootTime(std::chrono::seconds(100'000)) + since,
          core::WallTime(std::chrono::seconds(1'795'466'820)) + since};
}

inline engine::HistoryEntry dormant(const std::string& governor, double seconds,
                                    const std::string& by = "automatic") {
  return {.kind = engine::HistoryKind::kGovernor,
          .event = "dormant",
          .at = at(seconds).wall,
          .governor = governor,
          .message = "Exceeded max failures",
          .details = {{"triggeredBy", by}}};
}

inline engine::HistoryEntry active(const std::string& governor, double seconds) {
  return {.kind = engine::HistoryKind::kGovernor,
          .event = "active",
          .at = at(seconds).wall,
          .governor = governor};
}

inline engine::HistoryEntry breaker(const std::string& governor, const std::string& state,
                                    const std::string& from, double seconds) {
  return {.kind = engine::HistoryKind::kBreaker,
          .event = state,
          .at = at(seconds).wall,
          .governor = governor,
          .details = {{"from", from}}};
}

inline engine::HistoryEntry store(const std::string& event, double seconds,
                                  const std::string& message = "disk full") {
  return {.kind = engine::HistoryKind::kStore,
          .event = event,
          .at = at(seconds).wall,
          .message = event == "available" ? "" : message};
}

// A history in memory, whose ids begin at 1.
class Histories {
 public:
  std::int64_t add(engine::HistoryEntry entry) {
    rows_.push_back({++last_, std::move(entry), ""});
    return last_;
  }
  void forget(std::int64_t until) {
    std::erase_if(rows_, [&](const auto& row) { return row.id <= until; });
  }
  engine::HistoryPage after(std::int64_t id, std::size_t limit = 1000) const {
    engine::HistoryPage page;
    page.newest = last_;
    for (const auto& row : rows_) {
      if (row.id <= id) continue;
      if (page.rows.size() == limit) page.more = true;
      if (page.rows.size() < limit) page.rows.push_back(row);
    }
    return page;
  }
  // As the store reads it; of the query what the outbox uses.
  engine::HistoryPage page(const engine::HistoryQuery& query) const {
    engine::HistoryPage page;
    page.newest = last_;
    auto rows = rows_;
    if (query.newest_first) std::reverse(rows.begin(), rows.end());
    for (const auto& row : rows) {
      if (row.id <= query.after || (query.before > 0 && row.id >= query.before)) continue;
      if (page.rows.size() == query.limit) page.more = true;
      if (page.rows.size() < query.limit) page.rows.push_back(row);
    }
    return page;
  }
  std::int64_t oldest() const { return rows_.empty() ? 0 : rows_.front().id; }
  std::int64_t newest() const { return last_; }

 private:
  std::vector<engine::HistoryRow> rows_;
  std::int64_t last_ = 0;
};

inline config::ReceiverOptions receiver(const std::string& name) {
  config::ReceiverOptions options;
  options.name = name;
  options.part.kind = "fake";
  return options;
}

inline config::NotificationOptions optionsFor(const std::vector<std::string>& names) {
  config::NotificationOptions options;
  options.instance = "web-1";
  options.page_url = "https://heald.example.org/";
  options.runbook_url = "https://runbooks.example.org";
  for (const std::string& name : names) options.receivers.push_back(receiver(name));
  return options;
}

// A message that tells of these entries.
inline Message messageOf(const std::vector<engine::HistoryEntry>& entries) {
  Interpreter interpreter("web-1");
  Digest digest;
  for (const auto& entry : entries) {
    if (const auto notice = interpreter.read(entry)) digest.add(*notice);
  }
  Message message;
  message.id = "ops-7-1";
  message.receiver = "ops";
  message.instance = "web-1";
  message.page_url = "https://heald.example.org/";
  message.runbook_url = "https://runbooks.example.org";
  message.at = at(0).wall;
  digest.fill(message);
  return message;
}

}  // namespace heald::outbox
