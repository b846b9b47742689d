#include "simulation/referee.h"

#include <algorithm>

#include "core/text.h"

namespace heald::simulation {

void Referee::fail(const std::string& what) {
  if (violation_.empty()) violation_ = "at " + core::toText(at_.time) + ": " + what;
}

void Referee::booted(const engine::Setup& setup, const engine::Snapshot& snapshot,
                     const Moment& at) {
  setup_ = setup;
  at_ = booted_ = at;
  event_ = nullptr;
  store_up_ = true;
  driven_since_ = at.time;
  admitted_.clear();
  tasks_running_.clear();
  fleet_permits_.clear();
  incidents_ = saved_incidents_;
  last_run_ = last_action_run_ = 0;
  forgetOthers();
  approvals_.booted(at.time, at.wall_set, at.boot);
  checks_.clear();
  for (const engine::CheckSpec& spec : setup.checks) {
    checks_.emplace_back().spec = spec;
    if (spec.follows_cycle) checks_.back().spec.interval = setup.detection.interval;
  }
  for (const engine::GovernorSpec& spec : setup.governors) {
    Governor& known = governor(spec.name);
    if (known.model.policy != spec.policy) known.since_fresh_start = 0;  // its bound is another one
    known.model.policy = spec.policy;
  }
  for (auto& [key, attempt] : attempts_) {
    attempt.recovering = !attempt.permit;
    attempt.lost = !attempt.permit && remedy(attempt.remedy) == nullptr;
    attempt.run = 0;
    attempt.action_ended.reset();
    attempt.matched = attempt.seen_healed = attempt.seen_ill = false;
  }
  for (auto& [name, pause] : pauses_) {
    if (pause.boot == at.boot) continue;
    pause.until -= std::max(Duration{}, at.wall_set - pause.wall_set);
    pause.roughly = true;
  }
  for (auto& [name, governor] : governors_) {
    governor.unseen = governor.saved_boot != at.boot;
    governor.last_result.reset();
  }
  for (const engine::Permit& permit : snapshot.permits) {
    const auto attempt = attempts_.find({permit.governor, permit.attempt});
    if (attempt != attempts_.end()) {
      attempt->second.deadline = at.time + (permit.deadline - at.now.boot);
    }
  }
  compare(snapshot);
}

void Referee::given(const engine::Event& event, const Moment& at) {
  at_ = at;
  event_ = &event;
  settled_ = false;
  if (const auto* check = std::get_if<engine::CheckFinished>(&event)) found(*check);
  if (const auto* action = std::get_if<engine::ActionFinished>(&event)) hear(*action);
  if (const auto* alerts = std::get_if<engine::AlertsReceived>(&event)) hear(*alerts);
  if (const auto* answer = std::get_if<engine::AlertAsked>(&event)) hear(*answer);
  if (const auto* answer = std::get_if<engine::FleetAnswered>(&event)) hear(*answer);
  if (!fleet_permits_.empty()) watchFleetPermits();
  if (!attempts_.empty()) watchAlerts();
  if (const auto* task = std::get_if<engine::TaskFinished>(&event)) {
    tasks_running_.erase(task->install);
  }
  if (std::holds_alternative<engine::SetFlag>(event) ||
      std::holds_alternative<engine::RunCheckNow>(event)) {
    for (Check& check : checks_) check.starts.clear();
  }
  if (const auto* reload = std::get_if<engine::Reload>(&event)) reloaded(*reload->setup);
}

void Referee::reloaded(const engine::Setup& setup) {
  setup_ = setup;
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    checks_[i].spec = setup_.checks[i];
    if (checks_[i].spec.follows_cycle) checks_[i].spec.interval = setup_.detection.interval;
    checks_[i].starts.clear();
    checks_[i].due_results = 0;
  }
  for (auto& [name, governor] : governors_) {
    const std::string& configured = governor.parent.empty() ? name : governor.parent;
    for (const engine::GovernorSpec& spec : setup_.governors) {
      if (spec.name != configured) continue;
      governor.model.policy = spec.policy;
    }
    governor.since_fresh_start = 0;  // its bound is another one
  }
  for (auto& [key, attempt] : attempts_) {
    if (attempt.permit || remedy(attempt.remedy) != nullptr) continue;
    attempt.lost = true;
    interrupted_by_reload_.insert(attempt.remedy);
  }
  forgetOthers();
}

