#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "simulation/approval_referee.h"
#include "simulation/governor_model.h"

namespace heald::simulation {

using core::Duration;

// Holds the statements of docs/governor.md against an engine, from what goes in and what comes out
// alone: events, commits and whether they are on disk, actions, and snapshots. It keeps a model of
// its own and trusts nothing that the engine says of itself. The first violation stays.
//
// What it holds, in the words of its messages:
//   - every durable change of a governor is one that its events justify, and no other (the model of
//     GovernorModel, step by step); no success or failure is claimed that the work does not show
//   - nothing starts against a guard, unrecorded, twice, or while the check does not say unhealthy
//   - the bound of attempts since the last fresh start
//   - after a crash everything is as it was on disk, and no wait is shorter than it was
//   - within an incident an escalation never goes back, whatever happens
//   - checks run one at a time, never in a burst, and are debounced as configured
//   - what a human has to approve starts with an approval in force, which lets no other one start
//   - a permit that its governor verifies ends well by its check alone, and does end
//   - who needs a permit of another heald starts with a yes, each yes is used once or given back
//   - what is unhealthy and may be healed is healed: it does not stick
class Referee {
 public:
  // The moment of the step at hand: the true time, and how far the wall clock was set in all.
  struct Moment {
    Duration time{};
    Duration wall_set{};
    core::Now now;
    int boot = 1;  // which one of the machine
  };

  // An engine has begun on this disk.
  void booted(const engine::Setup& setup, const engine::Snapshot& snapshot, const Moment& at);
  void given(const engine::Event& event, const Moment& at);
  // `durable`: whether it is on disk, which the engine is not told when the process dies.
  void committed(const engine::Changes& changes, bool acknowledged, bool durable);
  void probed(bool ok, const Moment& at) {
    at_ = at;
    event_ = nullptr;
    store_up_ = ok;
  }
  // The store was written anew from what the engine holds, or perhaps it was: from now on a reboot
  // counts from here, or from where it did.
  void rewritten(bool surely);
  void put(const engine::Output& out);
  // Time passed and nobody drove the engine.
  void slept(Duration time) { driven_since_ = time; }
  // Now and then: what everybody sees is what is durable.
  void compare(const engine::Snapshot& snapshot);

  const std::string& violation() const { return violation_; }
  std::uint64_t starts() const { return starts_; }
  std::uint64_t dormancies() const { return dormancies_; }

 private:
  struct Governor {
    GovernorModel model;
    int since_fresh_start = 0;
    std::optional<Duration> last_result;  // of this process
    GovernorModel saved;                  // as it was saved last
    Duration saved_wall_set{};            // then
    Duration set_forward{};               // and so far before it, of what was not saved meanwhile
    int saved_boot = 1;
    bool unseen = false;  // since another boot: what became of its deadlines is not known yet
    std::string parent;   // of the governor of one target
  };
  struct Check {
    engine::CheckSpec spec;
    std::uint64_t run = 0;  // that is outstanding; 0: none
    core::Health health = core::Health::kUnknown;
    core::Health last = core::Health::kUnknown;
    std::vector<core::Health> recent;  // the last results, as many as any streak needs
    bool warns = false;                // above each line, once that is known
    bool critical = false;
    bool judged = false;
    std::optional<Duration> ok_since;    // without a gap
    std::optional<Duration> mild_since;  // likewise: not critical
    Duration last_result = -std::chrono::hours(1);
    int due_results = 0;  // consecutive unhealthy ones that had to lead to a start
    Duration due_since{};
    std::vector<Duration> starts;  // the last two, while nobody asks for runs
  };
  // An attempt that is in flight, of a remedy or a permit.
  struct Attempt {
    std::string remedy;
    bool permit = false;
    std::uint64_t run = 0;
    bool recovering = false;  // it was in flight when this process began
    bool lost = false;        // its remedy was taken out of the configuration
    std::optional<Duration> action_ended;
    bool action_ok = false;
    bool matched = false;      // the error text holds a permanent-open condition
    bool seen_healed = false;  // its check was found healthy when that counted
    bool seen_ill = false;     // and unhealthy, when its time was over
    std::string episode;       // the label "id" of its alert
    core::WallTime before{};   // when the episode before that one ended
    bool forgotten = false;    // its episode was
    std::uint64_t asked = 0;   // run of asking Alertmanager for it
    bool ceased = false;       // which said that it does not fire
    Duration deadline{};       // of a permit, or of its verification
    bool verifying = false;    // a permit that was reported as ok
    int late_results = 0;      // of its check, after that deadline
    int step = 0;              // of the escalation, that has to start
  };
  struct Incident {
    std::string check;
    int failures = 0;
    int step = 0;  // the furthest that has started, from 1
  };
  struct PauseKept {
    Duration until{};
    Duration wall_set{};
    int boot = 1;
    bool roughly = false;  // it was carried over to another boot, and may last longer
  };
  // What may happen in one commit, in which order: a disk that fails makes things wait for it.
  struct Way {
    bool results_first;  // before the admissions
    bool newest_first;   // among the results
    bool recovered;
    bool exhausted;
    bool exhausted_first;  // before the results
    bool one_first;        // of the results; the others after the admissions
  };
  using Key = std::pair<std::string, std::uint64_t>;  // governor and ticket

  void fail(const std::string& what);
  bool failed() const { return !violation_.empty(); }

