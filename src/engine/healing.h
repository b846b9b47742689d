#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/invariant.h"
#include "engine/alert_index.h"
#include "engine/detection.h"
#include "engine/episodes.h"
#include "engine/event.h"
#include "engine/governors.h"
#include "engine/incidents.h"
#include "engine/journal.h"
#include "engine/output.h"
#include "engine/pauses.h"
#include "engine/setup.h"
#include "engine/slots.h"
#include "engine/snapshot.h"
#include "engine/stale.h"
#include "engine/timer_queue.h"
#include "engine/told_once.h"

namespace heald::engine {

// What one step knows and fills.
struct Step {
  core::Now now;
  Output& out;
};

// Incidents and attempts: from "this check is unhealthy" through the governor's answer, the check
// run once more, the action and its verification to a result that the governor hears.
//
//   idle → (waiting | queued) → prechecking → acting → settling → verifying → reporting → idle
//
// Detection raises, and every unhealthy result raises again; what is already under way is not begun
// twice. A denial that time ends waits for the governor's `until`, one that another attempt's end
// lifts is queued, and every other is forgotten until the next unhealthy result: there is no
// backlog.
class Healing : public Book {
 public:
  Healing(const Setup& setup, Detection& detection, const core::FeatureFlags& features,
          const Pauses& pauses);

  // Takes another configuration; `detection` has it already. See Reload.
  void reconfigure(const Setup& setup, Step& step);

  Governors& governors() { return governors_; }
  const Governors& governors() const { return governors_; }

  // A check is bad: every remedy that answers to the state that it is in is wanted.
  void raise(int check, EventSource source, Step& step);
  // A run of a check has ended: whoever waited for it goes on.
  void checkFinished(int check, std::uint64_t run, Step& step);
  // The health of a check is another than `was`: for some of its remedies the incident is over.
  void healthChanged(int check, Health was, Step& step);
  // After a result: perhaps the check has been healthy for long enough to clear governors' counts.
  void considerSustainedRecovery(int check, Step& step);
  // Alerts are recorded; the remedies that they ask for are wanted when that is durable.
  Result<Reply> hear(const AlertsReceived& command, Step& step);
  void tendEpisodes(Step& step);
  void actionFinished(const ActionFinished& event, Step& step);
  void alertAsked(const AlertAsked& event, Step& step);
  void wakeDue(Step& step);
  void runPreventive(Step& step);
  Result<Reply> runNow(const RunRemedyNow& command, Step& step);
  int indexOf(const std::string& remedy) const;  // -1 when there is none
  const std::string& checkOf(int remedy) const { return at(remedy).spec.check; }
  // The checks of the remedies under this governor.
  std::vector<std::string> checksUnder(int governor) const;
  // A check that was unhealthy since then is so no longer now: an attempt has done it, or time.
  // With a dormant governor, it was up to a human.
  EndedBy whatEnds(int check, core::BootTime since) const;
  Error noRemedy(const std::string& name) const;

  // Attempts that were in flight when the last process ended: verified by their checks, counted.
  // Those that `others` says are not heald's own (permits) are left alone.
  using Owned = std::function<bool(const std::string& governor, std::uint64_t attempt)>;
  void beginRecovery(core::Now now, const Owned& others);
  void continueRecovery(Step& step);
  void forgetSettled();

  // The books of what is durable here, in the order of their telling.
  std::vector<Book*> books() { return {&governors_, this, &episodes_, &incidents_}; }
  // The commit took place (after keep() of all books), or did not (after undo() of all).
  void committed(Step& step);
  void refused(Step& step);
  // A human has acted: what waits, waits for something else now, or for nothing.
  void governorsChanged(Step& step);
  // A human wants the next attempt under this governor now: what is unhealthy, or fires, and does
  // not wait, is wanted at once.
  void retry(int governor, Step& step);
  // What waits and is paused now, waits no more.
  void pausesChanged(Step& step);
  // What the guards outside the governors say now, of a preventive run or of any other.
  core::Gates gates(bool preventive) const;
  void setStoreUp(bool up) { store_up_ = up; }
  void storeIsBack(Step& step);  // results that waited for it are proposed again
  void stop();

