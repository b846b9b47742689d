#include "engine/healing.h"

namespace heald::engine {

Healing::Healing(const Setup& setup, Detection& detection, const core::FeatureFlags& features,
                 const Pauses& pauses, Approvals& approvals)
    : policy_(setup.healing),
      alertmanager_(setup.alertmanager),
      governors_(setup.governors),
      escalation_(incidents_, episodes_, detection.checks(), governors_),
      slots_(policy_, governors_),
      guards_(policy_, features, governors_, slots_, detection.checks(), escalation_, approvals),
      health_(roster_, governors_, episodes_.lines(), detection.checks()),
      turns_(roster_, slots_, health_),
      targets_(roster_, governors_, episodes_),
      totals_(roster_, governors_, escalation_),
      held_back_(roster_, turns_, pauses, detection.checks()),
      verification_(roster_, turns_, runs_, detection, episodes_.book(), alertmanager_),
      attempts_({roster_, turns_, runs_, governors_, episodes_, escalation_, totals_, guards_,
                 approvals, preventive_, figures_}),
      fleet_(roster_, turns_, runs_),
      wants_({roster_, turns_, slots_, held_back_, guards_, attempts_, fleet_, governors_,
              episodes_, detection, figures_}),
      checks_({roster_, turns_, governors_, detection.checks(), escalation_, health_, guards_,
               verification_, attempts_, wants_, figures_}),
      alert_episodes_(
          {roster_, turns_, governors_, episodes_, targets_, wants_, alertmanager_, figures_}),
      alerts_({roster_, turns_, episodes_, alert_episodes_, targets_, attempts_, wants_,
               alertmanager_, figures_}),
      by_hand_({roster_, wants_, episodes_, alert_episodes_, pauses, guards_, detection.checks(),
                figures_}),
      recovery_(roster_, turns_, governors_, episodes_.book()),
      succession_({policy_, roster_, turns_, slots_, runs_, totals_, targets_, recovery_, alerts_,
                   preventive_, governors_, detection.checks(), figures_}),
      view_({policy_, roster_, turns_, slots_, governors_, guards_, pauses, detection.checks(),
             escalation_, totals_, preventive_, figures_, episodes_, incidents_}) {
  succession_.begin(setup.remedies);
}

void Healing::reconfigure(const Setup& setup, Step& step) {
  policy_ = setup.healing;
  alertmanager_ = setup.alertmanager;
  governors_.reconfigure(setup.governors);
  view_.shareNothing();
  succession_.take(setup.remedies, step);
  alert_episodes_.reconfigured(step.now);
  escalation_.endForeign(roster_, step.now.boot);
  if (guards_.storeUp()) {
    recovery_.goOn(step);
  }
  alert_episodes_.tend(step);
}

void Healing::load(const Saved& saved, core::Now now) {
  alert_episodes_.load(saved, now);
  incidents_.load(saved.incidents);
  escalation_.endForeign(roster_, now.boot);
  for (const auto& [name, totals] : saved.remedies) {
    totals_.load(name, totals);
  }
}

void Healing::actionFinished(const ActionFinished& event, Step& step) {
  const auto r = runs_.takeAction(event.run);
  if (!r) {
    if (slots_.ended(event.run)) {
      wants_.wakeQueued(step);
    }
    return;
  }
  const Verification::Found failed = attempts_.acted(*r, event, step);
  attempts_.end(*r, failed ? failed : verification_.begin(*r, step), step);
  if (roster_[*r].attempt.phase == Phase::kSettling && !turns_.stopped()) {
    wakeDue(step);
  }
  if (roster_[*r].attempt.phase != Phase::kReporting) {  // which wakes them when it is durable
    wants_.wakeQueued(step);
  }
}

void Healing::alertAsked(const AlertAsked& event, Step& step) {
  if (const auto r = runs_.takeAsked(event.run)) {
    attempts_.end(*r, verification_.answered(*r, event, step), step);
  }
}

void Healing::fleetAnswered(const FleetAnswered& event, Step& step) {
  if (const auto r = fleet_.answered(event, step)) {
    wants_.permitted(*r, step);
  }
  wants_.wakeQueued(step);  // the slot that it claimed may be free
}

void Healing::wakeDue(Step& step) {
  while (const auto r = turns_.takeDue(step.now.boot)) {
    switch (roster_.at(*r).attempt.phase) {
      case Phase::kWaiting:
        wants_.due(*r, step);
        break;
      case Phase::kSettling:
        attempts_.end(*r, verification_.look(*r, step), step);
        break;
      case Phase::kVerifying:
        attempts_.end(*r, verification_.lookAtAlert(*r, step), step);
        break;
      case Phase::kIdle:
        // Nothing may have fired for long enough: the counts are cleared, as for a check.
        if (roster_[*r].spec.byAlert() && guards_.storeUp() && !turns_.stopped()) {
          health_.consider(roster_[*r].governor, step);
        }
        break;
      case Phase::kQueued:
      case Phase::kPrechecking:
      case Phase::kAsking:
      case Phase::kActing:
      case Phase::kReporting:
        break;
    }
  }
}

void Healing::runPreventive(Step& step) {
  for (const int remedy : preventive_.remedies()) {
    figures_.event(EventSource::kPreventive);
    wants_.detected(remedy, true, step);
  }
}

void Healing::committed(Step& step) {
  recovery_.forgetSettled();
  bool slot_free = false;
  for (const int governor : governors_.takeKept(step.out.notes)) {
    const core::Duration reset_after = governors_[governor].policy().reset_after;
    turns_.watchHealthUnder(governor, step.now.boot + reset_after);
    slot_free = true;
  }
  for (const Totals::Proposed& proposed : totals_.takeKept()) {
    if (proposed.kind == Totals::Proposed::Kind::kAdmission) {
      attempts_.start(proposed.remedy, step);
    } else {
      attempts_.conclude(proposed.remedy, step);
      wants_.ended(proposed.remedy, step);
    }
  }
  if (slot_free) {
    wants_.wakeQueued(step);
  }
  alerts_.recorded(step);
}

void Healing::refused(Step& step) {
  alerts_.refused();
  for (const int remedy : totals_.takeUndone()) {
    wants_.deny(remedy, {core::Guard::kStoreUnavailable, std::nullopt}, step);
  }
}

void Healing::storeIsBack(Step& step) {
  guards_.setStoreUp(true);
  for (const int remedy : turns_.reporting()) {
    attempts_.report(remedy, step);
  }
  recovery_.goOn(step);
  alert_episodes_.storeIsBack(step);
  wants_.wakeQueued(step);
}

}  // namespace heald::engine
