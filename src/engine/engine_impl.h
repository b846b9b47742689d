#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/answers.h"
#include "engine/approval_commands.h"
#include "engine/approvals.h"
#include "engine/background_tasks.h"
#include "engine/check_findings.h"
#include "engine/detection.h"
#include "engine/engine.h"
#include "engine/healing.h"
#include "engine/history_queue.h"
#include "engine/human_commands.h"
#include "engine/journal.h"
#include "engine/pauses.h"
#include "engine/permits.h"
#include "engine/remedy_commands.h"
#include "engine/store_health.h"
#include "engine/tally.h"

namespace heald::engine {

// The machine behind Engine: detection, healing and background tasks, and what binds them.
// dispatch() is the list of all events, with who hears them.
class Engine::Impl {
 public:
  Impl(Setup setup, const std::optional<Saved>& saved, core::Now now);
  Output step(const Event& event, core::Now now, const Claim& claim);
  Changes changes(core::Now now) const { return journal_.changes(now); }
  Changes everything(core::Now now) const { return journal_.everything(now); }
  void settle(const std::string& error, core::Now now, std::span<Output> outs);
  // What the store held, at the start or when it can be read at last.
  void load(const Saved& saved, core::Now now);

  void storeProbed(const std::string& error, core::Now now, Output& out);
  void storeRoom(const StoreRoom& room, core::Now now, Output& out);
  std::optional<core::BootTime> nextWakeup();
  bool idle() const { return healing_.idle(); }

  Snapshot snapshot(core::Now now) const;
  void shareNothing() const {
    detection_.checks().shareNothing();
    healing_.shareNothing();
  }

 private:
  static std::vector<Book*> booksOf(Impl& self);
  Governors& governors() { return healing_.governors(); }
  // Whether the step has to be committed. Entries of the history that wait go along with anything
  // else; by themselves only with what nobody waits for, as their failure would be its answer.
  bool toCommit(const Step& step) const {
    const auto due = journal_.due();
    return journal_.proposed() || (store_.up() && !step.out.reply && due && *due <= step.now.boot);
  }

  void finish(Step& step);
  void dispatch(const Event& event, Step& step);
  // What follows when all books have kept, or undone, what was proposed.
  void committed(Step& step);
  void refused(const std::string& error, Step& step, std::span<Output> outs);
  void storeDown(const std::string& error);
  void tick(Step& step);
  void detect(Step& step);
  void runTask(const BackgroundTasks::Due& due, Step& step);
  void requestPermit(const RequestPermit& command, Step& step);
  void reload(const Reload& command, Step& step);
  void stop(Step& step);

  Setup setup_;
  core::Now started_;
  core::FeatureFlags features_;
  Detection detection_;
  Pauses pauses_;
  Approvals approvals_;
  Healing healing_;
  CheckFindings findings_;
  RemedyCommands remedies_;
  HumanCommands humans_;
  Permits permits_;
  ApprovalCommands approve_;
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
  Journal journal_{booksOf(*this)};
};

}  // namespace heald::engine
