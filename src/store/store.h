#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/governor.h"
#include "engine/output.h"
#include "heald/result.h"
#include "store/history_table.h"
#include "store/stats.h"

namespace heald::store {

// Ends the reason of a commit that has failed and may be found done all the same, should heald die
// before the store answers again.
inline constexpr std::string_view kInDoubt = "it may be found done";

// The durable state: what the engine may not forget. It fails closed: no durable record, no remedy.
//
// open, commit, probe and reopen block as long as the disk does and belong to one thread at a time;
// stats may be read by any thread at any moment. Nothing here throws. Reasons are one line for
// people, and begin with the place (the path of the file).
//
// `ClockStamp` is the boot id and both clocks at the moment of the call.
class Store {
 public:
  virtual ~Store() = default;

  // Reads everything, and makes the store ready for commits. A value of nullopt: there was no store
  // at all, so this is a first start; it exists now. An error (kUnavailable): there is something
  // and it cannot be trusted, or cannot be created; then nothing may start. May be called again at
  // any time, to find out whether that has ended.
  //
  // Every state is rebased to `present`. A row that does not parse, or is in no state the machine
  // can be in, is listed in Saved::unreadable and never dropped. What the configuration does not
  // mention any more is kept, and returned.
  virtual Result<std::optional<engine::Saved>> open(const core::ClockStamp& present) = 0;

  // All of it in one transaction, on disk when this returns "". Otherwise the reason, and nothing
  // of it counts: it is not on disk either, unless the reason ends with kInDoubt. Such a doubt
  // ends with the next commit, probe or reopen that succeeds.
  virtual std::string commit(const engine::Changes& changes, const core::ClockStamp& now) = 0;

  // A small durable write, and a step of forgetting old history: notices a full or read-only disk,
  // a lock, and a store whose file was deleted or replaced meanwhile. "" or the reason. Once the
  // disk was full it succeeds only when there is room again for many commits of real size.
  virtual std::string probe(const core::ClockStamp& now) = 0;

  // After a store that was open has failed: opens it anew and writes `everything` into it, which is
  // the whole state that the engine holds in memory (a file that was deleted is created again).
  // Refused, with the reason, when another file has taken its place: only a restart may adopt that.
  virtual std::string reopen(const engine::Changes& everything, const core::ClockStamp& now) = 0;

  // What is kept of the history from here on. The oldest entries that are beyond it are dropped
  // after commits and probes, a few at a time; a commit fails for none of that.
  virtual void limitHistory(const HistoryLimits& limits) = 0;

  // So many calls about permits share a commit, at most; one with a key counts twice. Any thread.
  virtual std::size_t mostTogether() const { return 256; }

  virtual Stats stats() const = 0;

  // As it was after the last call above. Same thread as those.
  virtual engine::StoreRoom room() const { return {}; }
};

}  // namespace heald::store
