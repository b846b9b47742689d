#include "engine/episode_book.h"

#include <algorithm>

#include "core/invariant.h"
#include "core/text.h"

namespace heald::engine {

namespace {

HistoryEntry entryOf(const std::string& remedy, const Episode& episode, const char* event,
                     core::WallTime now) {
  return {.kind = HistoryKind::kAlert,
          .event = event,
          .at = now,
          .remedy = remedy,
          .target = episode.target,
          .message = alertName(episode.labels),
          .details = {{"fingerprint", episode.fingerprint},
                      {"startsAt", core::toIso8601(episode.starts_at)}}};
}

}  // namespace

const Episode* EpisodeBook::find(const EpisodeKey& key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second.episode;
}

bool EpisodeBook::firing(const EpisodeKey& key) const {
  const Episode* episode = find(key);
  return episode != nullptr && episode->firing;
}

bool EpisodeBook::resolved(const EpisodeKey& key, std::uint64_t attempt) const {
  const Episode* episode = find(key);
  return episode != nullptr &&
         (episode->attempt == attempt ? !episode->firing : episode->earlier_attempt == attempt);
}

std::vector<EpisodeKey> EpisodeBook::heardBefore(core::BootTime then) const {
  std::vector<EpisodeKey> old;
  for (auto age = ages_.begin(); age != ages_.end() && age->first < then; ++age) {
    old.push_back(age->second);
  }
  return old;
}

std::vector<EpisodeKey> EpisodeBook::keys(const Chosen& chosen, const std::string& remedy) const {
  std::vector<EpisodeKey> keys;
  for (auto at = rows_.lower_bound({remedy, ""});
       at != rows_.end() && (remedy.empty() || at->first.remedy == remedy); ++at) {
    if (chosen(at->first, at->second.episode)) keys.push_back(at->first);
  }
  return keys;
}

std::optional<EpisodeKey> EpisodeBook::ofAttempt(const Group& group, std::uint64_t attempt) const {
  const auto mine = [&](const EpisodeKey&, const Episode& episode) {
    return episode.target == group.second &&
           (episode.attempt == attempt || episode.earlier_attempt == attempt);
  };
  const std::vector<EpisodeKey> found = keys(mine, group.first);
  return found.empty() ? std::nullopt : std::optional(found.front());
}

std::set<std::string> EpisodeBook::targets() const {
  std::set<std::string> targets;
  for (const auto& [key, row] : rows_) targets.insert(row.episode.target);
  return targets;
}

Episode& EpisodeBook::change(const EpisodeKey& key) {
  const auto found = rows_.find(key);
  before_.try_emplace(key, found == rows_.end() ? std::nullopt : std::optional(found->second));
  return found == rows_.end() ? put(key, {}).episode : found->second.episode;
}

void EpisodeBook::drop(const EpisodeKey& key) {
  (void)change(key);
  erase(key);
}

void EpisodeBook::heard(const EpisodeKey& key, core::Now now) {
  CHECK(rows_.contains(key), "what is heard of is known");
  put(key, now.boot).episode.heard_at = now.wall;
}

void EpisodeBook::write(Changes& changes) const {
  for (const auto& [key, before] : before_) {
    const Episode* now = find(key);
    changes.episodes.emplace_back(key, now ? std::optional(*now) : std::nullopt);
  }
}

void EpisodeBook::writeAll(Changes& changes) const {
  for (const auto& [key, row] : rows_) changes.episodes.emplace_back(key, row.episode);
}

void EpisodeBook::tell(std::vector<HistoryEntry>& entries, core::Now now) const {
  for (const auto& [key, before] : before_) {
    const Episode* after = find(key);
    const bool fired = before && before->episode.firing;
    const bool fires = after != nullptr && after->firing;
    const bool another = fired && fires && after->before != before->episode.before;
    if (fired == fires && !another) {
      continue;
    }
    if (fired) {
      entries.push_back(entryOf(key.remedy, before->episode,
                                after != nullptr ? "resolved" : "forgotten", now.wall));
    }
    if (fires) {
      entries.push_back(entryOf(key.remedy, *after, "firing", now.wall));
    }
  }
}

void EpisodeBook::undo(core::Now now) {
  for (auto& [key, before] : std::exchange(before_, {})) {
    if (before) {
      put(key, before->heard).episode = std::move(before->episode);
    } else {
      erase(key);
    }
  }
  undone_(now.boot);
}

void EpisodeBook::load(std::vector<std::pair<EpisodeKey, Episode>> episodes, core::BootTime now) {
  rows_.clear();
  ages_.clear();
  before_.clear();
  for (auto& [key, episode] : episodes) put(key, now).episode = std::move(episode);
}

EpisodeBook::Row& EpisodeBook::put(const EpisodeKey& key, core::BootTime heard) {
  Row& row = rows_[key];
  ages_.erase({row.heard, key});
  row.heard = heard;
  ages_.insert({heard, key});
  return row;
}

void EpisodeBook::erase(const EpisodeKey& key) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return;
  ages_.erase({found->second.heard, key});
  rows_.erase(found);
}

std::string alertName(const Labels& labels) {
  const auto named = [](const auto& label) { return label.first == "alertname"; };
  const auto found = std::find_if(labels.begin(), labels.end(), named);
  return found == labels.end() ? "without a name" : found->second;
}

}  // namespace heald::engine
