#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/event.h"
#include "engine/journal.h"
#include "engine/ledger.h"
#include "engine/output.h"
#include "engine/windows.h"

namespace heald::engine {

// Which remedies a human, or a window of the configuration, has paused. It is not a guard: like a
// dependency it stands before the governor, so nothing is asked, counted or forgotten there. Like a
// governor's changes, every one of a human's is a proposal until it is durable; a pause in force is
// one that was kept.
class Pauses : public Book {
 public:
  static constexpr core::Duration kLongest = std::chrono::hours(24 * 30);

  // What holds the remedy at `now`: its own pause or that of all, whichever ends later; or null.
  const Pause* of(const std::string& remedy, core::BootTime now) const;
  const Pause* ofAll(core::BootTime now) const { return of("", now); }
  bool knows(const std::string& remedy) const { return ledger_.contains(remedy); }

  // Proposals. kInvalid: a length that is not between one second and kLongest, a blank reason.
  // kConflict: there is nothing to end; the message says what is.
  Result<Reply> pause(const PauseRemedy& command, core::Now now);
  Result<Reply> unpause(const UnpauseRemedy& command, core::Now now);
  // What is over is forgotten, also by the store. It has had no effect since its end.
  void forgetEnded(core::Now now);
  std::optional<core::BootTime> nextEnd() const;

  // All that hold something at `now`, by remedy ("" is all).
  std::map<std::string, Pause> inForce(core::BootTime now) const;

  // Another one whenever inForce() may have changed, but for what has ended meanwhile.
  std::uint64_t revision() const { return revision_ + windows_.revision(); }

  // The windows: those of another configuration, and the time, of which every step takes notice
  // first. Whether anything is paused, or is so no more, that was otherwise before.
  void useWindows(std::vector<WindowSpec> windows) { windows_.use(std::move(windows)); }
  bool followWindows(core::Now now, Output& out);
  std::optional<core::BootTime> nextEdge() const { return windows_.nextEdge(); }

  // At start-up only.
  void load(const std::string& remedy, Pause pause) { ledger_.load(remedy, std::move(pause)); }

  bool proposed() const override { return ledger_.proposed(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;
  // What the log says of what was kept, and was not taken yet. Empty: nothing has changed.
  std::vector<Note> takeKept() { return std::exchange(kept_, {}); }

 private:
  void propose(const std::string& remedy, std::optional<Pause> after, Note note,
               HistoryEntry entry);
  Result<Reply> unpauseAll(const UnpauseRemedy& command, core::Now now);

  std::uint64_t revision_ = 0;
  Ledger<std::string, Pause> ledger_{[this](const std::string&, const Pause*, const Pause*) {
    ++revision_;
  }};                                  // by remedy, "" is all
  std::vector<Note> notes_;            // of what is proposed
  std::vector<HistoryEntry> entries_;  // likewise
  std::vector<Note> kept_;
  Windows windows_;
};

// "remedy \"restart\"", or "every remedy" for "".
std::string pausedThing(const std::string& remedy);

}  // namespace heald::engine
