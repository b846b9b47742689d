#include "engine/episode_rules.h"

#include <algorithm>

namespace heald::engine {
namespace {

bool isOfTheOneBefore(const Episode& episode, const Alert& alert) {
  return episode.before != core::WallTime{} && alert.starts_at <= episode.before;
}

Told whileFiring(const Alert& alert, const Episode& known) {
  if (isOfTheOneBefore(known, alert) || (!alert.firing && endOf(alert) < known.starts_at)) {
    return Told::kOld;
  }
  return alert.firing ? Told::kAgain : Told::kEnds;
}

Told whenOver(const Alert& alert, const Episode& known, core::Duration since) {
  if (alert.starts_at > known.ended_at) {
    return meaningOf(alert);
  }
  if (!alert.firing) {
    // Of two Alertmanagers, one may have had to guess: what Prometheus itself says is the earlier.
    const core::WallTime end = endOf(alert);
    const bool of_this_one = !isOfTheOneBefore(known, alert) && end >= known.starts_at;
    return of_this_one && end < known.ended_at ? Told::kEndsBefore : Told::kOld;
  }
  return since < kLate ? Told::kOld : Told::kGoesOn;
}

}  // namespace

core::WallTime endOf(const Alert& alert) {
  return std::max(alert.ends_at.value_or(alert.starts_at), alert.starts_at);
}

Told meaningOf(const Alert& alert) {
  return alert.firing ? Told::kBegins : Told::kBeganLate;
}

Told meaningOf(const Alert& alert, const Episode& known, core::Duration since) {
  return known.firing ? whileFiring(alert, known) : whenOver(alert, known, since);
}

Episode beginningOf(const Alert& alert, const std::string& target, const Episode& before) {
  Episode episode;
  episode.target = target;
  episode.labels = alert.labels;
  episode.firing = false;
  episode.fingerprint = alert.fingerprint;
  episode.starts_at = alert.starts_at;
  episode.before = before.ended_at;
  episode.earlier_attempt = before.attempt != 0 ? before.attempt : before.earlier_attempt;
  if (!alert.firing) {
    episode.ended_at = endOf(alert);
  }
  return episode;
}

}  // namespace heald::engine
