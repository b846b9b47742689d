#include "simulation/player.h"

#include <algorithm>
#include <functional>
#include <map>

#include "config/scalars.h"
#include "core/text.h"
#include "io/text.h"
#include "simulation/actors.h"
#include "simulation/driver.h"
#include "simulation/facts.h"
#include "simulation/fleets_played.h"
#include "store/memory_rows.h"

namespace heald::simulation {
namespace {

using Level = engine::Note::Level;

class Player : private SimulatedHost {
 public:
  Player(const engine::Setup& setup, const Scenario& scenario)
      : setup_(setup), scenario_(scenario), actors_(scenario, setup) {
    setup_.alertmanager.asked = false;  // a scenario tells each end of an alert
  }
  Record run(const Beginning* beginning = nullptr);

 private:
  // What is to be done at a moment, besides what the engine does.
  struct Moment {
    core::Duration at;
    int order;  // expectations come last
    std::function<void()> act;
  };

  std::string commit(const engine::Changes& changes) override;
  std::string probe() override { return store_error_; }
  void perform(engine::Output& out) override;
  void take(const engine::Note& note);
  void attemptEnded(const engine::Note& note, bool ok);
  void run(const engine::StartCheck& check);
  void run(const engine::StartAction& start);

  void add(core::Duration at, int order, std::function<void()> act) {
    moments_.push_back({at, order, std::move(act)});
  }
  void plan();
  void runUntil(core::Duration t);
  void note(Level level, std::string message, EntryFields fields = {}) {
    record_.entries.push_back({driver_.time(), level, std::move(message), std::move(fields), true});
  }
  // Why nobody answers at this moment, or "".
  std::string absence() const;
  void play(const TimedEvent& event);
  void ask(const PermitAsked& asked);
  void happen(const Fault& fault);
  void endDowntime(bool machine);
  void expect(const Expectation& expectation);
  void expectStarts(const Expectation& expectation, const std::string& what);
  void expectSteps(const Expectation& expectation, const std::string& what);

