// The part of Episodes that knows what something told of an alert means for its episode: the table
// of docs/adr/0047.
#include <algorithm>

#include "engine/episodes.h"

namespace heald::engine {
namespace {

// An end that is not told, or not possible, is the start: nothing earlier can be meant.
core::WallTime endOf(const Alert& alert) {
  return std::max(alert.ends_at.value_or(alert.starts_at), alert.starts_at);
}

bool isOfTheOneBefore(const Episode& episode, const Alert& alert) {
  return episode.before != core::WallTime{} && alert.starts_at <= episode.before;
}

}  // namespace

Episodes::Heard Episodes::hear(const EpisodeKey& key, const std::string& target, const Alert& alert,
                               core::Now now) {
  const auto found = episodes_.find(key);
  if (found == episodes_.end()) {
    if (episodes_.size() >= kLimit && !makeRoom(now.boot)) {
      return Heard::kFull;
    }
    remember(key);
    return begin(key, episodes_[key], target, alert, now);
  }
  Known& known = found->second;
  return known.episode.firing ? whileFiring(key, known, alert, now)
                              : whenOver(key, known, target, alert, now);
}

// The latest episode of the alert is this one from now on.
Episodes::Heard Episodes::begin(const EpisodeKey& key, Known& known, const std::string& target,
                                const Alert& alert, core::Now now) {
  Episode episode;
  episode.target = target;
  episode.labels = alert.labels;
  episode.firing = false;
  episode.heard_at = now.wall;
  episode.fingerprint = alert.fingerprint;
  episode.starts_at = alert.starts_at;
  episode.before = known.episode.ended_at;
  episode.earlier_attempt =
      known.episode.attempt != 0 ? known.episode.attempt : known.episode.earlier_attempt;
  if (!alert.firing) {
    episode.ended_at = endOf(alert);
  }
  known.episode = std::move(episode);
  known.heard = now.boot;
  if (!alert.firing) {
    return Heard::kOld;
  }
  startFiring(key, known);
  waitAgain(key);
  return Heard::kNew;
}

Episodes::Heard Episodes::whileFiring(const EpisodeKey& key, Known& known, const Alert& alert,
                                      core::Now now) {
  Episode& episode = known.episode;
  if (isOfTheOneBefore(episode, alert) || (!alert.firing && endOf(alert) < episode.starts_at)) {
    return Heard::kOld;
  }
  if (alert.firing) {
    episode.heard_at = now.wall;
    known.heard = now.boot;
    if (episode.attempt == 0) {
      waitAgain(key);
    }
    return Heard::kAgain;
  }
  remember(key);
  episode.heard_at = now.wall;
  episode.ended_at = endOf(alert);
  known.heard = now.boot;
  leaveLine(key, known);
  stopFiring(key, known, now.boot);
  return Heard::kResolved;
}

Episodes::Heard Episodes::whenOver(const EpisodeKey& key, Known& known, const std::string& target,
                                   const Alert& alert, core::Now now) {
  Episode& episode = known.episode;
  if (alert.starts_at > episode.ended_at) {
    remember(key);
    return begin(key, known, target, alert, now);
  }
  if (!alert.firing) {
    // Of two Alertmanagers, one may have had to guess: what Prometheus itself says is the earlier.
    const core::WallTime end = endOf(alert);
    const bool of_this_one = !isOfTheOneBefore(episode, alert) && end >= episode.starts_at;
    if (of_this_one && end < episode.ended_at) {
      remember(key);
      episode.ended_at = end;
    }
    return Heard::kOld;
  }
  if (now.boot - known.heard < kLate) {
    return Heard::kOld;
  }
  remember(key);
  episode.heard_at = now.wall;
  known.heard = now.boot;
  startFiring(key, known);
  if (episode.attempt == 0) {
    waitAgain(key);
  }
  return Heard::kAgain;
}

void Episodes::ceased(const EpisodeKey& key, std::uint64_t attempt, core::Now now) {
  const auto found = episodes_.find(key);
  if (found == episodes_.end() || !found->second.episode.firing ||
      found->second.episode.attempt != attempt) {
    return;
  }
  remember(key);
  Known& known = found->second;
  known.episode.ended_at = std::max(now.wall, known.episode.starts_at);
  known.episode.heard_at = now.wall;
  known.heard = now.boot;
  leaveLine(key, known);
  stopFiring(key, known, now.boot);
}

}  // namespace heald::engine
