#include "engine/fleet_asks.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "engine/denials.h"

namespace heald::engine {

void FleetAsks::ask(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  // Before the question: a member holds one permit.
  if (remedy.attempt.permit != 0)
    step.out.actions.push_back(ReturnPermit{std::exchange(remedy.attempt.permit, 0)});
  turns_.ask(remedy);
  remedy.attempt.asked_at = step.now.boot;
  remedy.attempt.awaited = runs_.ask(r);
  step.out.actions.push_back(AskFleet{remedy.attempt.awaited, remedy.spec.name});
}

std::optional<int> FleetAsks::answered(const FleetAnswered& event, Step& step) {
  const auto r = runs_.takeAsked(event.run);
  const bool mine =
      r && roster_[*r].attempt.phase == Phase::kAsking && roster_[*r].attempt.awaited == event.run;
  const bool yes = event.answer == FleetAnswer::kYes;
  const bool late = mine && old(roster_[*r], step.now.boot);
  if (yes && (!mine || late)) {
    step.out.actions.push_back(ReturnPermit{event.run});
  }
  if (!mine) {
    return std::nullopt;
  }
  if (!yes || late) {
    denied(*r, yes ? FleetAnswered{event.run, FleetAnswer::kUnanswered, "it came too late"} : event,
           step);
    return std::nullopt;
  }
  Remedy& remedy = roster_.at(*r);
  remedy.attempt.awaited = 0;
  remedy.attempt.permit = event.run;
  FleetStanding& standing = *roster_.figures(remedy).fleet;
  ++standing.answers[static_cast<std::size_t>(event.answer)];
  standing.denied.clear();
  standing.until.reset();
  return r;
}

void FleetAsks::denied(int r, const FleetAnswered& event, Step& step) {
  Remedy& remedy = roster_.at(r);
  remedy.attempt.awaited = 0;
  const std::string why =
      event.answer == FleetAnswer::kUnanswered ? "no answer: " + event.text : event.text;
  const core::BootTime now = step.now.boot;
  const auto until = event.wait ? std::optional(now + *event.wait) : std::nullopt;
  if (remedy.told_denial != "fleet") {
    Note note{event.answer == FleetAnswer::kNo ? Note::Level::kInfo : Note::Level::kWarn,
              "attempt denied: the fleet's server gave no permit",
              {{"remedy", remedy.spec.name},
               {"server", remedy.spec.permit->server},
               {"fleet", remedy.spec.permit->governor},
               {"reason", why}}};
    if (until) note.fields.emplace_back("until", core::toIso8601(step.now.wall + *event.wait));
    step.out.notes.push_back(std::move(note));
  }
  tellDenial(remedy, "fleet", why, until, step);
  FleetStanding& standing = *roster_.figures(remedy).fleet;
  ++standing.answers[static_cast<std::size_t>(event.answer)];
  standing.denied = why;
  standing.until = until;
  const bool waits = !remedy.preventive_run && remedy.asksAgain();
  const auto wanted_at = remedy.attempt.wanted_at;
  turns_.rest(remedy, AttemptEvent::kDenied);
  if (!waits) return;
  remedy.attempt.wanted_at = wanted_at;
  remedy.attempt.asks_from =
      now + std::clamp(event.wait.value_or(kAskAgain), kLeastWait, kMostWait);
  turns_.happens(remedy, AttemptEvent::kWaits);
  turns_.wakeAt(r, *remedy.attempt.asks_from);
}

}  // namespace heald::engine
