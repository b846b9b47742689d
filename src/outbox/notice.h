#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/time.h"
#include "engine/advice.h"
#include "engine/history.h"

namespace heald::outbox {

// Something that a human should hear of: a problem has begun, or is over. The words are those of
// the alerts (alerts/lib/alerts.libsonnet), so that whoever has both knows them again.
struct Notice {
  std::string problem;  // one thing that can begin and end: "dormant/main"
  std::string alert;    // the alert that says the same: "HealdDormant"
  engine::Severity severity = engine::Severity::kWarning;
  std::string governor = {};  // "": it concerns none
  std::string summary = {};   // one sentence, without its full stop
  std::string description = {};
  std::string impact = {};
  std::string reason = {};  // what heald or a human has said of it; may hold anything, one line
  bool over = false;
  bool instant = false;  // it has happened, and has no end
  core::WallTime at{};
  std::optional<core::WallTime> since = {};  // of one that is over, when that is known
};

// The problem that the store cannot be written or read. Its history can only be written when it is
// over, so it is told from the snapshot as well.
Notice storeFailing(const std::string& reason, core::WallTime at, const std::string& instance);

// Entries of the history had been forgotten (store.history) before they were sent to a receiver. No
// alert says that: it has no runbook.
inline constexpr const char* kHistoryForgotten = "HealdHistoryForgotten";
Notice historyForgotten(std::uint64_t entries, core::WallTime at, const std::string& instance);

// Reads the history in its order, and says what of it is worth a notice. Remembers what has begun,
// so that an end has the severity of its beginning; of what began before the first entry that it
// was shown it does not know. Not thread-safe.
class Interpreter {
 public:
  explicit Interpreter(std::string instance) : instance_(std::move(instance)) {}

  std::optional<Notice> read(const engine::HistoryEntry& entry);

  // The kinds of entries that it has to be shown; it makes nothing of others.
  static const std::vector<engine::HistoryKind>& kinds();

 private:
  static constexpr std::size_t kMostKnown = 10'000;  // that have begun and are not over

  std::optional<Notice> ofGovernor(const engine::HistoryEntry& entry);
  std::optional<Notice> ofBreaker(const engine::HistoryEntry& entry);
  std::optional<Notice> ofStore(const engine::HistoryEntry& entry);
  std::optional<Notice> ofOther(const engine::HistoryEntry& entry) const;
  Notice begun(Notice notice);
  Notice ended(Notice notice);

  struct Known {
    std::string alert;
    engine::Severity severity;
    std::string summary;
    core::WallTime since{};
  };

  const std::string instance_;
  std::map<std::string, Known> known_;         // by problem
  std::map<std::string, std::string> humans_;  // who has last resumed a governor, and why
};

}  // namespace heald::outbox
