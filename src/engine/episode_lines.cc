#include "engine/episode_lines.h"

#include <algorithm>

#include "core/invariant.h"

namespace heald::engine {

const EpisodeLines::Line* EpisodeLines::find(const Group& group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second;
}

void EpisodeLines::fires(const Group& group) {
  touch(group);
  Line& line = groups_[group];
  if (line.firing == 0) quiet_.erase({line.quiet_since, group});
  ++line.firing;
  ++firing_;
}

void EpisodeLines::ceases(const Group& group, core::BootTime now) {
  touch(group);
  Line& line = groups_[group];
  CHECK(line.firing > 0, "what stops firing has fired");
  --firing_;
  if (--line.firing > 0) return;
  line.quiet_since = now;
  quiet_.emplace(now, group);
}

void EpisodeLines::wait(const Group& group, const EpisodeKey& key) {
  const auto [place, is_new] = places_.try_emplace(key, Place{group, last_number_ + 1});
  if (!is_new) return;
  touch(group);
  Line& line = groups_[group];
  CHECK(line.firing > 0, "who waits fires");
  line.waiting.emplace(++last_number_, key);
}

void EpisodeLines::leave(const EpisodeKey& key) {
  const auto place = places_.find(key);
  if (place == places_.end()) return;
  touch(place->second.group);
  const std::size_t left = groups_[place->second.group].waiting.erase(place->second.number);
  CHECK(left == 1, "what has a place in a line stands in it");
  places_.erase(place);
}

void EpisodeLines::setAside(const Group& group) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return;
  touch(group);
  for (const auto& [number, key] : std::exchange(found->second.waiting, {})) places_.erase(key);
}

std::optional<EpisodeKey> EpisodeLines::next(const Group& group) const {
  const Line* line = find(group);
  if (line == nullptr || line->waiting.empty()) return std::nullopt;
  return line->waiting.begin()->second;
}

std::size_t EpisodeLines::waiting(const Group& group) const {
  const Line* line = find(group);
  return line == nullptr ? 0 : line->waiting.size();
}

std::size_t EpisodeLines::firing(const Group& group) const {
  const Line* line = find(group);
  return line == nullptr ? 0 : line->firing;
}

std::optional<core::BootTime> EpisodeLines::quietSince(const Group& group) const {
  const Line* line = find(group);
  if (line == nullptr) return forgotten_since_;
  return line->firing > 0 ? std::nullopt : std::optional(line->quiet_since);
}

void EpisodeLines::forgetQuiet(core::BootTime now, core::Duration forget_after) {
  while (!quiet_.empty() && now - quiet_.begin()->first > forget_after) {
    forgotten_since_ = std::max(forgotten_since_, quiet_.begin()->first);
    groups_.erase(quiet_.begin()->second);
    quiet_.erase(quiet_.begin());
  }
}

void EpisodeLines::begin(core::BootTime now) {
  places_.clear();
  forgotten_since_ = now;
}

void EpisodeLines::recount(const std::vector<Member>& members, core::BootTime now) {
  const std::map<Group, Line> old = std::exchange(groups_, {});
  const std::map<EpisodeKey, Place> places = std::exchange(places_, {});
  for (const auto& [group, line] : old) groups_.try_emplace(group);
  firing_ = 0;
  for (const Member& member : members) {
    Line& line = groups_[member.group];
    const auto place = places.find(member.key);
    line.firing += member.firing ? 1 : 0;
    firing_ += member.firing ? 1 : 0;
    if (!member.firing || place == places.end()) continue;
    line.waiting.emplace(place->second.number, member.key);
    places_.emplace(member.key, Place{member.group, place->second.number});
  }
  quiet_.clear();
  for (auto& [group, line] : groups_) {
    const auto found = old.find(group);
    const bool was_quiet = found != old.end() && found->second.firing == 0;
    line.quiet_since = was_quiet ? found->second.quiet_since : now;
    if (line.firing == 0) quiet_.emplace(line.quiet_since, group);
    touch(group);
  }
}

}  // namespace heald::engine
