#include "engine_world.h"

#include <algorithm>

namespace heald::proof {

using core::CheckStatus;
using engine::ActionOutcome;
using std::chrono::seconds;
using Kind = Move::Kind;

namespace {

constexpr core::Duration kPauseLasts = seconds(2);
constexpr core::Duration kPermitLasts = seconds(3);
constexpr const char* kWords[] = {
    "has checked", "is healthy",   "is critical", "is in warning", "does not know", "is ok",
    "fails",       "unauthorized", "a second",    "resume",        "dormant",       "reset",
    "flag",        "pause",        "unpause",     "permit",        "disk full",     "disk free",
    "crash",       "reload",       "stop"};

}  // namespace

std::string toString(const Move& move) {
  const std::string word = kWords[static_cast<std::size_t>(move.kind)];
  const char* noun = move.kind <= Kind::kUnknown   ? "check "
                     : move.kind <= Kind::kMatches ? "remedy "
                                                   : nullptr;
  return noun == nullptr ? word : noun + std::to_string(move.which) + " " + word;
}

bool disturbs(const Move& move) {
  return move.kind >= Kind::kResume;
}

EngineWorld::EngineWorld(const engine::Setup& setup, const engine::Setup& other, Checks checks)
    : setup_(setup), other_(other), checks_(checks) {
  engine_ = std::make_unique<engine::Engine>(setup_, engine::Saved{}, now());
}

core::Now EngineWorld::now() const {
  return {core::BootTime(now_), core::WallTime(std::chrono::hours(490'000) + now_)};
}

std::vector<Move> EngineWorld::moves() const {
  std::vector<Move> moves;
  for (std::size_t i = 0; i < setup_.checks.size(); ++i) {
    const int check = static_cast<int>(i);
    if (check_runs_.contains(setup_.checks[i].name) || (checks_ == Checks::kAtOnce && !stopped_)) {
      for (const Kind kind : {Kind::kHealthy, Kind::kCritical, Kind::kUnknown}) {
        moves.push_back({kind, check});
      }
      if (std::any_of(setup_.remedies.begin(), setup_.remedies.end(),
                      [](const engine::RemedySpec& remedy) { return remedy.on.warning; })) {
        moves.push_back({Kind::kWarning, check});
      }
    } else if (!stopped_) {
      moves.push_back({Kind::kLook, check});
    }
  }
  for (std::size_t i = 0; i < setup_.remedies.size(); ++i) {
    if (action_runs_.contains(setup_.remedies[i].name)) {
      for (const Kind kind : {Kind::kOk, Kind::kFails, Kind::kMatches}) {
        moves.push_back({kind, static_cast<int>(i)});
      }
    }
  }
  moves.push_back({Kind::kSecond});
  if (stopped_) {
    return moves;
  }
  for (const Kind kind :
       {Kind::kResume, Kind::kDormant, Kind::kReset, Kind::kRetry, Kind::kFlag, Kind::kPause,
        Kind::kUnpause, Kind::kPermit, Kind::kCrash, Kind::kReload, Kind::kStop}) {
    moves.push_back({kind});
  }
  moves.push_back({disk_full_ ? Kind::kDiskFree : Kind::kDiskFull});
  return moves;
}

void EngineWorld::apply(const Move& move) {
  const std::string first = setup_.governors.front().name;
  switch (move.kind) {
    case Kind::kLook:
      send(engine::RunCheckNow{setup_.checks[static_cast<std::size_t>(move.which)].name, ""});
      break;
    case Kind::kHealthy:
      finishCheck(move.which, CheckStatus::kOk);
      break;
    case Kind::kCritical:
      finishCheck(move.which, CheckStatus::kCritical);
      break;
    case Kind::kWarning:
      finishCheck(move.which, CheckStatus::kWarning);
      break;
    case Kind::kUnknown:
      finishCheck(move.which, CheckStatus::kUnknown);
      break;
    case Kind::kOk:
      finishAction(move.which, ActionOutcome::kOk, "");
      break;
    case Kind::kFails:
      finishAction(move.which, ActionOutcome::kFailed, "");
      break;
    case Kind::kMatches:
      finishAction(move.which, ActionOutcome::kFailed, "unauthorized");
      break;
    case Kind::kSecond:
      passSecond();
      break;
    case Kind::kResume:
      send(engine::Resume{"", "fixed", ""});
      break;
    case Kind::kDormant:
      send(engine::EnterDormant{first, "stop", ""});
      break;
    case Kind::kReset:
      send(engine::Reset{"", true, ""});
      break;
    case Kind::kRetry:
      send(engine::Retry{"", "fixed", ""});
      break;
    case Kind::kFlag: {
      const auto flag = saved_.flags.find(core::Feature::kAutoHealing);
      const bool on = flag == saved_.flags.end() || flag->second.overridden.value_or(true);
      send(engine::SetFlag{core::Feature::kAutoHealing, !on, "", ""});
      break;
    }
    case Kind::kPause:
      send(engine::PauseRemedy{setup_.remedies.front().name, kPauseLasts, "work", ""});
      break;
    case Kind::kUnpause:
      send(engine::UnpauseRemedy{"", ""});
      break;
    case Kind::kPermit: {
      const auto open = std::find_if(saved_.permits.begin(), saved_.permits.end(), [](auto& entry) {
        return entry.second.state == engine::PermitState::kOutstanding;
      });
      open == saved_.permits.end() ? send(engine::RequestPermit{first, kPermitLasts, "", ""})
                                   : send(engine::ReportPermit{open->first, false, "", "", ""});
      break;
    }
    case Kind::kDiskFull:
      disk_full_ = true;
      break;
    case Kind::kDiskFree:
      disk_full_ = false;
      probe();
      break;
    case Kind::kCrash:
      crash();
      break;
    case Kind::kReload:
      std::swap(setup_, other_);
      std::erase_if(reached_, [&](const auto& entry) { return remedyNamed(entry.first) < 0; });
      send(engine::Reload{std::make_shared<const engine::Setup>(setup_), ""});
      break;
    case Kind::kStop:
      stopped_ = true;
      send(engine::Stop{});
      break;
  }
  checkWorld();
}

void EngineWorld::send(const engine::Event& event) {
  run(engine_->step(event, now()));
}

void EngineWorld::run(engine::Output out) {
  drive(std::move(out));
  while (!cancelled_.empty()) {
    const std::uint64_t gone = cancelled_.back();
    cancelled_.pop_back();
    drive(engine_->step(engine::ActionFinished{gone, ActionOutcome::kCancelled, "", ""}, now()));
  }
  for (int i = 0; checks_ == Checks::kAtOnce && !check_runs_.empty(); ++i) {
    expect(i < 50, "6: a check is not run for ever");
    const auto [name, run] = *check_runs_.begin();
    const auto next = next_.find(name);
    finished(name, run, next == next_.end() ? CheckStatus::kOk : next->second);
  }
}

void EngineWorld::drive(engine::Output out) {
  const auto starts = [&] {
    return std::any_of(out.actions.begin(), out.actions.end(), [](const engine::Action& action) {
      return std::holds_alternative<engine::StartAction>(action);
    });
  };
  expect(!starts() || !out.commit, "8: nothing starts before its commit");
  while (out.commit) {
    engine_->settle(commit(engine_->changes(now())), now(), out);
  }
  handle(out);
}

std::string EngineWorld::commit(const engine::Changes& changes) {
  if (disk_full_) {
    store_known_down_ = true;
    return "disk full";
  }
  keepPermits(changes, false);  // what has ended takes no slot of what is admitted with it
  for (const auto& [name, state] : changes.governors) {
    const core::GovernorState before = saved_.governors[name];
    for (const core::Ticket& ticket : state.in_flight) {
      if (ticket.id > before.totals.attempts) {
        admitted(name, ticket);
      }
    }
    countFreshStart(name, before, state);
    saved_.governors[name] = state;
  }
  keepPermits(changes, true);
  for (const auto& [remedy, incident] : changes.incidents) {
    saved_.incidents.erase(remedy);
    if (incident) {
      saved_.incidents.emplace(remedy, *incident);
    }
  }
  for (const auto& [name, totals] : changes.remedies) {
    saved_.remedies[name] = totals;
  }
  for (const auto& [feature, layers] : changes.flags) {
    saved_.flags[feature] = layers;
  }
  for (const auto& [remedy, pause] : changes.pauses) {
    saved_.pauses.erase(remedy);
    if (pause) {
      saved_.pauses.emplace(remedy, *pause);
    }
  }
  return "";
}

void EngineWorld::keepPermits(const engine::Changes& changes, bool outstanding) {
  for (const auto& [id, permit] : changes.permits) {
    const bool open = permit && permit->state == engine::PermitState::kOutstanding;
    if (open != outstanding) {
      continue;
    }
    saved_.permits.erase(id);
    if (permit) {
      saved_.permits.emplace(id, *permit);
    }
  }
}

void EngineWorld::handle(const engine::Output& out) {
  for (const engine::Action& action : out.actions) {
    if (const auto* check = std::get_if<engine::StartCheck>(&action)) {
      expect(!stopped_, "no check starts after a stop");
      check_runs_[setup_.checks[static_cast<std::size_t>(check->check)].name] = check->run;
    } else if (const auto* start = std::get_if<engine::StartAction>(&action)) {
      const engine::RemedySpec& remedy = setup_.remedies[static_cast<std::size_t>(start->remedy)];
      const auto& flying = saved_.governors[remedy.governor].in_flight;
      const auto mine = [&](const core::Ticket& t) { return t.id == start->attempt; };
      expect(std::any_of(flying.begin(), flying.end(), mine), "8: what starts is on disk");
      expect(!action_runs_.contains(remedy.name), "a remedy runs once at one time");
      holdStep(remedy, start->step);
      action_runs_[remedy.name] = start->run;
      ++started_;
    } else if (const auto* cancel = std::get_if<engine::CancelAction>(&action)) {
      std::erase_if(action_runs_, [&](const auto& entry) { return entry.second == cancel->run; });
      cancelled_.push_back(cancel->run);
    } else if (const auto* gone = std::get_if<engine::CancelCheck>(&action)) {
      std::erase_if(check_runs_, [&](const auto& entry) { return entry.second == gone->run; });
    }
  }
}

void EngineWorld::probe() {
  engine::Output out;
  store_known_down_ = disk_full_;
  engine_->storeProbed(disk_full_ ? "disk full" : "", now(), out);
  run(std::move(out));
}

void EngineWorld::crash() {
  engine::Saved saved;
  saved.governors.assign(saved_.governors.begin(), saved_.governors.end());
  saved.remedies.assign(saved_.remedies.begin(), saved_.remedies.end());
  saved.flags.assign(saved_.flags.begin(), saved_.flags.end());
  saved.pauses.assign(saved_.pauses.begin(), saved_.pauses.end());
  for (const auto& [id, permit] : saved_.permits) {
    saved.permits.push_back(permit);
  }
  saved.incidents = saved_.incidents;
  check_runs_.clear();
  action_runs_.clear();
  cancelled_.clear();
  last_.clear();
  unhealthy_.clear();
  store_known_down_ = false;
  engine_ = std::make_unique<engine::Engine>(setup_, saved, now());
}

void EngineWorld::passSecond() {
  const core::Duration end = now_ + seconds(1);
  for (int i = 0; i < 50; ++i) {
    const auto next = engine_->nextWakeup();
    if (!next || next->time_since_epoch() > end) {
      break;
    }
    expect(i < 49, "6: what is due once is not due for ever");
    now_ = std::max(now_, next->time_since_epoch());
    send(engine::Tick{});
  }
  now_ = end;
}

void EngineWorld::finishCheck(int check, CheckStatus status) {
  const std::string& name = setup_.checks[static_cast<std::size_t>(check)].name;
  next_[name] = status;
  if (checks_ == Checks::kAtOnce) {
    send(engine::RunCheckNow{name, ""});
  } else {
    finished(name, check_runs_[name], status);
  }
}

void EngineWorld::finished(const std::string& name, std::uint64_t run, CheckStatus status) {
  check_runs_.erase(name);
  last_[name] = status;
  if (status != CheckStatus::kUnknown) {
    unhealthy_[name] = status == CheckStatus::kCritical;
  }
  for (const engine::RemedySpec& remedy : setup_.remedies) {
    if (remedy.check == name && remedy.on.healed(core::healthOf(status, false))) {
      reached_.erase(remedy.name);
    }
  }
  drive(engine_->step(engine::CheckFinished{0, run, status, "", {}}, now()));
}

void EngineWorld::finishAction(int remedy, ActionOutcome outcome, const std::string& output) {
  const std::string& name = setup_.remedies[static_cast<std::size_t>(remedy)].name;
  const std::uint64_t run = action_runs_[name];
  action_runs_.erase(name);
  send(engine::ActionFinished{run, outcome, "", output});
}

}  // namespace heald::proof
