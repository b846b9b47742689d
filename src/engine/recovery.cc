// The ends of incidents: a check that recovers, health that lasts, and attempts that a previous
// process left in flight.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "engine/healing.h"

namespace heald::engine {

void Healing::healthChanged(int check, Health was, Step& step) {
  const Health is = detection_.health(check);
  for (const int child : detection_.dependents(check)) {  // their views name what is in the way
    for (const int r : remedies_of_check_[static_cast<std::size_t>(child)]) {
      published_.stale.mark(r);
    }
  }
  for (const int r : remedies_of_check_[static_cast<std::size_t>(check)]) {
    const core::AnswersTo& on = std::as_const(*this).at(r).spec.on;
    if (on.healed(is) && !on.healed(was)) {
      recovered(r, step);
    }
  }
}

// Its incident is over.
void Healing::recovered(int r, Step& step) {
  Remedy& remedy = at(r);
  incidents_.over(remedy.spec.name, step.now.boot);
  remedy.view.blocked_by.clear();
  remedy.view.last_denied_by.reset();
  remedy.told_denial.clear();
  if (remedy.phase == Phase::kWaiting || remedy.phase == Phase::kQueued) {
    step.out.notes.push_back({Note::Level::kInfo,
                              "attempt skipped: the check recovered by itself",
                              {{"remedy", remedy.spec.name}, {"check", remedy.spec.check}}});
    rest(remedy);
  }
}

// Since the last attempt ended, too: one that fails among healthy checks (a preventive one, a
// permit) is not forgotten a moment later.
bool Healing::healthyForLong(int governor, core::Duration reset_after, core::BootTime now) const {
  if (const auto ended = governors_.lastResult(governor); ended && now - *ended < reset_after) {
    return false;
  }
  const auto& checks = checks_of_governor_[static_cast<std::size_t>(governor)];
  const auto healthy = [&](const Watched& watched) {
    const auto since = detection_.healedSince(watched.check, watched.on);
    return since && watched.on.healed(detection_.health(watched.check)) &&
           now - *since >= reset_after;
  };
  const auto quiet = [&](int remedy) {
    const auto since = episodes_.quietSince(groupOf(at(remedy)));
    return since && now - *since >= reset_after;
  };
  const auto alerted = alerted_of_governor_.find(governor);
  const bool has_alerts = alerted != alerted_of_governor_.end();
  return (has_alerts || !checks.empty()) && std::all_of(checks.begin(), checks.end(), healthy) &&
         (!has_alerts || std::all_of(alerted->second.begin(), alerted->second.end(), quiet));
}

void Healing::considerSustainedRecovery(int check, Step& step) {
  for (const int r : remedies_of_check_[static_cast<std::size_t>(check)]) {
    const Remedy& remedy = std::as_const(*this).at(r);
    if (store_up_ && !stopped_ && remedy.spec.on.healed(detection_.lastResult(check))) {
      clearWhenHealthyForLong(remedy.governor, step);
    }
  }
}

void Healing::clearWhenHealthyForLong(int governor, Step& step) {
  const core::Duration reset_after = governors_[governor].policy().reset_after;
  if (!healthyForLong(governor, reset_after, step.now.boot)) {
    return;
  }
  if (governors_.propose(governor, [](core::Governor& g) { return g.recovered(); })) {
    step.out.notes.push_back(
        {Note::Level::kInfo,
         "healthy for long enough: the failure counts are cleared",
         {{"governor", governors_.name(governor)}, {"after", core::toText(reset_after)}}});
  }
}

void Healing::beginRecovery(core::Now now, const Owned& others) {
  for (std::size_t g = 0; g < governors_.size(); ++g) {
    for (const core::Ticket& ticket : governors_[static_cast<int>(g)].state().in_flight) {
      if (others(governors_.name(static_cast<int>(g)), ticket.id)) {
        continue;
      }
      const auto mine = [&](int r) {
        return remedies_[place(r)].spec.name == ticket.remedy && remedies_[place(r)].attempt == 0;
      };
      const auto& under = remedies_of_governor_[g];
      const auto found = std::find_if(under.begin(), under.end(), mine);
      if (found == under.end()) {
        lost_.push_back({static_cast<int>(g), ticket.id});
        continue;
      }
      Remedy& remedy = at(*found);
      remedy.attempt = ticket.id;
      remedy.episode = episodes_.ofAttempt(groupOf(remedy), ticket.id);
      remedy.recovering = true;
      remedy.text = "heald ended while it ran";
      remedy.error = remedy.text;
      enter(remedy, Phase::kSettling);
      timers_.set(*found, now.boot);
    }
  }
}

// Lost attempts whose end is on record.
void Healing::forgetSettled() {
  const auto settled = [&](const Lost& lost) {
    const auto& tickets = governors_[lost.governor].state().in_flight;
    return std::none_of(tickets.begin(), tickets.end(),
                        [&](const core::Ticket& t) { return t.id == lost.attempt; });
  };
  std::erase_if(lost_, settled);
}

void Healing::continueRecovery(Step& step) {
  if (!store_up_) {
    return;
  }
  forgetSettled();
  for (const Lost& lost : lost_) {
    governors_.propose(lost.governor, [&](core::Governor& governor) {
      return governor.result(lost.attempt, false, "interrupted", step.now);
    });
  }
}

}  // namespace heald::engine
