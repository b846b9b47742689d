#include "engine/episodes.h"

#include <algorithm>
#include <optional>

#include "core/invariant.h"

namespace heald::engine {

namespace {

Episodes::Group groupOf(const EpisodeKey& key, const Episode& episode) {
  return {key.remedy, episode.target};
}

bool waitsForOne(const EpisodeKey&, const Episode& episode) {
  return episode.firing && episode.attempt == 0;
}

}  // namespace

Episodes::Heard Episodes::hear(const EpisodeKey& key, const std::string& target, const Alert& alert,
                               core::Now now) {
  const Episode* known = book_.find(key);
  if (known == nullptr && book_.size() >= kLimit && !makeRoom(now.boot)) {
    return Heard::kFull;
  }
  const Told told =
      known == nullptr ? meaningOf(alert) : meaningOf(alert, *known, now.boot - book_.heardOf(key));
  switch (told) {
    case Told::kBegins:
    case Told::kBeganLate:
      begin(key, target, alert, now);
      return told == Told::kBegins ? Heard::kNew : Heard::kOld;
    case Told::kEnds: {
      Episode& episode = change(key);
      episode.ended_at = endOf(alert);
      book_.heard(key, now);
      cease(key, episode, now.boot);
      return Heard::kResolved;
    }
    case Told::kGoesOn:
      fire(key, change(key));
      [[fallthrough]];
    case Told::kAgain:
      book_.heard(key, now);
      if (known->attempt == 0) waitAgain(key);
      return Heard::kAgain;
    case Told::kEndsBefore:
      change(key).ended_at = endOf(alert);
      break;
    case Told::kOld:
      break;
  }
  return Heard::kOld;
}

// The latest episode of the alert is this one from now on.
void Episodes::begin(const EpisodeKey& key, const std::string& target, const Alert& alert,
                     core::Now now) {
  Episode& episode = change(key);
  episode = beginningOf(alert, target, episode);
  book_.heard(key, now);
  if (alert.firing) {
    fire(key, episode);
    waitAgain(key);
  }
}

void Episodes::waitAgain(const EpisodeKey& key) {
  const Episode* episode = book_.find(key);
  CHECK(episode != nullptr, "what waits is known");
  if (episode->firing) lines_.wait(groupOf(key, *episode), key);
}

void Episodes::wakeAll() {
  for (const EpisodeKey& key : book_.keys(waitsForOne)) waitAgain(key);
}

void Episodes::wake(const Group& group) {
  const auto mine = [&](const EpisodeKey& key, const Episode& episode) {
    return waitsForOne(key, episode) && groupOf(key, episode) == group;
  };
  for (const EpisodeKey& key : book_.keys(mine, group.first)) waitAgain(key);
}

void Episodes::admitted(const EpisodeKey& key, std::uint64_t attempt) {
  CHECK(attempt != 0, "an episode is admitted with an attempt");
  change(key).attempt = attempt;
  lines_.leave(key);
}

void Episodes::reached(const EpisodeKey& key, int step) {
  Episode& episode = change(key);
  episode.step = std::max(episode.step, step);
}

void Episodes::ended(const EpisodeKey& key, std::uint64_t attempt, bool ok) {
  const Episode* known = book_.find(key);
  if (known == nullptr || known->attempt != attempt) {
    return;  // forgotten, or another episode since
  }
  Episode& episode = change(key);
  episode.failures = ok ? 0 : episode.failures + 1;
  episode.step = ok ? 0 : episode.step;
}

void Episodes::ceased(const EpisodeKey& key, std::uint64_t attempt, core::Now now) {
  if (!book_.firing(key) || book_.find(key)->attempt != attempt) {
    return;
  }
  Episode& episode = change(key);
  episode.ended_at = std::max(now.wall, episode.starts_at);
  book_.heard(key, now);
  cease(key, episode, now.boot);
}

std::vector<Episodes::Group> Episodes::forgetOld(core::Now now, core::Duration forget_after) {
  if (now.boot < next_cleanup_) {
    return {};
  }
  next_cleanup_ = now.boot + std::chrono::minutes(1);
  std::vector<Group> fired;
  for (const EpisodeKey& key : book_.heardBefore(now.boot - forget_after)) {
    if (book_.firing(key)) fired.push_back(groupOf(key, *book_.find(key)));
    drop(key, now.boot);
  }
  lines_.forgetQuiet(now.boot, forget_after);
  return fired;
}

void Episodes::keepOnly(const Taken& taken, core::BootTime now) {
  const auto gone = [&](const EpisodeKey& key, const Episode& e) { return !taken(key, e); };
  for (const EpisodeKey& key : book_.keys(gone)) drop(key, now);
}

std::map<EpisodeKey, EpisodeKey> Episodes::rename(const Identify& identity, core::BootTime now) {
  const auto other = [&](const EpisodeKey& key, const Episode& episode) {
    return EpisodeKey{key.remedy, identity(episode)};
  };
  const auto weight = [](const Episode& e) { return std::pair(e.firing, e.attempt); };
  struct Moved {
    EpisodeKey to;
    Episode episode;
    core::Now heard;
  };
  std::map<EpisodeKey, EpisodeKey> renamed;
  std::vector<Moved> moved;
  const auto changes = [&](const EpisodeKey& key, const Episode& e) {
    return other(key, e) != key;
  };
  for (const EpisodeKey& key : book_.keys(changes)) {
    const Episode& episode = *book_.find(key);
    const EpisodeKey to = other(key, episode);
    renamed.emplace(key, to);
    moved.push_back({to, episode, {book_.heardOf(key), episode.heard_at}});
  }
  for (const auto& [key, to] : renamed) {
    lines_.leave(key);
    book_.drop(key);
  }
  for (Moved& each : moved) {
    const bool is_new = book_.find(each.to) == nullptr;
    Episode& episode = book_.change(each.to);
    if (is_new || weight(episode) < weight(each.episode)) {
      lines_.leave(each.to);
      episode = std::move(each.episode);
      book_.heard(each.to, each.heard);
    }
  }
  if (!renamed.empty()) recount(now);
  return renamed;
}

void Episodes::load(std::vector<std::pair<EpisodeKey, Episode>> episodes, core::BootTime now) {
  book_.load(std::move(episodes), now);
  lines_.begin(now);
  recount(now);
  wakeAll();
}

Episode& Episodes::change(const EpisodeKey& key) {
  if (const Episode* known = book_.find(key)) lines_.touch(groupOf(key, *known));
  return book_.change(key);
}

void Episodes::fire(const EpisodeKey& key, Episode& episode) {
  episode.firing = true;
  lines_.fires(groupOf(key, episode));
}

void Episodes::cease(const EpisodeKey& key, Episode& episode, core::BootTime now) {
  lines_.leave(key);
  episode.firing = false;
  lines_.ceases(groupOf(key, episode), now);
}

void Episodes::drop(const EpisodeKey& key, core::BootTime now) {
  Episode& episode = change(key);
  if (episode.firing) cease(key, episode, now);
  book_.drop(key);
}

// The resolved ones that were heard of longest ago, a quarter of all places at a time.
bool Episodes::makeRoom(core::BootTime now) {
  if (lines_.firing() == book_.size()) return false;
  std::vector<std::pair<core::WallTime, EpisodeKey>> resolved;
  const auto over = [](const EpisodeKey&, const Episode& episode) { return !episode.firing; };
  for (EpisodeKey& key : book_.keys(over)) {
    const core::WallTime heard_at = book_.find(key)->heard_at;
    resolved.emplace_back(heard_at, std::move(key));
  }
  std::sort(resolved.begin(), resolved.end());
  resolved.resize(std::min(resolved.size(), kLimit / 4));
  for (const auto& [heard_at, key] : resolved) drop(key, now);
  return !resolved.empty();
}

void Episodes::recount(core::BootTime now) {
  std::vector<EpisodeLines::Member> members;
  members.reserve(book_.size());
  for (EpisodeKey& key : book_.keys([](const auto&, const Episode&) { return true; })) {
    const Episode& episode = *book_.find(key);
    members.push_back({key, groupOf(key, episode), episode.firing});
  }
  lines_.recount(members, now);
}

}  // namespace heald::engine
