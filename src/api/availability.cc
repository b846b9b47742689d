#include "api/availability.h"

#include <algorithm>
#include <chrono>

namespace heald::api {
namespace {

constexpr core::Duration kDay = std::chrono::hours(24);
constexpr core::Duration kWeek = 7 * kDay;
constexpr core::Duration kQuarter = 90 * kDay;
constexpr std::size_t kPage = 5000;

core::Health healthNamed(std::string_view word) {
  for (const core::Health health :
       {core::Health::kHealthy, core::Health::kWarning, core::Health::kUnhealthy}) {
    if (toString(health) == word) return health;
  }
  return core::Health::kUnknown;
}

core::Health wasIn(const engine::HistoryEntry& entry) {
  for (const auto& [key, value] : entry.details) {
    const auto* word = std::get_if<std::string>(&value);
    if (key == "was" && word != nullptr) return healthNamed(*word);
  }
  return core::Health::kUnknown;
}

}  // namespace

void Availability::take(const engine::HistoryRow& row) {
  const engine::HistoryEntry& entry = row.entry;
  if (entry.kind == engine::HistoryKind::kCheck) {
    changes_[entry.check].push_back({entry.at, wasIn(entry), healthNamed(entry.event)});
    return;
  }
  // A process that begins or ends knows nothing of any check.
  for (auto& [name, list] : changes_) {
    const core::Health was = list.empty() ? core::Health::kUnknown : list.back().is;
    if (was != core::Health::kUnknown) list.push_back({entry.at, was, core::Health::kUnknown});
  }
}

Result<void> Availability::readNews(const Read& read, core::WallTime now) {
  const auto first = read({.newest_first = false, .limit = 1});
  if (!first) return first.error();
  oldest_ = first->rows.empty() ? now : first->rows.front().entry.at;
  if (first->newest < last_) {  // the store was begun anew
    changes_.clear();
    last_ = 0;
  }
  for (bool more = true; more;) {
    engine::HistoryQuery query;
    query.since = now - kQuarter;
    query.after = last_;
    query.kinds = {engine::HistoryKind::kCheck, engine::HistoryKind::kHeald};
    query.newest_first = false;
    query.limit = kPage;
    const auto page = read(query);
    if (!page) return page.error();
    for (const engine::HistoryRow& row : page->rows) {
      if (row.unreadable.empty()) take(row);
    }
    more = page->more;
    last_ = more ? page->rows.back().id : std::max(last_, page->newest);
  }
  return {};
}

void Availability::forgetBefore(core::WallTime moment) {
  for (auto& [name, list] : changes_) {
    const auto kept = std::find_if(list.begin(), list.end(),
                                   [&](const Change& change) { return change.at >= moment; });
    list.erase(list.begin(), kept);
  }
  std::erase_if(changes_, [](const auto& entry) { return entry.second.empty(); });
}

Availability::Share Availability::shareOf(const engine::CheckView& check, core::WallTime since,
                                          core::WallTime now) const {
  Share share;
  const auto count = [&](core::Health health, core::WallTime from, core::WallTime to) {
    from = std::max({from, since, oldest_});
    if (health == core::Health::kUnknown || to <= from) return;
    share.known += to - from;
    if (health == core::Health::kUnhealthy) share.unhealthy += to - from;
  };
  const auto found = changes_.find(check.name);
  if (found == changes_.end()) {
    count(check.health, since, now);
    return share;
  }
  core::WallTime begin = since;
  core::Health health = found->second.front().was;
  for (const Change& change : found->second) {
    count(health, begin, change.at);
    begin = change.at;
    health = change.is;
  }
  count(health, begin, now);
  return share;
}

Result<std::vector<Availability::Check>> Availability::look(
    const Read& read, const engine::SharedList<engine::CheckView>& checks, core::WallTime now) {
  const std::lock_guard lock(mutex_);
  if (auto news = readNews(read, now); !news) return news.error();
  forgetBefore(now - kQuarter);
  std::vector<Check> found;
  for (const engine::CheckView& check : checks) {
    found.push_back({check.name, shareOf(check, now - kDay, now), shareOf(check, now - kWeek, now),
                     shareOf(check, now - kQuarter, now)});
  }
  return found;
}

}  // namespace heald::api