// A remedy that is taken out is a new one when it comes back: its incident and its alerts are over.
void Referee::forgetOthers() {
  const auto gone = [&](const auto& entry) {
    return remedy(entry.first.substr(0, entry.first.find_first_of("@/"))) == nullptr;
  };
  std::erase_if(incidents_, gone);
  std::erase_if(incidents_, [&](const auto& entry) {
    return entry.second.check != remedy(entry.first.substr(0, entry.first.find('/')))->check;
  });
  std::erase_if(episode_starts_, gone);
  std::erase_if(alerted_, gone);
}

void Referee::taskStarted(const engine::RunTask& task) {
  if (!tasks_running_.insert(task.install).second)
    fail("task " + task.id + " runs twice at one time");
}

void Referee::hear(const engine::FleetAnswered& event) {
  const auto asked = fleet_permits_.find(event.run);
  if (asked == fleet_permits_.end()) return;
  if (event.answer == engine::FleetAnswer::kYes) {
    asked->second.since = at_.time;
  } else {
    fleet_permits_.erase(asked);
  }
}

void Referee::usesPermit(const engine::RemedySpec& spec) {
  const auto mine = std::find_if(
      fleet_permits_.begin(), fleet_permits_.end(),
      [&](const auto& one) { return one.second.since && one.second.remedy == spec.name; });
  if (mine == fleet_permits_.end()) return fail(spec.name + " starts without a permit");
  fleet_permits_.erase(mine);
}

void Referee::returned(const engine::ReturnPermit& permit) {
  const auto known = fleet_permits_.find(permit.run);
  if (known == fleet_permits_.end() || !known->second.since) {
    return fail("a permit is given back that was not given, or twice");
  }
  fleet_permits_.erase(known);
}

void Referee::watchFleetPermits() {
  for (const auto& [run, permit] : fleet_permits_) {
    if (permit.since && at_.time - std::max(*permit.since, driven_since_) > std::chrono::minutes(5))
      fail("a permit of " + permit.remedy + " is neither used nor given back");
  }
}

void Referee::committed(const engine::Changes& changes, bool acknowledged, bool durable) {
  if (durable) rememberEpisodes(changes);
  const std::size_t before = admitted_.size();
  became_dormant_.clear();
  hearEnds(changes);
  for (const auto& [name, state] : changes.governors) {
    if (state.dormant() && !governor(name).model.dormant) became_dormant_.insert(name);
  }
  for (const auto& [name, state] : changes.governors) judge(name, state, durable);
  for (const std::string& name : changes.forgotten) forgotten(name, durable);
  settled_ = true;
  store_up_ = acknowledged;
  if (!durable) return;
  linkEpisodes(changes);
  rememberSwitches(changes);
  for (std::size_t i = before; i < admitted_.size(); ++i) takeStep(admitted_[i]);
  holdApprovals(changes, before);
  rememberPermits(changes);
  saved_incidents_ = incidents_;
  if (admitted_.size() > before) holdLimits();
}

