#include "engine/episodes.h"

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

void Episodes::waitAgain(const EpisodeKey& key) {
  Known& known = episodes_.at(key);
  if (known.waits_as == 0 && known.episode.firing) {
    known.waits_as = ++line_;
    groupOf(key, known).waiting.emplace(known.waits_as, key);
  }
}

void Episodes::wakeAll() {
  for (auto& [key, known] : episodes_) {
    if (known.episode.attempt == 0) {
      waitAgain(key);
    }
  }
}

void Episodes::wake(const Group& group) {
  for (auto at = episodes_.lower_bound({group.first, ""});
       at != episodes_.end() && at->first.remedy == group.first; ++at) {
    if (at->second.episode.target == group.second && at->second.episode.attempt == 0) {
      waitAgain(at->first);
    }
  }
}

std::optional<EpisodeKey> Episodes::next(const Group& group) const {
  const auto found = groups_.find(group);
  if (found == groups_.end() || found->second.waiting.empty()) {
    return std::nullopt;
  }
  return found->second.waiting.begin()->second;
}

void Episodes::setAside(const Group& group) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) {
    return;
  }
  touched_.insert(group);
  for (const auto& [place, key] : found->second.waiting) {
    episodes_.at(key).waits_as = 0;
  }
  found->second.waiting.clear();
}

void Episodes::admitted(const EpisodeKey& key, std::uint64_t attempt) {
  remember(key);
  Known& known = episodes_.at(key);
  CHECK(attempt != 0, "an episode is admitted with an attempt");
  known.episode.attempt = attempt;
  leaveLine(key, known);
}

void Episodes::reached(const EpisodeKey& key, int step) {
  remember(key);
  Episode& episode = episodes_.at(key).episode;
  episode.step = std::max(episode.step, step);
}

void Episodes::ended(const EpisodeKey& key, std::uint64_t attempt, bool ok) {
  const auto found = episodes_.find(key);
  if (found == episodes_.end() || found->second.episode.attempt != attempt) {
    return;  // forgotten, or another episode since
  }
  remember(key);
  Episode& episode = found->second.episode;
  episode.failures = ok ? 0 : episode.failures + 1;
  episode.step = ok ? 0 : episode.step;
}

std::vector<EpisodeKey> Episodes::failed() const {
  std::vector<EpisodeKey> failed;
  for (const auto& [key, known] : episodes_) {
    if (known.episode.firing && known.episode.failures > 0) {
      failed.push_back(key);
    }
  }
  return failed;
}

const Episode* Episodes::find(const EpisodeKey& key) const {
  const auto found = episodes_.find(key);
  return found == episodes_.end() ? nullptr : &found->second.episode;
}

bool Episodes::firing(const EpisodeKey& key) const {
  const Episode* episode = find(key);
  return episode != nullptr && episode->firing;
}

bool Episodes::resolved(const EpisodeKey& key, std::uint64_t attempt) const {
  const Episode* episode = find(key);
  return episode != nullptr &&
         (episode->attempt == attempt ? !episode->firing : episode->earlier_attempt == attempt);
}

std::optional<EpisodeKey> Episodes::ofAttempt(const Group& group, std::uint64_t attempt) const {
  for (auto at = episodes_.lower_bound({group.first, ""});
       at != episodes_.end() && at->first.remedy == group.first; ++at) {
    const Episode& episode = at->second.episode;
    if (episode.target == group.second &&
        (episode.attempt == attempt || episode.earlier_attempt == attempt)) {
      return at->first;
    }
  }
  return std::nullopt;
}

std::optional<core::BootTime> Episodes::quietSince(const Group& group) const {
  const auto found = groups_.find(group);
  if (found == groups_.end()) {
    return quiet_since_;
  }
  return found->second.firing > 0 ? std::nullopt : std::optional(found->second.quiet_since);
}

std::size_t Episodes::waiting(const Group& group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? 0 : found->second.waiting.size();
}

std::size_t Episodes::firing(const Group& group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? 0 : found->second.firing;
}

std::size_t Episodes::forgetOld(core::Now now, core::Duration forget_after) {
  if (now.boot < next_cleanup_) {
    return 0;
  }
  next_cleanup_ = now.boot + std::chrono::minutes(1);
  std::vector<EpisodeKey> old;
  std::size_t fired = 0;
  for (const auto& [key, known] : episodes_) {
    if (now.boot - known.heard > forget_after) {
      old.push_back(key);
      fired += known.episode.firing ? 1 : 0;
    }
  }
  for (const EpisodeKey& key : old) {
    drop(key, now.boot);
  }
  forgetQuietGroups(now.boot, forget_after);
  return fired;
}

std::set<std::string> Episodes::targets() const {
  std::set<std::string> targets;
  for (const auto& [key, known] : episodes_) {
    targets.insert(known.episode.target);
  }
  return targets;
}

// There may be one for each value that a label has ever had.
void Episodes::forgetQuietGroups(core::BootTime now, core::Duration forget_after) {
  std::erase_if(groups_, [&](const auto& group) {
    const Members& members = group.second;
    const bool old =
        members.firing == 0 && members.waiting.empty() && now - members.quiet_since > forget_after;
    quiet_since_ = old ? std::max(quiet_since_, members.quiet_since) : quiet_since_;
    return old;
  });
}