  // The totals of remedies, with the attempts that begin and end.
  bool proposed() const override { return !proposed_.empty(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;
  void loadEpisodes(const Saved& saved, core::Now now);
  void loadTotals(const std::string& remedy, const RemedyTotals& totals);
  std::optional<core::BootTime> nextWakeup() { return timers_.next(); }
  bool idle() const;
  // What did not change is shared with the snapshot that was filled last.
  void fill(Snapshot& snapshot) const;
  void shareNothing() const { published_ = {}; }

 private:
  struct Remedy {
    RemedySpec spec;
    int check = -1;
    int governor = 0;
    Phase phase = Phase::kIdle;
    bool pause_noted = false;     // that it is held back by a pause, since the last time it was not
    bool preventive_run = false;  // the present one came from the preventive task
    bool recovering = false;      // the present attempt was in flight at the last process's end
    std::uint64_t attempt = 0;
    std::uint64_t run = 0;  // of the action
    int step = 0;           // of its escalation, of the present attempt; the first is 0
    int base = 0;           // where its figures are: the configured remedy's index, often its own
    std::string target;     // of the one that serves one target
    std::optional<EpisodeKey> episode;  // that it is wanted for, or was last
    bool checked = false;               // waits, and the check has been run again for it already
    std::uint64_t awaited = 0;          // run of the check, or of asking for the alert
    bool ceased = false;                // the alert does not fire: Alertmanager was asked
    core::BootTime started{};
    core::BootTime acted{};                   // when the action of the present attempt has ended
    std::optional<core::BootTime> healed_at;  // when its last successful attempt ended
    core::BootTime verify_until{};
    std::optional<core::BootTime> wanted_at;
    std::string text;              // of the present attempt's end, one line
    std::string error;             // what is matched against the permanent-open conditions
    std::string output;            // its first lines
    std::string printed;           // the first of them, cleaned, of an action that failed
    std::optional<int> exit_code;  // of its command
    std::string told_denial;       // by the history, since the last attempt
    bool ok = false;
    FailureReason reason = FailureReason::kError;
    RemedyView view;
  };
  struct Proposed {
    enum class Kind { kAdmission, kResult };
    Kind kind;
    int remedy;
    RemedyTotals before;
  };
  struct Watched {  // by a governor: the check of one of its remedies, as that one sees it
    int check;
    core::AnswersTo on;
  };
  struct Lost {  // an attempt in flight whose remedy is not configured (any more)
    int governor;
    std::uint64_t attempt;
  };

  void addRemedy(const RemedySpec& spec);
  void readopt(std::vector<Remedy>& old_remedies, const TimerQueue& old_timers, Step& step);
  int successorOf(const Remedy& old);
  static void keepFigures(Remedy& remedy, const Remedy& old);
  void keepAttempt(Remedy& remedy, const Remedy& old, core::BootTime due);

  // To change it: its view is stale from here on.
  Remedy& at(int remedy) {
    published_.stale.mark(remedy);
    return remedies_[place(remedy)];
  }
  const Remedy& at(int remedy) const { return remedies_[place(remedy)]; }
  std::size_t place(int remedy) const {
    const auto index = static_cast<std::size_t>(remedy);
    CHECK(index < remedies_.size(), "a remedy is named by an index of the list");
    return index;
  }
  RemedyView& figures(const Remedy& remedy) { return at(remedy.base).view; }
  static Episodes::Group groupOf(const Remedy& r) { return {r.spec.name, r.target}; }
  core::Gates gatesOf(const Remedy& remedy) const;
  core::Verdict ask(const Remedy& remedy, core::BootTime now) const;
  bool asksAgain(const Remedy& remedy) const { return remedy.check >= 0 || remedy.spec.byAlert(); }

  struct Hearing;
  struct Raised {  // acted upon when the episode is durable
    int base;
    std::string target;
    std::optional<EpisodeKey> resolved;
  };
  void tellRefusal(const std::string& remedy, const std::string& why, std::size_t alerts,
                   const std::string& by, Step& step);
  void hearFor(int base, const std::string& identity, const Alert& alert, Hearing& hearing,
               core::Now now);
  void countDropped(DropReason reason, std::uint64_t by) {
    dropped_[static_cast<std::size_t>(reason)] += by;
  }
  // Without `now` every start counts, however long ago it was.
  int instanceFor(int base, const std::string& target, std::optional<core::BootTime> now = {});
  void leave(int index);
  int addInstance(int base, const std::string& target);
  void serve(int index, int base, const std::string& target);
  bool atRest(const Remedy& remedy, std::optional<core::BootTime> now) const;
  void forgetTargets(core::BootTime now);
  void raiseAlerts(Step& step);
  void wantNext(int remedy, Step& step);
  bool alertIsGone(int remedy, Step& step);
  void alertResolved(int remedy, const EpisodeKey& key, Step& step);
  void nameEpisodes(core::BootTime now);
  void verifyAlert(int remedy, Step& step);
  bool alertWasResolved(const Remedy& remedy) const;
  void waitForAlert(int remedy, Step& step);
  void lookAtAlert(int remedy, Step& step);
  void askForAlert(int remedy, Step& step);
  void lookAtInterrupted(int remedy, Step& step);
  void alertStillFires(int remedy, const std::string& unknown, Step& step);
  void tryAgain(const EpisodeKey& key);
  void considerQuiet(int remedy, Step& step);
  void armQuietTimer(int remedy);
  void waitForQuiet(int governor, core::BootTime now);
  void clearWhenHealthyForLong(int governor, Step& step);
  std::optional<core::Guard> deniedBy(const Remedy& remedy, core::BootTime now) const;
  GovernorView governorView(int governor) const;
  RemedyView remedyView(int remedy, core::BootTime now) const;
  TargetView targetView(const Remedy& remedy, core::BootTime now) const;
  static void showTarget(const Remedy& remedy, const TargetView& target, RemedyView& base);
  // Looks at what the views show and does not belong to a remedy or a governor.
  void markStale(core::BootTime now) const;
  void refreshGovernors() const;
  void refreshRemedies(core::BootTime now) const;
  void countFailures() const;
  int instanceOf(const Episodes::Group& group) const;  // -1: nobody serves it
  template <class View>
  void fillAlerts(const Remedy& remedy, View& view) const;
  void dropEpisodesOfOthers(core::BootTime now);
  bool stormBrake() const;
  void enter(Remedy& remedy, Phase phase);
  void moved(Remedy& remedy, Phase phase);
  bool busy(const Remedy& remedy) const { return remedy.attempt != 0; }

  core::Verdict detected(int remedy, bool preventive, Step& step);
  core::Verdict want(int remedy, bool preventive, Step& step);
  // What stands before the governor: neither asks it nor counts there.
  bool heldBack(int remedy, Step& step);
  bool paused(int remedy, Step& step);
  bool blockedByParent(int remedy, Step& step);
  void deny(int remedy, const core::Verdict& verdict, Step& step);
  void tellDenial(Remedy& remedy, std::string_view word, std::string message,
                  std::optional<core::BootTime> until, Step& step);
  void tellStart(const Remedy& remedy, HistoryEntry& entry) const;
  void tellEnd(const Remedy& remedy, core::Now now, HistoryEntry& entry) const;
  // The incident of a remedy, as far as it has come: failures and the furthest step, from 1.
  struct Progress {
    int failures = 0;
    int step = 0;
    std::optional<core::WallTime> since;
  };
  Progress progressOf(const Remedy& remedy) const;
  bool inIncident(const Remedy& remedy) const;
  Incident incidentOf(const Remedy& remedy, core::Now now) const;
  std::string incidentName(const Remedy& remedy) const;
  int stepFor(const Remedy& remedy) const;
  void reachStep(Remedy& remedy, core::Now now);
  void proposeProgress(const Remedy& remedy, core::Now now);
  void endForeignIncidents(core::BootTime now);
  bool goesOn(const EpisodeKey& key) const;
  void wakeEpisodes();
  std::string reasonFor(const Remedy& remedy) const;
  void waitUntilAllowed(int remedy);
  void wait(int remedy, Step& step);
  void rest(Remedy& remedy);
  void precheck(int remedy, Step& step);
  void prechecked(int remedy, Step& step);
  void recovered(int remedy, Step& step);
  void admit(int remedy, Step& step);
  void wouldAttempt(int remedy, Step& step);
  void startAction(int remedy, Step& step);
  void handLabels(const Remedy& remedy, const Labels& labels, StartAction& action, Step& step);
  void look(int remedy, Step& step);
  void looked(int remedy, Step& step);
  void end(int remedy, bool ok, FailureReason reason, Step& step);
  void proposeResult(int remedy, Step& step);
  void ended(int remedy, Step& step);
  // The queue (queue.cc).
  static bool endsWithAnAttempt(core::Guard guard);
  void takeTurn();
  void wakeQueued(Step& step);
  bool healthyForLong(int governor, core::Duration reset_after, core::BootTime now) const;

  HealingPolicy policy_;
  AlertmanagerPolicy alertmanager_;
  Detection& detection_;
  const core::FeatureFlags& features_;
  const Pauses& pauses_;
  Governors governors_;
  Slots slots_{policy_, governors_};
  std::vector<Remedy> remedies_;                  // the configured ones, then one for each target
  std::unordered_map<std::string, int> by_name_;  // the configured ones
  AlertIndex alert_index_;                        // likewise
  std::vector<int> preventive_;                   // likewise
  std::vector<std::vector<int>> remedies_of_check_;
  std::vector<std::vector<int>> remedies_of_governor_;  // each in ascending order
  std::vector<std::vector<Watched>> checks_of_governor_;
  std::map<int, std::vector<int>> alerted_of_governor_;  // remedies that alerts ask for
  std::set<int> pending_;                          // that wait, are queued, or are looked at again
  std::set<int> reporting_;                        // whose result waits for the store
  std::unordered_map<std::uint64_t, int> acting_;  // by the run of the action
  std::unordered_map<std::uint64_t, int> asking_;  // by the run of asking for the alert
  // What snapshots are made of, and what of it is not as it was.
  struct Published {
    Stale stale;  // remedies
    SharedList<GovernorView> governors;
    SharedList<RemedyView> remedies;
    SharedList<TargetView> targets;
    std::map<std::string, Pause> pauses;
    std::optional<std::array<std::uint64_t, kFailureReasonCount>> failures;  // over all remedies
  };
  mutable Published published_;
  TimerQueue timers_;
  std::vector<int> queue_;            // longest wanted first
  core::BootTime next_forgetting_{};  // of targets
  std::vector<Proposed> proposed_;
  std::vector<Proposed> kept_;  // until committed()
  std::vector<int> undone_;     // remedies whose attempt does not start, until refused()
  std::vector<Lost> lost_;
  mutable Episodes episodes_;  // mutable: what has changed for the views is taken from both
  mutable Incidents incidents_;
  std::vector<Raised> raised_;
  ToldOnce told_refusals_;                                // by the history
  std::map<std::pair<int, std::string>, int> instances_;  // by base and target
  std::size_t configured_ = 0;  // remedies_ begins with those of the configuration
  bool episodes_wait_ = false;  // some may not have been asked for
  std::map<std::string, RemedyTotals> parked_totals_;  // of remedies that are not configured
  std::uint64_t runs_ = 0;                             // of actions
  bool store_up_ = true;
  bool stopped_ = false;
  std::array<std::uint64_t, 4> events_{};
  std::array<std::uint64_t, 4> dropped_{};
  std::array<std::uint64_t, 3> alerts_rejected_{};
  std::uint64_t labels_refused_ = 0;
  Histogram event_wait_{waitBuckets()};
  std::map<std::string, Histogram> durations_;  // by kind; a kind once used stays
  std::uint64_t preventive_runs_ = 0;
  std::uint64_t preventive_failures_ = 0;
};

}  // namespace heald::engine