void Referee::holdApprovals(const engine::Changes& changes, std::size_t admitted_before) {
  std::vector<engine::ApprovalKey> started;
  for (std::size_t i = admitted_before; i < admitted_.size(); ++i) {
    const Attempt& attempt = attempts_.at(admitted_[i]);
    const engine::RemedySpec* spec = remedy(attempt.remedy);
    if (spec == nullptr || !spec->needsApproval(attempt.step)) continue;
    const std::string& governor = admitted_[i].first;
    const std::string target =
        governor == spec->governor ? "" : governor.substr(spec->governor.size() + 1);
    started.push_back({spec->name, target, attempt.step + 1});
  }
  for (const auto& [id, permit] : changes.permits) {
    if (!permit || permit->state != engine::PermitState::kOutstanding || permits_.contains(id)) {
      continue;
    }
    const std::string configured = permit->governor.substr(0, permit->governor.find('@'));
    const bool needed =
        std::any_of(setup_.governors.begin(), setup_.governors.end(),
                    [&](const auto& spec) { return spec.name == configured && spec.approval; });
    if (needed) started.push_back({permit->governor, permit->member, 0});
  }
  const std::string wrong = approvals_.committed(changes, event_, at_.time, at_.wall_set, started);
  if (!wrong.empty()) fail(wrong);
}

// Of two attempts that end with one commit the counts do not say which one failed.
void Referee::hearEnds(const engine::Changes& changes) {
  told_ends_.clear();
  for (const engine::HistoryEntry& entry : changes.history) {
    if (entry.kind != engine::HistoryKind::kAttempt || entry.event == "started") continue;
    told_ends_[{entry.governor, entry.attempt}] = entry.event == "succeeded";
  }
}

void Referee::put(const engine::Output& out) {
  for (const engine::Action& action : out.actions) {
    if (const auto* check = std::get_if<engine::StartCheck>(&action)) checkStarted(*check);
    if (const auto* start = std::get_if<engine::StartAction>(&action)) started(*start);
    if (const auto* task = std::get_if<engine::RunTask>(&action)) taskStarted(*task);
    if (const auto* ask = std::get_if<engine::AskAlert>(&action)) asked(*ask);
    if (const auto* member = std::get_if<engine::AskFleet>(&action)) {
      fleet_permits_[member->run] = {member->remedy, {}};
    }
    if (const auto* permit = std::get_if<engine::ReturnPermit>(&action)) returned(*permit);
  }
  if (!admitted_.empty()) fail("an attempt that is recorded does not start");
  const auto* check = event_ == nullptr ? nullptr : std::get_if<engine::CheckFinished>(event_);
  if (check != nullptr && static_cast<std::size_t>(check->check) < checks_.size()) {
    expectAStart(checks_[static_cast<std::size_t>(check->check)]);
  }
  event_ = nullptr;
}

void Referee::compare(const engine::Snapshot& snapshot) {
  for (const engine::GovernorView& view : snapshot.governors) {
    const auto known = governors_.find(view.name);
    if (known != governors_.end() && known->second.unseen) {
      holdDeadlines(view.name, view.state);
      adopt(view.name, view.state);
    }
    const std::string what =
        known == governors_.end() ? "" : difference(known->second.model, view.state);
    if (!what.empty()) fail("governor " + view.name + " is not as it is on disk: " + what);
  }
  for (std::size_t i = 0; i < checks_.size() && i < snapshot.checks.size(); ++i) {
    if (snapshot.checks[i].health != checks_[i].health) {
      fail("check " + snapshot.checks[i].name + " counts as " +
           std::string(toString(snapshot.checks[i].health)));
    }
  }
  watchTotals(snapshot);
}

// Totals never decrease, whatever happens.
void Referee::watchTotals(const engine::Snapshot& snapshot) {
  for (const engine::RemedyView& view : snapshot.remedies) {
    engine::RemedyTotals& seen = seen_totals_[view.name];
    bool less = view.totals.attempts < seen.attempts || view.totals.successes < seen.successes;
    for (std::size_t i = 0; i < seen.failures.size(); ++i) {
      // What a reload interrupts is counted at once, and durable with the remedy's next change.
      const bool later = i == static_cast<std::size_t>(engine::FailureReason::kInterrupted) &&
                         interrupted_by_reload_.contains(view.name);
      if (later) continue;
      less |= view.totals.failures[i] < seen.failures[i];
    }
    if (less) fail("a total of remedy " + view.name + " has decreased");
    seen = view.totals;
  }
}

}  // namespace heald::simulation
