#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/output.h"
#include "engine/windows.h"

namespace heald::engine {

// Which remedies a human, or a window of the configuration, has paused. It is not a guard: like a
// dependency it stands before the governor, so nothing is asked, counted or forgotten there. Like a
// governor's changes, every one of a human's is a proposal until it is durable; a pause in force is
// one that was kept.
class Pauses {
 public:
  static constexpr core::Duration kLongest = std::chrono::hours(24 * 30);

  // What holds the remedy at `now`: its own pause or that of all, whichever ends later; or null.
  const Pause* of(const std::string& remedy, core::BootTime now) const;
  const Pause* ofAll(core::BootTime now) const { return of("", now); }
  bool knows(const std::string& remedy) const { return pauses_.contains(remedy); }

  // Proposals. kInvalid: a length that is not between one second and kLongest, a blank reason.
  // kConflict: there is nothing to end; the message says what is.
  Result<Reply> pause(const PauseRemedy& command, core::Now now);
  Result<Reply> unpause(const UnpauseRemedy& command, core::Now now);
  // What is over is forgotten, also by the store. It has had no effect since its end.
  void forgetEnded(core::Now now);
  std::optional<core::BootTime> nextEnd() const;

  // The windows: those of another configuration, and the time, of which every step takes notice
  // first. Whether anything is paused, or is so no more, that was otherwise before.
  void useWindows(std::vector<WindowSpec> windows) { windows_.use(std::move(windows)); }
  bool followWindows(core::Now now, Output& out);
  std::optional<core::BootTime> nextEdge() const { return windows_.nextEdge(); }

  bool proposed() const { return !proposals_.empty(); }
  void addChanges(Changes& changes) const;
  void addHistory(std::vector<HistoryEntry>& entries, core::WallTime now) const;
  void addEverything(Changes& changes) const;
  bool keep(std::vector<Note>& notes);  // whether there was anything to keep
  void undo();
  // At start-up only.
  void load(const std::string& remedy, Pause pause) { pauses_[remedy] = std::move(pause); }

 private:
  struct Proposal {
    std::string remedy;
    std::optional<Pause> before;
    Note note;
    HistoryEntry entry;
  };

  void propose(const std::string& remedy, std::optional<Pause> after, Note note,
               HistoryEntry entry);
  Result<Reply> unpauseAll(const UnpauseRemedy& command, core::Now now);

  std::map<std::string, Pause> pauses_;  // by remedy, "" is all
  std::vector<Proposal> proposals_;
  Windows windows_;
};

// "remedy \"restart\"", or "every remedy" for "".
std::string pausedThing(const std::string& remedy);

}  // namespace heald::engine
