// What an EngineWorld holds its engine to.
#include <algorithm>

#include "engine_world.h"
#include "proof/oracle.h"

namespace heald::proof {

using core::CheckStatus;
using engine::ActionOutcome;
using std::chrono::seconds;
using Kind = Move::Kind;

namespace {

bool cleared(const core::GovernorState& state) {
  return state.consecutive_failures == 0 && state.breaker.failures == 0 &&
         state.breaker.state == core::BreakerState::kClosed && !state.dormant();
}

std::string left(core::BootTime deadline, core::BootTime now) {
  return std::to_string(std::max<long>(0, (deadline - now) / std::chrono::milliseconds(100)));
}

}  // namespace

// A new ticket is about to be durable: everything that forbids it, from the inputs alone.
void EngineWorld::admitted(const std::string& governor, const core::Ticket& ticket) {
  const core::Verdict verdict = expectedVerdict(policyOf(governor), saved_.governors[governor],
                                                gates(), core::BootTime(now_));
  expect(verdict.allowed(), "1: no attempt starts against " +
                                std::string(verdict.denied_by ? toString(*verdict.denied_by) : ""));
  expect(!stopped_, "nothing starts after a stop");
  expect(!store_known_down_, "1: nothing starts without a store");
  const int index = remedyNamed(ticket.remedy);
  if (index < 0) {
    return;  // a permit
  }
  const engine::RemedySpec& remedy = setup_.remedies[static_cast<std::size_t>(index)];
  expect(!remedy.observe && !setup_.healing.observe, "observe mode starts nothing");
  expect(!paused(remedy.name), "what is paused does not start");
  const CheckStatus last = last_[remedy.check];
  expect((last == CheckStatus::kCritical && remedy.on.critical) ||
             (last == CheckStatus::kWarning && remedy.on.warning),
         "11: only a result that the remedy answers to starts it");
  for (const engine::CheckSpec& check : setup_.checks) {
    expect(check.name != remedy.check || !parentUnhealthy(check),
           "a child of an unhealthy check is not healed");
  }
}

// Whatever has happened to heald meanwhile. A configuration may have fewer steps than before.
void EngineWorld::holdStep(const engine::RemedySpec& remedy, int step) {
  int& reached = reached_[remedy.name];
  const int last = static_cast<int>(remedy.steps.size()) - 1;
  expect(step >= std::min(reached, last), "12: within an incident an escalation never goes back");
  reached = step;
}

core::Gates EngineWorld::gates() const {
  core::Gates gates;
  const auto flag = saved_.flags.find(core::Feature::kAutoHealing);
  gates.feature_enabled = flag == saved_.flags.end() || flag->second.overridden.value_or(true);
  const engine::HealingPolicy& limits = setup_.healing;
  gates.max_concurrent_reached = running() >= limits.max_concurrent;
  gates.max_unverified_reached = limits.max_unverified && inFlight() >= *limits.max_unverified;
  const auto bad = std::count_if(setup_.checks.begin(), setup_.checks.end(), [&](const auto& c) {
    const auto found = unhealthy_.find(c.name);
    return found != unhealthy_.end() && found->second;
  });
  const auto total = static_cast<long>(setup_.checks.size());
  gates.storm_brake = total >= setup_.healing.storm_brake.min_checks &&
                      bad * 100 > setup_.healing.storm_brake.max_unhealthy_percent * total;
  return gates;
}

bool EngineWorld::parentUnhealthy(const engine::CheckSpec& check) const {
  return std::any_of(check.depends_on.begin(), check.depends_on.end(), [&](const auto& parent) {
    const auto found = unhealthy_.find(parent);
    return found != unhealthy_.end() && found->second;
  });
}

bool EngineWorld::paused(const std::string& remedy) const {
  const auto pause = saved_.pauses.find(remedy);
  return pause != saved_.pauses.end() && pause->second.until > core::BootTime(now_);
}

int EngineWorld::inFlight() const {
  std::size_t count = 0;
  for (const auto& [name, state] : saved_.governors) {
    count += state.in_flight.size();
  }
  return static_cast<int>(count);
}

// Actions that were started and have not ended, and permits.
int EngineWorld::running() const {
  const auto open = [](const auto& entry) {
    return entry.second.state == engine::PermitState::kOutstanding;
  };
  return static_cast<int>(action_runs_.size() + cancelled_.size()) +
         static_cast<int>(std::count_if(saved_.permits.begin(), saved_.permits.end(), open));
}

int EngineWorld::remedyNamed(const std::string& name) const {
  for (std::size_t i = 0; i < setup_.remedies.size(); ++i) {
    if (setup_.remedies[i].name == name) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

const core::GovernorPolicy& EngineWorld::policyOf(const std::string& governor) const {
  for (const engine::GovernorSpec& spec : setup_.governors) {
    if (spec.name == governor) {
      return spec.policy;
    }
  }
  return other_.governors.front().policy;
}

void EngineWorld::countFreshStart(const std::string& governor, const core::GovernorState& before,
                                  const core::GovernorState& after) {
  int& since = since_fresh_start_[governor];
  const bool fresh_start = after.epoch != before.epoch || (cleared(after) && !cleared(before));
  const bool healed = cleared(after) && after.totals.successes > before.totals.successes;
  since = fresh_start || healed ? 0 : since;
  since += static_cast<int>(after.totals.attempts - before.totals.attempts);
  expect(since <= core::attemptBound(policyOf(governor)), "5: it stops");
}

void EngineWorld::checkWorld() {
  const engine::Snapshot snapshot = engine_->snapshot(now());
  for (const engine::GovernorView& view : snapshot.governors) {
    expect(view.state == saved_.governors[view.name], "8: what can be seen is on disk");
    expect(core::inconsistency(view.state).empty(), "2: the state is one that can be");
    expect(std::ssize(view.state.in_flight) <= view.policy.max_in_flight,
           "1: at most C at one time");
  }
  expect(running() <= setup_.healing.max_concurrent, "1: at most max_concurrent at one time");
  expect(inFlight() <= setup_.healing.max_unverified.value_or(99),
         "1: at most max_unverified at one time");
  expect(engine_->idle() == action_runs_.empty(), "idle means that no action runs");
  expect(!stopped_ || !engine_->nextWakeup(), "nothing is due after a stop");
  expect(snapshot.storm_brake == gates().storm_brake, "the storm brake holds when it says so");
}

std::string EngineWorld::key() const {
  const core::BootTime at{now_};
  const engine::Snapshot s = engine_->snapshot(now());
  std::string key = disk_full_ ? "D" : "d";
  key += s.store_up ? "u" : "n";
  key += stopped_ ? "S" : "s";
  key += setup_.remedies.size() == other_.remedies.size() ? ""
                                                          : std::to_string(setup_.remedies.size());
  key += s.features.enabled(core::Feature::kAutoHealing) ? "+" : "-";
  for (const engine::GovernorView& g : s.governors) {
    const core::GovernorState& state = g.state;
    key += "|" + std::to_string(state.consecutive_failures) + "," +
           std::to_string(state.breaker.failures) + (state.dormant() ? "D" : "A") +
           std::to_string(static_cast<int>(state.breaker.state)) + "b" +
           (state.consecutive_failures > 0 ? left(state.next_allowed_at, at) : "0") + "o" +
           left(state.breaker.open_until, at) + "h" +
           std::to_string(state.breaker.half_open_admitted);
    for (const core::Ticket& t : state.in_flight) {
      key += t.remedy.empty() ? "p" : t.remedy;
      key += t.epoch == state.epoch ? "e" : "x";
      key += t.generation == state.breaker.generation ? "g" : "y";
    }
    key += "m" +
           std::to_string(since_fresh_start_.contains(g.name) ? since_fresh_start_.at(g.name) : 0);
  }
  for (const engine::CheckView& c : s.checks) {
    key += "/" + std::to_string(static_cast<int>(c.health)) +
           std::to_string(static_cast<int>(c.status)) + (c.running ? "r" : "i");
  }
  for (const engine::RemedyView& r : s.remedies) {
    key += ";" + std::to_string(static_cast<int>(r.phase)) +
           (r.next_attempt_at ? left(*r.next_attempt_at, at) : "n") + "i" +
           std::to_string(r.incident_failures) + "," + std::to_string(r.incident_step) +
           (action_runs_.contains(r.name) ? "a" : "") + (r.pause ? left(r.pause->until, at) : "");
  }
  for (const engine::Permit& permit : s.permits) {
    key += "P" + left(permit.deadline, at);
  }
  const auto wake = engine_->nextWakeup();
  key += "w" + (wake ? left(*wake, at) : "n");
  return key;
}

void EngineWorld::finishAll(int critical) {
  for (std::size_t i = 0; i < setup_.checks.size(); ++i) {
    if (check_runs_.contains(setup_.checks[i].name)) {
      finishCheck(static_cast<int>(i),
                  static_cast<int>(i) == critical ? CheckStatus::kCritical : CheckStatus::kOk);
    }
  }
  for (std::size_t i = 0; i < setup_.remedies.size(); ++i) {
    if (action_runs_.contains(setup_.remedies[i].name)) {
      finishAction(static_cast<int>(i), ActionOutcome::kFailed, "");
    }
  }
}

void EngineWorld::expectProgress(std::size_t index) {
  const engine::RemedySpec remedy = setup_.remedies[index % setup_.remedies.size()];
  if (stopped_ || remedy.observe || setup_.healing.observe) {
    return;
  }
  int check = 0;
  while (setup_.checks[static_cast<std::size_t>(check)].name != remedy.check) {
    ++check;
  }
  disk_full_ = false;
  probe();
  send(engine::UnpauseRemedy{"", ""});
  if (!engine_->snapshot(now()).features.enabled(core::Feature::kAutoHealing)) {
    apply({Kind::kFlag});
  }
  // What is unhealthy beside it gets well, so that neither a parent nor the storm brake holds.
  for (std::size_t i = 0; i < setup_.checks.size(); ++i) {
    next_[setup_.checks[i].name] =
        static_cast<int>(i) == check ? CheckStatus::kCritical : CheckStatus::kOk;
    if (!check_runs_.contains(setup_.checks[i].name)) {
      apply({Kind::kLook, static_cast<int>(i)});
    }
  }
  // An attempt that a crash has interrupted ends by its check, and is not wanted again by that.
  for (int i = 0; i < 4; ++i) {
    finishAll(check);
    passSecond();
  }
  finishAll(check);
  const std::size_t before = started_;
  if (!check_runs_.contains(remedy.check)) {
    apply({Kind::kLook, check});
  }
  // From here on only time passes, and what runs ends.
  for (int i = 0; i < 20; ++i) {
    finishAll(check);
    if (started_ > before || saved_.governors[remedy.governor].dormant()) {
      return;
    }
    passSecond();
  }
  expect(false, "6: " + remedy.name + " does not stick");
}

void EngineWorld::expect(bool holds, const std::string& statement) {
  if (!holds && violation_.empty()) {
    violation_ = statement;
  }
}

}  // namespace heald::proof