void Episodes::keepOnly(const Taken& taken, core::BootTime now) {
  std::vector<EpisodeKey> gone;
  for (const auto& [key, known] : episodes_) {
    if (!taken(key, known.episode)) {
      gone.push_back(key);
    }
  }
  for (const EpisodeKey& key : gone) {
    drop(key, now);
  }
}

std::map<EpisodeKey, EpisodeKey> Episodes::rename(const Identify& identity, core::BootTime now) {
  std::map<EpisodeKey, EpisodeKey> renamed;
  for (const auto& [key, known] : episodes_) {
    EpisodeKey other{key.remedy, identity(known.episode)};
    if (other != key) {
      renamed.emplace(key, std::move(other));
    }
  }
  const auto weight = [](const Episode& e) { return std::pair(e.firing, e.attempt); };
  std::vector<std::pair<EpisodeKey, Known>> moved;
  for (const auto& [key, other] : renamed) {
    remember(key);
    moved.emplace_back(other, std::move(episodes_.at(key)));
    episodes_.erase(key);
  }
  for (auto& [key, known] : moved) {
    remember(key);
    known.waits_as = 0;
    const auto [place, is_new] = episodes_.try_emplace(key, known);
    if (!is_new && weight(place->second.episode) < weight(known.episode)) {
      place->second = std::move(known);
    }
  }
  if (!renamed.empty()) {
    recount(now);
  }
  return renamed;
}

// The resolved ones that were heard of longest ago, a quarter of all places at a time.
bool Episodes::makeRoom(core::BootTime now) {
  std::vector<std::pair<core::WallTime, EpisodeKey>> resolved;
  for (const auto& [key, known] : episodes_) {
    if (!known.episode.firing) {
      resolved.emplace_back(known.episode.heard_at, key);
    }
  }
  std::sort(resolved.begin(), resolved.end());
  resolved.resize(std::min(resolved.size(), kLimit / 4));
  for (const auto& [heard_at, key] : resolved) {
    drop(key, now);
  }
  return !resolved.empty();
}

void Episodes::remember(const EpisodeKey& key) {
  const auto found = episodes_.find(key);
  if (found != episodes_.end()) touched_.insert({key.remedy, found->second.episode.target});
  before_.try_emplace(
      key, found == episodes_.end() ? std::nullopt : std::optional<Known>(found->second));
}

void Episodes::leaveLine(const EpisodeKey& key, Known& known) {
  if (known.waits_as != 0) {
    const std::size_t left = groupOf(key, known).waiting.erase(std::exchange(known.waits_as, 0));
    CHECK(left == 1, "what has a place in a line stands in it");
  }
}

void Episodes::startFiring(const EpisodeKey& key, Known& known) {
  known.episode.firing = true;
  ++groupOf(key, known).firing;
}

void Episodes::stopFiring(const EpisodeKey& key, Known& known, core::BootTime now) {
  known.episode.firing = false;
  Members& members = groupOf(key, known);
  CHECK(members.firing > 0, "what stops firing has fired");
  if (--members.firing == 0) {
    members.quiet_since = now;
  }
}

void Episodes::drop(const EpisodeKey& key, core::BootTime now) {
  remember(key);
  Known& known = episodes_.at(key);
  leaveLine(key, known);
  if (known.episode.firing) {
    stopFiring(key, known, now);
  }
  episodes_.erase(key);
}

void Episodes::write(Changes& changes) const {
  for (const auto& [key, before] : before_) {
    const Episode* now = find(key);
    changes.episodes.emplace_back(key, now ? std::optional(*now) : std::nullopt);
  }
}

void Episodes::writeAll(Changes& changes) const {
  for (const auto& [key, known] : episodes_) {
    changes.episodes.emplace_back(key, known.episode);
  }
}

void Episodes::tell(std::vector<HistoryEntry>& entries, core::Now now) const {
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

std::string alertName(const Labels& labels) {
  const auto named = [](const auto& label) { return label.first == "alertname"; };
  const auto found = std::find_if(labels.begin(), labels.end(), named);
  return found == labels.end() ? "without a name" : found->second;
}

void Episodes::undo(core::Now now) {
  for (auto& [key, before] : before_) {
    if (before) {
      Known& known = episodes_[key];
      known.episode = std::move(before->episode);
      known.heard = before->heard;
      known.waits_as = known.episode.firing ? known.waits_as : 0;
    } else {
      episodes_.erase(key);
    }
  }
  before_.clear();
  recount(now.boot);
}

void Episodes::load(std::vector<std::pair<EpisodeKey, Episode>> episodes, core::BootTime now) {
  episodes_.clear();
  before_.clear();
  quiet_since_ = now;
  for (auto& [key, episode] : episodes) {
    episodes_[key] = {std::move(episode), 0, now};
  }
  recount(now);
  wakeAll();
}

// Groups as their members say, after more than one of them has changed.
void Episodes::recount(core::BootTime now) {
  const std::map<Group, Members> old = std::exchange(groups_, {});
  for (auto& [key, known] : episodes_) {
    Members& members = groupOf(key, known);
    members.firing += known.episode.firing ? 1 : 0;
    if (known.waits_as != 0) {
      members.waiting.emplace(known.waits_as, key);
    }
  }
  for (const auto& [group, members] : old) {
    groups_.try_emplace(group);
    touched_.insert(group);
  }
  for (auto& [group, members] : groups_) {
    const auto found = old.find(group);
    const bool was_quiet = found != old.end() && found->second.firing == 0;
    members.quiet_since = was_quiet ? found->second.quiet_since : now;
  }
}

}  // namespace heald::engine
