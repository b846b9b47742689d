#include "engine/alert_episodes.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/alert_identity.h"
#include "engine/alert_rules.h"

namespace heald::engine {

// Who has an attempt in flight or an alert that fires comes first: there may be no room for all of
// whom their governor knows something.
void AlertEpisodes::load(const Saved& saved, core::Now now) {
  for (const auto& [name, state] : saved.governors) {
    for (const core::Ticket& ticket : state.in_flight) {
      serveTarget(name, ticket.remedy, now);
    }
  }
  auto episodes = saved.episodes;
  for (auto& [key, episode] : episodes) {
    episode.heard_at = now.wall;
    const int base = p_.roster.indexOf(key.remedy);
    if (base >= 0 && episode.firing && takes(p_.roster[base].spec, episode)) {
      p_.targets.placeFor(base, episode.target, now.boot);
    }
  }
  p_.episodes.load(std::move(episodes), now.boot);
  rename(now.boot);
  for (const auto& [name, state] : saved.governors) {
    serveTarget(name, "", now);
  }
  dropOfOthers(now.boot);
  wakeAll();
  some_wait_ = true;
}

// The target that a governor's name has, by this remedy under its parent; by all when it is "".
void AlertEpisodes::serveTarget(const std::string& governor, const std::string& remedy,
                                core::Now now) {
  const auto at_sign = governor.find('@');
  const int parent =
      at_sign == std::string::npos ? -1 : p_.governors.list().indexOf(governor.substr(0, at_sign));
  if (parent < 0) {
    return;
  }
  for (const int r : std::vector<int>(p_.roster.ofGovernor(parent))) {
    const RemedySpec& spec = p_.roster[r].spec;
    if (!spec.alert.target.empty() && (remedy.empty() || spec.name == remedy)) {
      p_.targets.placeFor(r, governor.substr(at_sign + 1), now.boot);
    }
  }
}

void AlertEpisodes::reconfigured(core::Now now) {
  rename(now.boot);
  dropOfOthers(now.boot);
  wakeAll();
  some_wait_ = true;
}

void AlertEpisodes::storeIsBack(Step& step) {
  dropOfOthers(step.now.boot);  // what a reload forgot may be back since a commit failed
  wakeAll();
  some_wait_ = true;
  tend(step);
}

void AlertEpisodes::tend(Step& step) {
  p_.targets.forgetOld(step.now.boot);
  const auto forgotten = p_.episodes.forgetOld(step.now, p_.policy.forget_after);
  p_.figures.drop(DropReason::kExpired, forgotten.size());
  std::set<int> remedies;
  for (const auto& [name, target] : forgotten) {
    const int base = p_.roster.indexOf(name);
    const int serving = base < 0 ? -1 : p_.roster.serving(base, target);
    if (serving >= 0) remedies.insert(serving);
  }
  if (std::exchange(some_wait_, false)) {
    for (std::size_t i = 0; i < p_.roster.size(); ++i) remedies.insert(static_cast<int>(i));
  }
  for (const int remedy : remedies) {
    if (p_.roster[remedy].spec.byAlert() && p_.roster[remedy].attempt.phase == Phase::kIdle) {
      p_.turns.watchHealth(remedy);
      p_.wants.wantNext(remedy, step);
    }
  }
}

void AlertEpisodes::tryAgain(const EpisodeKey& key) {
  if (goesOn(key)) {
    p_.episodes.waitAgain(key);
  }
}

// By the labels that are ignored now.
void AlertEpisodes::rename(core::BootTime now) {
  const auto renamed = p_.episodes.rename(
      [&](const Episode& episode) {
        return identityOf({episode.fingerprint, {}, true, episode.labels}, p_.policy.ignore_labels);
      },
      now);
  p_.roster.stale().markAll();
  for (std::size_t i = 0; i < p_.roster.size(); ++i) {
    Remedy& remedy = p_.roster.at(static_cast<int>(i));
    const auto found = remedy.episode ? renamed.find(*remedy.episode) : renamed.end();
    if (found != renamed.end()) {
      remedy.episode = found->second;
    }
  }
}

// An episode is of use only to a remedy that still takes alerts in the same way.
void AlertEpisodes::dropOfOthers(core::BootTime now) {
  const auto taken = [this](const EpisodeKey& key, const Episode& episode) {
    const int base = p_.roster.indexOf(key.remedy);
    return base >= 0 && takes(p_.roster[base].spec, episode);
  };
  p_.episodes.keepOnly(taken, now);
}

void AlertEpisodes::wakeAll() {
  p_.episodes.wakeAll();
  const auto failed = [](const EpisodeKey&, const Episode& e) {
    return e.firing && e.failures > 0;
  };
  for (const EpisodeKey& key : p_.episodes.book().keys(failed)) tryAgain(key);
}

// Whether an alert whose last attempt has failed is to have another: its remedy tries again, and
// none is in flight for it.
bool AlertEpisodes::goesOn(const EpisodeKey& key) const {
  const Episode* episode = p_.episodes.book().find(key);
  const int base = p_.roster.indexOf(key.remedy);
  if (episode == nullptr || !episode->firing || episode->failures == 0 || base < 0 ||
      !p_.roster[base].spec.alert.retry) {
    return false;
  }
  const int serving = p_.roster.serving(base, episode->target);
  if (serving < 0) {
    return false;
  }
  const Remedy& remedy = p_.roster[serving];
  const auto& flying = p_.governors[remedy.governor].state().in_flight;
  return std::none_of(flying.begin(), flying.end(), [&](const core::Ticket& ticket) {
    return ticket.id == episode->attempt && ticket.remedy == key.remedy;
  });
}

}  // namespace heald::engine
