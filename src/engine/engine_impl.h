#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/answers.h"
#include "engine/background_tasks.h"
#include "engine/detection.h"
#include "engine/engine.h"
#include "engine/healing.h"
#include "engine/history_queue.h"
#include "engine/human_acts.h"
#include "engine/journal.h"
#include "engine/pauses.h"
#include "engine/permits.h"
#include "engine/store_health.h"
#include "engine/tally.h"

namespace heald::engine {

// The machine behind Engine: detection, healing and background tasks, and what binds them. One `on`
// for each kind of event (events in engine.cc, commands in commands.cc).
class Engine::Impl {
 public:
  Impl(Setup setup, const std::optional<Saved>& saved, core::Now now);
  Output step(const Event& event, core::Now now, const Claim& claim);
  Changes changes(core::Now now) const { return journal_.changes(now); }
  Changes everything(core::Now now) const { return journal_.everything(now); }
  void settle(const std::string& error, core::Now now, std::span<Output> outs);
  void restore(const Saved& saved, core::Now now) { load(saved, now); }

  void storeProbed(const std::string& error, core::Now now, Output& out);
  void storeRoom(const StoreRoom& room, core::Now now, Output& out);
  std::optional<core::BootTime> nextWakeup();
  bool idle() const { return healing_.idle(); }

  Snapshot snapshot(core::Now now) const;
  void shareNothing() const {
    detection_.shareNothing();
    healing_.shareNothing();
  }

 private:
  static std::vector<Book*> booksOf(Impl& self);
  Governors& governors() { return healing_.governors(); }
  // Whether the step has to be committed. Entries of the history that wait go along with anything
  // else; by themselves only with what nobody waits for, as their failure would be its answer.
  bool toCommit(const Step& step) const {
    return journal_.proposed() || (store_.up() && !step.out.reply && unwrittenDue(step.now.boot));
  }
  bool unwrittenDue(core::BootTime now) const {
    const auto due = journal_.due();
    return due && *due <= now;
  }

  void registerBuiltIn(const char* id, core::Duration period, core::Now now,
                       core::Duration first_after);
  void load(const Saved& saved, core::Now now);
  void finish(Step& step);
  // What follows when all books have kept, or undone, what was proposed.
  void committed(Step& step);
  void refused(const std::string& error, Step& step, std::span<Output> outs);
  // The answer that was given under this key.
  Reply again(const KeptAnswer& answer, const Claim& claim) const;
  void storeDown(const std::string& error);
  void on(const Tick&, Step& step);
  void detect(Step& step);
  void runTask(const BackgroundTasks::Due& due, Step& step);
  void on(const CheckFinished& event, Step& step);
  void noteHealth(int check, const CheckFinished& event, Step& step);
  void noteUnknown(const Detection::Finding& finding, const CheckFinished& event, Step& step);
  void tellHealth(const HealthRecord::Change& change, int check, const CheckFinished& event,
                  Step& step);
  void tallyHealth(int check, Step& step);
  void tallyTouched(const std::string& remedy, core::BootTime now);
  void dropTallies(const Setup& next, core::BootTime now);
  void showTallies();
  void on(const ActionFinished& event, Step& step) { healing_.actionFinished(event, step); }
  void on(const AlertAsked& event, Step& step) { healing_.alertAsked(event, step); }

  void on(const TaskFinished& event, Step& step);
  void on(const RegisterTask& command, Step& step);
  void on(const RemoveTask& command, Step& step);
  void on(const RunCheckNow& command, Step& step);
  template <class Command, class One>
  void forEachNamed(const Command& command, Step& step, One one);
  void on(const RunRemedyNow& command, Step& step);
  void on(const PauseRemedy& command, Step& step);
  void on(const UnpauseRemedy& command, Step& step);
  void on(const RequestPermit& command, Step& step);
  void on(const ReportPermit& command, Step& step);
  std::string checkNames() const;

  // A human action on governors, in the words of history, log and answer.
  struct Deed {
    const char* event;
    const char* what;
    const char* none;  // the answer when none of several is taken
  };
  // Applies it to one governor, or to all that `chosen` takes of several, and answers. Returns whom
  // it was applied to.
  template <class Act, class Chosen, class Count>
  std::vector<int> human(const Deed& deed, const std::string& name, const std::string& by,
                         const std::string& reason, Step& step, Act act, Chosen chosen,
                         Count count);
  void tellWhatIsInTheWay(const std::vector<int>& acted, Step& step);
  void on(const Resume& c, Step& step);
  void on(const EnterDormant& c, Step& step);
  void on(const Reset& c, Step& step);
  void on(const Retry& c, Step& step);
  void on(const SetFlag& c, Step& step);
  void on(const AlertsReceived& command, Step& step);
  void on(const Reload& command, Step& step);
  void on(const Record& record, Step& step);
  void on(const Stop&, Step& step);

  Setup setup_;
  core::Now started_;
  core::FeatureFlags features_;
  Detection detection_;
  Pauses pauses_;
  Healing healing_;
  Permits permits_;
  BackgroundTasks tasks_;
  HistoryQueue queue_;
  Answers answers_;
  StoreHealth store_;
  Tally tally_;
  std::optional<RefusedReload> refused_reload_;
  bool detecting_ = true;
  bool stopping_ = false;
  std::uint64_t cycles_ = 0;
  std::optional<core::WallTime> last_cycle_;
  std::vector<int> retried_;  // governors, acted upon once durable
  HumanActs human_;
  FlagBook flags_{features_};
  Journal journal_{booksOf(*this)};
};

}  // namespace heald::engine
