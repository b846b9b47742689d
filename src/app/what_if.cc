#include "app/what_if.h"

#include <algorithm>

#include "simulation/foresight.h"

namespace heald::app {
namespace {

using First = api::WhatIf::First;
using Asked = simulation::Question::First;

Asked firstOf(First first) {
  switch (first) {
    case First::kNothing:
      return Asked::kNothing;
    case First::kResume:
      return Asked::kResume;
    case First::kRetry:
      return Asked::kRetry;
    case First::kReset:
      return Asked::kReset;
  }
  return Asked::kNothing;
}

api::Foreseen::State stateOf(const engine::Snapshot& present, const engine::GovernorView& view) {
  const core::GovernorState& state = view.state;
  api::Foreseen::State now{present.taken.wall, state.dormant(), state.breaker.state, {}, {}, 0};
  now.consecutive_failures = state.consecutive_failures;
  if (state.breaker.state == core::BreakerState::kOpen) {
    now.open_until = engine::wallOf(present, state.breaker.open_until);
  }
  if (state.consecutive_failures > 0) {
    now.waits_until = engine::wallOf(present, state.next_allowed_at);
  }
  return now;
}

api::Foreseen shownOf(const simulation::Foresight& foresight, const std::string& governor,
                      api::Foreseen::State present) {
  const simulation::Record& record = foresight.record;
  const auto at = [&](core::Duration since) { return record.began + since; };
  api::Foreseen shown;
  shown.from = record.began;
  shown.until = at(record.run_for);
  shown.complete = record.complete;
  shown.assumptions = foresight.assumptions;
  shown.refused = foresight.refused;
  for (const simulation::AttemptMade& made : record.attempts) {
    shown.attempts.push_back(
        {made.remedy, made.governor, made.attempt, made.step, at(made.started), {}, made.ok});
    if (made.ended) shown.attempts.back().ended = at(*made.ended);
  }
  shown.states.push_back(std::move(present));
  for (const simulation::GovernorPoint& point : record.governors) {
    if (point.governor != governor) continue;
    api::Foreseen::State state{at(point.at), point.dormant, point.breaker, {}, {}, 0};
    state.consecutive_failures = point.consecutive_failures;
    if (point.breaker == core::BreakerState::kOpen) state.open_until = at(point.open_until);
    if (point.waits_until) state.waits_until = at(*point.waits_until);
    shown.states.push_back(std::move(state));
  }
  for (const simulation::HealthPoint& point : record.healths) {
    shown.healths.push_back({at(point.at), point.check, point.health});
  }
  return shown;
}

}  // namespace

Result<api::Foreseen> WhatIfs::answer(const config::Config& config,
                                      const std::shared_ptr<const engine::Snapshot>& present,
                                      const api::WhatIf& question) {
  const std::unique_lock lock(busy_, std::try_to_lock);
  if (!lock) {
    return Error{ErrorCode::kLimit, "another question is being answered; ask again in a moment"};
  }
  if (present == nullptr) return Error{ErrorCode::kUnavailable, "heald is starting"};
  const auto& governors = present->governors;
  const auto view = std::find_if(governors.begin(), governors.end(),
                                 [&](const auto& one) { return one.name == question.governor; });
  if (view == governors.end()) {
    return Error{ErrorCode::kNotFound, "no governor \"" + question.governor + "\""};
  }
  const auto foresight = simulation::foresee(
      config.setup, *present,
      {question.governor, question.lasts, question.heals, firstOf(question.first)});
  return shownOf(foresight, question.governor, stateOf(*present, *view));
}

}  // namespace heald::app