  engine::Setup setup_;
  const Scenario& scenario_;
  Actors actors_;
  Driver driver_{*this};
  store::MemoryRows rows_;
  Record record_;
  FleetsPlayed fleets_{setup_};
  std::vector<Moment> moments_;
  std::string store_error_;
  std::string away_;  // why nobody answers
  core::Duration away_until_{};
  std::uint64_t most_steps_ = 0;  // 0: no bound
  bool dead_ = false;             // heald was killed and has not started again
};

std::string Player::commit(const engine::Changes& changes) {
  if (!store_error_.empty()) return store_error_;
  rows_.put(changes, driver_.stamp());
  record_.history.insert(record_.history.end(), changes.history.begin(), changes.history.end());
  for (const auto& [name, state] : changes.governors) {
    GovernorPoint point{driver_.time(),
                        name,
                        state.dormant(),
                        state.breaker.state,
                        driver_.timeOf(state.breaker.open_until),
                        state.consecutive_failures,
                        {}};
    if (state.consecutive_failures > 0) point.waits_until = driver_.timeOf(state.next_allowed_at);
    record_.governors.push_back(std::move(point));
  }
  return "";
}

void Player::perform(engine::Output& out) {
  for (const engine::Note& note : out.notes) take(note);
  for (const engine::Action& action : out.actions) {
    if (const auto* check = std::get_if<engine::StartCheck>(&action)) run(*check);
    if (const auto* start = std::get_if<engine::StartAction>(&action)) run(*start);
    if (const auto* ask = std::get_if<engine::AskFleet>(&action)) {  // what a fleet would say
      driver_.schedule(driver_.time(),
                       engine::FleetAnswered{ask->run, engine::FleetAnswer::kYes, "", {}});
    }
    if (const auto* task = std::get_if<engine::RunTask>(&action)) {
      driver_.schedule(driver_.time(), engine::TaskFinished{task->id, task->install, true, {}});
    }
  }
}

// What a note says that a check is now; nullptr when it says none of that.
const char* healthTold(const std::string& message) {
  return message == "check is healthy"      ? "healthy"
         : message == "check is in warning" ? "warning"
         : message == "check is unhealthy"  ? "unhealthy"
                                            : nullptr;
}

void Player::take(const engine::Note& note) {
  const core::Duration now = driver_.time();
  record_.entries.push_back({now, note.level, note.message, note.fields, false});
  if (note.message == "attempt started") {
    record_.attempts.push_back({fieldOf(note.fields, "remedy"),
                                fieldOf(note.fields, "governor"),
                                std::stoull(fieldOf(note.fields, "attempt")),
                                std::stoi(fieldOf(note.fields, "step")),
                                now,
                                {},
                                false});
  } else if (note.message == "permit given") {
    record_.attempts.push_back({"",
                                fieldOf(note.fields, "governor"),
                                std::stoull(fieldOf(note.fields, "attempt")),
                                0,
                                now,
                                {},
                                false});
  } else if (note.message == "permit ended") {
    attemptEnded(note, fieldOf(note.fields, "result") == "ok");
  } else if (note.message == "attempt succeeded" || note.message == "attempt failed") {
    attemptEnded(note, note.message == "attempt succeeded");
  } else if (const char* health = healthTold(note.message)) {
    record_.healths.push_back({now, fieldOf(note.fields, "check"), health});
  }
}

void Player::attemptEnded(const engine::Note& note, bool ok) {
  const std::uint64_t number = std::stoull(fieldOf(note.fields, "attempt"));
  const std::string governor = fieldOf(note.fields, "governor");
  // It began not long ago.
  const auto made = std::find_if(
      record_.attempts.rbegin(), record_.attempts.rend(),
      [&](const AttemptMade& m) { return m.attempt == number && m.governor == governor; });
  if (made == record_.attempts.rend()) return;
  made->ended = driver_.time();
  made->ok = ok;
}

void Player::run(const engine::StartCheck& check) {
  ++record_.check_runs;
  Actors::Found found = actors_.look(check.check, driver_.time());
  const engine::CheckSpec& spec = setup_.checks[static_cast<std::size_t>(check.check)];
  if (found.takes > spec.timeout) {
    // Whom these ask about a service is not the service.
    const bool asks = spec.kind == "promql" || spec.kind == "systemd";
    found = {asks ? core::CheckStatus::kUnknown : core::CheckStatus::kCritical,
             "timed out after " + io::shortDuration(spec.timeout), spec.timeout};
  }
  driver_.schedule(
      driver_.time() + found.takes,
      engine::CheckFinished{check.check, check.run, found.status, found.message, found.takes});
}

void Player::run(const engine::StartAction& start) {
  const Outcome outcome = actors_.act(start.remedy, start.step, driver_.time());
  const std::string text = outcome.outcome == engine::ActionOutcome::kOk       ? ""
                           : outcome.outcome == engine::ActionOutcome::kFailed ? outcome.text
                                                                               : "timeout";
  driver_.schedule(driver_.time() + outcome.takes,
                   engine::ActionFinished{start.run, outcome.outcome, text, outcome.output});
}

std::string Player::absence() const {
  return dead_ || driver_.time() < away_until_ ? away_ : "";
}

void Player::play(const TimedEvent& event) {
  if (const std::string why = absence(); !why.empty()) {
    note(Level::kWarn, event.what, {{"answer", "not done: " + why}});
    return;
  }
  const std::size_t place = record_.entries.size();
  const engine::Output out = driver_.send(event.event);
  const bool ok = out.reply && out.reply->ok();
  const std::string answer = !out.reply ? ""
                             : ok       ? (*out.reply)->message
                                        : out.reply->error().message;
  EntryFields fields;
  if (!event.labels.empty()) fields.emplace_back("labels", event.labels);
  fields.emplace_back("answer", ok ? answer : "refused: " + answer);
  record_.entries.insert(
      record_.entries.begin() + static_cast<std::ptrdiff_t>(place),
      {driver_.time(), ok ? Level::kInfo : Level::kWarn, event.what, std::move(fields), true});
}

void Player::ask(const PermitAsked& asked) {
  if (const std::string why = absence(); !why.empty()) {
    note(Level::kWarn, "a permit is asked for", {{"answer", "not done: " + why}});
    return;
  }
  const engine::Output out = driver_.send(asked.request);
  fleets_.heard(asked.request, out);
  if (out.reply && out.reply->ok() && (*out.reply)->permit && !asked.reports.empty()) {
    const std::string id = (*out.reply)->permit->id;
    driver_.schedule(driver_.time() + asked.after,
                     engine::ReportPermit{id, asked.reports == "ok", "", asked.error, "scenario"});
  }
}

void Player::endDowntime(bool machine) {
  dead_ = false;
  if (machine) driver_.restartMachine();
  driver_.boot(setup_, rows_.load(driver_.stamp()));
  note(Level::kWarn, "heald starts again");
}

void Player::happen(const Fault& fault) {
  const core::Duration end = driver_.time() + fault.lasts;
  const std::string lasts = core::toText(fault.lasts);
  const bool reboot = fault.kind == Fault::Kind::kReboot;
  switch (fault.kind) {
    case Fault::Kind::kCrash:
    case Fault::Kind::kReboot:
      note(Level::kWarn, reboot ? "the machine goes down" : "heald is killed", {{"for", lasts}});
      actors_.interrupt(driver_.time());
      away_ = reboot ? "the machine is down" : "heald does not run";
      dead_ = true;
      break;
    case Fault::Kind::kSuspend:
      note(Level::kWarn, "the machine sleeps", {{"for", lasts}});
      away_ = "the machine sleeps";
      away_until_ = end;
      break;
    case Fault::Kind::kStoreDown:
      note(Level::kWarn, "the store fails", {{"for", lasts}});
      store_error_ = "the disk is full (scenario)";
      break;
    case Fault::Kind::kClockForward:
      note(Level::kWarn, "the wall clock is set forward", {{"step", lasts}});
      driver_.stepWall(fault.lasts);
      break;
    case Fault::Kind::kClockBack:
      note(Level::kWarn, "the wall clock is set back", {{"step", lasts}});
      driver_.stepWall(-fault.lasts);
      break;
  }
}

void Player::plan() {
  for (const TimedEvent& one : scenario_.events) add(one.at, 1, [&] { play(one); });
  for (const PermitAsked& one : scenario_.permits) add(one.at, 1, [&] { ask(one); });
  for (const Fault& one : scenario_.faults) {
    add(one.at, 2, [&] { happen(one); });
    const bool reboot = one.kind == Fault::Kind::kReboot;
    if (reboot || one.kind == Fault::Kind::kCrash) {
      add(one.at + one.lasts, 3, [this, reboot] { endDowntime(reboot); });
    } else if (one.kind == Fault::Kind::kStoreDown) {
      add(one.at + one.lasts, 3, [this] { store_error_.clear(); });
    }
  }
  for (const Expectation& one : scenario_.expectations) {
    add(one.at.value_or(scenario_.run_for), 4, [&] { expect(one); });
  }
  std::stable_sort(moments_.begin(), moments_.end(), [](const Moment& a, const Moment& b) {
    return a.at != b.at ? a.at < b.at : a.order < b.order;
  });
}

void Player::expect(const Expectation& e) {
  const std::string when =
      " at " + (e.at ? config::durationText(*e.at) : std::string("the end")) + ": ";
  const std::string what = e.noun + " " + e.name + when;
  const core::Duration at = e.at.value_or(scenario_.run_for);
  const std::string away = absence();
  const engine::Snapshot snapshot = driver_.snapshot();
  const Facts facts = e.noun == "governor" ? governorFacts(snapshot, e.name)
                      : e.noun == "remedy" ? remedyFacts(snapshot, e.name)
                                           : checkFacts(snapshot, e.name);
  for (const auto& [key, expected] : e.facts) {
    const auto fact = facts.find(key);
    const std::string got = !away.empty()         ? away
                            : fact == facts.end() ? "nothing is known of it"
                                                  : fact->second;
    record_.verdicts.push_back({e.place, what + key, expected, got, got == expected, at});
  }
  if (e.starts) expectStarts(e, what);
  if (e.steps) expectSteps(e, what);
}

void Player::expectStarts(const Expectation& e, const std::string& what) {
  const auto listed = [](const std::vector<core::Duration>& moments) {
    std::string text;
    for (const core::Duration at : moments) {
      text += (text.empty() ? "" : ", ") + config::durationText(at);
    }
    return "[" + text + "]";
  };
  std::vector<core::Duration> got;
  for (const AttemptMade& made : record_.attempts) {
    if (made.remedy == e.name) got.push_back(made.started);
  }
  record_.verdicts.push_back({e.place, what + "starts", listed(*e.starts), listed(got),
                              got == *e.starts, e.at.value_or(scenario_.run_for)});
}

void Player::expectSteps(const Expectation& e, const std::string& what) {
  const auto listed = [](const std::vector<int>& steps) {
    std::string text;
    for (const int step : steps) text += (text.empty() ? "" : ", ") + std::to_string(step);
    return "[" + text + "]";
  };
  std::vector<int> got;
  for (const AttemptMade& made : record_.attempts) {
    if (made.remedy == e.name) got.push_back(made.step);
  }
  record_.verdicts.push_back(
      {e.place, what + "steps", listed(*e.steps), listed(got), got == *e.steps});
}

void Player::runUntil(core::Duration t) {
  while (most_steps_ > 0 && driver_.steps() < most_steps_ && driver_.step(t)) {
  }
  if (most_steps_ == 0 || driver_.steps() < most_steps_) return driver_.runUntil(t);
  record_.complete = false;
}

Record Player::run(const Beginning* beginning) {
  record_.run_for = scenario_.run_for;
  if (scenario_.starts_at) driver_.startAt(*scenario_.starts_at);
  if (beginning != nullptr) {
    driver_.startAt(beginning->now);
    most_steps_ = beginning->most_steps;
  }
  record_.began = driver_.now().wall;
  driver_.boot(setup_, beginning != nullptr ? beginning->saved : engine::Saved{});
  plan();
  // Until the moment, unless nobody is there; then time alone goes on.
  const auto go = [this](core::Duration until) {
    const core::Duration gone = dead_ ? until : std::min(until, away_until_);
    if (driver_.time() < gone) driver_.elapse(gone - driver_.time());
    if (absence().empty()) runUntil(until);
  };
  for (const Moment& moment : moments_) {
    if (moment.at > scenario_.run_for || !record_.complete) break;
    go(moment.at);
    moment.act();
    go(moment.at);
  }
  go(scenario_.run_for);
  if (!record_.complete) record_.run_for = driver_.time();
  if (!dead_) fleets_.seen(driver_.snapshot());
  record_.fleets = fleets_.played(record_.governors);
  for (const engine::RemedySpec& remedy : setup_.remedies) {
    if (remedy.permit) record_.ask_fleets.push_back(remedy.name);
  }
  record_.steps = driver_.steps();
  return std::move(record_);
}

}  // namespace

Record play(const engine::Setup& setup, const Scenario& scenario) {
  return Player(setup, scenario).run();
}

Record play(const engine::Setup& setup, const Scenario& scenario, const Beginning& beginning) {
  return Player(setup, scenario).run(&beginning);
}

}  // namespace heald::simulation