  // Governors.
  Governor& governor(const std::string& name);
  void judge(const std::string& name, const core::GovernorState& state, bool durable);
  bool explains(GovernorModel next, const std::string& name, const core::GovernorState& state,
                const Way& way) const;
  bool explainedSomehow(const GovernorModel& before, const std::string& name,
                        const core::GovernorState& state) const;
  std::vector<std::pair<std::uint64_t, bool>> resultsIn(const std::string& name,
                                                        const GovernorModel& before,
                                                        const core::GovernorState& state) const;
  void applyHuman(GovernorModel& model, const std::string& name) const;
  bool humanMeans(const std::string& name) const;
  std::string difference(const GovernorModel& model, const core::GovernorState& state) const;
  bool sustained(const std::string& governor) const;
  bool healed(const std::string& governor, const GovernorModel& before,
              const core::GovernorState& state) const;
  void keep(const std::string& name, const core::GovernorState& state);
  void adopt(const std::string& name, const core::GovernorState& state);
  void holdDeadlines(const std::string& name, const core::GovernorState& state);
  void rememberTickets(const std::string& name, const core::GovernorState& state);

  // Attempts.
  bool mayEnd(const Key& key, const Attempt& attempt, bool ok) const;
  bool permitMayEnd(const Key& key, const Attempt& attempt, bool ok) const;
  const engine::PermitVerify* verifyOf(const std::string& governor) const;
  bool reported(const std::string& permit, bool ok) const;
  void lookAtPermit(const Key& key, Attempt& attempt, const Check& by);
  bool alertMayEnd(const Attempt& attempt, const engine::RemedySpec& spec, bool ok) const;
  bool matched(const Attempt& attempt) const;
  bool resolved(const Attempt& attempt) const;
  bool anotherEpisode(const Attempt& attempt) const;
  void watchAlerts();
  void lookAt(const Check& check);
  std::string objection(const std::string& governor, const std::string& remedy) const;
  std::string objectionOutside(const engine::RemedySpec& spec) const;
  void started(const engine::StartAction& start);
  void startedByAlert(const engine::StartAction& start);
  void reloaded(const engine::Setup& setup);
  void forgetOthers();
  void taskStarted(const engine::RunTask& task);
  void hear(const engine::FleetAnswered& event);
  void usesPermit(const engine::RemedySpec& spec);
  void returned(const engine::ReturnPermit& permit);
  void watchFleetPermits();
  bool inIncident(const engine::RemedySpec& spec, const Attempt& attempt) const;
  static std::string incidentOf(const Attempt& attempt);
  void takeStep(const Key& key);
  void ended(const Attempt& attempt, bool ok);
  void hear(const engine::ActionFinished& event);
  void hearEnds(const engine::Changes& changes);
  void forgotten(const std::string& governor, bool durable);
  void rememberPermits(const engine::Changes& changes);
  void hear(const engine::AlertsReceived& event);
  void hear(const engine::AlertAsked& event);
  void asked(const engine::AskAlert& ask);
  void rememberEpisodes(const engine::Changes& changes);
  void linkEpisodes(const engine::Changes& changes);
  void rememberSwitches(const engine::Changes& changes);
  void watchTotals(const engine::Snapshot& snapshot);
  const engine::RemedySpec* remedy(const std::string& name) const;
  int inFlight() const;
  int running() const;
  void holdLimits();
  void holdApprovals(const engine::Changes& changes, std::size_t admitted_before);
  bool roomForOneMore() const;
  bool paused(const std::string& remedy) const;
  bool stormy() const;
  bool enabled(core::Feature feature) const { return !flags_off_.contains(feature); }

  // Checks.
  void found(const engine::CheckFinished& event);
  void debounce(Check& check, core::Health last);
  void checkStarted(const engine::StartCheck& start);
  const Check* check(const std::string& name) const;
  static bool healed(const engine::RemedySpec& spec, core::Health health);
  // As the remedy sees it: since when its check needs it no longer.
  static std::optional<Duration> healedSince(const Check& check, const engine::RemedySpec& spec);
  bool parentUnhealthy(const std::string& check) const;
  void expectAStart(Check& check);
  bool couldStart(const engine::RemedySpec& spec) const;

  engine::Setup setup_;
  Moment at_;
  Moment booted_;
  const engine::Event* event_ = nullptr;  // of the step at hand
  bool settled_ = false;                  // by a commit: what follows in the step is not by a human
  std::map<std::string, Governor> governors_;
  std::vector<Check> checks_;
  std::map<Key, Attempt> attempts_;
  std::vector<Key> admitted_;  // in this step, and not started yet
  std::set<core::Feature> flags_off_;
  ApprovalReferee approvals_;
  std::map<std::string, PauseKept> pauses_;  // by remedy, "" is all
  std::map<std::string, Key> permits_;       // by id
  // By remedy and the label "id" of the alert, which is its fingerprint.
  struct Alerted {
    bool firing = false;
    core::WallTime before{};  // when the episode before this one ended
  };
  std::map<std::string, Alerted> alerted_;
  std::map<std::string, int> episode_starts_;  // since a resolution was told
  // By remedy; of an alert by remedy and its label "id". As they are, and as they are on disk.
  std::map<std::string, Incident> incidents_;
  std::map<std::string, Incident> saved_incidents_;
  std::map<std::string, engine::RemedyTotals> seen_totals_;
  bool store_up_ = true;
  std::set<std::string> interrupted_by_reload_;
  std::set<std::string> became_dormant_;  // in the commit at hand, perhaps after an admission
  std::map<Key, bool> told_ends_;         // what its history says of attempts
  std::set<std::uint64_t> tasks_running_;
  struct FleetPermit {
    std::string remedy;
    std::optional<Duration> since;  // nothing: it was asked for
  };
  std::map<std::uint64_t, FleetPermit> fleet_permits_;  // by run of the question
  std::uint64_t last_run_ = 0;
  std::uint64_t last_action_run_ = 0;
  Duration driven_since_{};
  std::uint64_t starts_ = 0;
  std::uint64_t dormancies_ = 0;
  std::string violation_;
};

}  // namespace heald::simulation
