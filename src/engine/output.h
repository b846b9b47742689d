#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/feature_flags.h"
#include "core/governor.h"
#include "engine/approval.h"
#include "engine/episode.h"
#include "engine/history.h"
#include "engine/incident.h"
#include "engine/pause.h"
#include "engine/permit.h"
#include "engine/unhealthy_time.h"
#include "heald/result.h"

namespace heald::engine {

// Run the check, and report CheckFinished with the same run.
struct StartCheck {
  int check = 0;
  std::uint64_t run = 0;
};

// Start step `step` of the remedy, and report ActionFinished with the same run. The attempt is
// durable by now.
struct StartAction {
  int remedy = 0;
  int step = 0;
  std::uint64_t attempt = 0;
  std::string check;   // HEALD_CHECK
  std::string reason;  // HEALD_REASON: the check's message, or why there is none
  std::uint64_t run = 0;
  Labels labels;                                                    // of the alert that asks for it
  std::vector<std::pair<std::string, std::string>> variables = {};  // of them; see LabelVariables
  std::string governor = {};
  std::string incident = {};  // its name: the same for each attempt of it, and after a restart
};

// Ask Alertmanager whether an alert still fires, and report AlertAsked with the same run.
struct AskAlert {
  std::uint64_t run = 0;
  EpisodeKey key;
  std::string fingerprint;
  Labels labels;
  core::WallTime starts_at{};
  std::vector<std::string> ignore_labels;  // as in AlertmanagerPolicy
};

// Ask the fleet's server for a permit for an attempt of the remedy, and report FleetAnswered with
// the same run, after a while with kUnanswered. A yes is for one attempt: its end is in the
// history.
struct AskFleet {
  std::uint64_t run = 0;
  std::string remedy;
};
// No attempt has come of the yes to this run, and none will: the permit is to be given back.
struct ReturnPermit {
  std::uint64_t run = 0;
};

// Nobody waits for this run any more: end it. What it still reports is dropped.
struct CancelCheck {
  std::uint64_t run = 0;
};
struct CancelAction {
  std::uint64_t run = 0;
};

// Run the task's function, and report TaskFinished with the same install.
struct RunTask {
  std::string id;
  std::uint64_t install = 0;
};

// A registration that had to wait for the old job is in force now (or, superseded, never will be).
struct TaskReady {
  std::uint64_t install = 0;
  bool superseded = false;
};

using Action = std::variant<StartCheck, StartAction, CancelCheck, CancelAction, RunTask, TaskReady,
                            AskAlert, AskFleet, ReturnPermit>;

// Something worth a line in the log: what, about what, and the details.
struct Note {
  enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError };
  Level level = Level::kInfo;
  std::string message;
  std::vector<std::pair<std::string, std::string>> fields;
};

// Why a permit is not given.
struct Denial {
  std::string word;                     // a guard's, or "paused", "observe_mode", "not_a_member"
  bool guard = false;                   // whether it is a guard's
  std::optional<core::WallTime> until;  // when time alone ends it
  core::Duration wait{};                // until then; or after which asking again may help
  std::string message;
};

// One reason why the next attempt under a governor does not start now (still_in_the_way.h).
struct InTheWay {
  std::string governor;
  std::string word;     // a guard's, or "paused", "depends_on", "fleet", "observe_mode", …
  std::string message;  // one sentence, without its full stop
  std::optional<core::WallTime> until;  // when time alone ends it
  std::string command;                  // that ends it; "" where none does
};

// Whether a key was used before, for the same request or for another one.
enum class Repeat : std::uint8_t { kNo, kSame, kOther };

// The answer to a human action: a sentence, and for a registration its number.
struct Reply {
  std::string message;
  std::uint64_t install = 0;
  bool waits = false;                 // for the old job; TaskReady follows
  std::optional<Permit> permit = {};  // the one that was given, or has ended
  std::optional<Denial> denial = {};
  std::vector<InTheWay> in_the_way = {};  // after a reset or a retry
  Repeat repeat = Repeat::kNo;            // kOther: nothing was done
};

// An answer that is remembered under a key (answers.h).
struct KeptAnswer {
  std::string request;  // the digest of what was asked
  std::string message;
  std::string permit;  // its id; "" without one
  core::WallTime at{};

  friend bool operator==(const KeptAnswer&, const KeptAnswer&) = default;
};

// What one step wants done, in this order: commit (if asked for) and settle; log the notes; start
// the actions; answer.
struct Output {
  bool commit = false;  // make Engine::changes() durable, then call Engine::settle()
  std::vector<Action> actions;
  std::vector<Note> notes;
  std::optional<Result<Reply>> reply;
  bool reply_stands = false;  // what it says is so, whatever becomes of a later commit of the step
  std::vector<HistoryEntry> remarks = {};  // of the history; the engine takes them to its queue
};

// Totals of one remedy; durable, so that its counters survive a restart.
enum class FailureReason : std::uint8_t {
  kError,
  kTimeout,
  kVerification,
  kPermanent,
  kInterrupted
};
inline constexpr std::size_t kFailureReasonCount = 5;
std::string_view toString(FailureReason reason);  // "error", "timeout", …

struct RemedyTotals {
  std::uint64_t attempts = 0;
  std::uint64_t successes = 0;
  std::array<std::uint64_t, kFailureReasonCount> failures{};

  friend bool operator==(const RemedyTotals&, const RemedyTotals&) = default;
};

// How the store is off for room on its disk.
struct StoreRoom {
  enum class State : std::uint8_t {
    kPlenty,
    kNoReserve,  // nothing is kept for a full disk, and `reason` says why
    kOnReserve   // the disk is full: what was kept is used up
  };
  State state = State::kPlenty;
  std::string reason;  // one line
};

// What has to be durable before the step counts: one transaction, all or nothing.
struct Changes {
  std::vector<std::pair<std::string, core::GovernorState>> governors;
  std::vector<std::string> forgotten;  // governors; none of them is in the list above
  std::vector<std::pair<std::string, RemedyTotals>> remedies;
  std::vector<std::pair<core::Feature, core::FeatureFlags::Layers>> flags;
  std::vector<std::pair<std::string, std::optional<Pause>>> pauses;    // by remedy; nothing: ended
  std::vector<std::pair<std::string, std::optional<Permit>>> permits;  // by id; nothing: forgotten
  std::vector<std::pair<ApprovalKey, std::optional<Approval>>> approvals;  // nothing: it has ended
  std::vector<std::pair<EpisodeKey, std::optional<Episode>>> episodes;     // nothing: forgotten
  std::vector<std::pair<std::string, std::optional<KeptAnswer>>> answers;  // by key; likewise
  std::vector<std::pair<std::string, std::optional<Incident>>>
      incidents;                      // by remedy; nothing: over
  TallyCounts counts;                 // by name
  TallyTimes unhealthy_times;         // by check
  std::vector<HistoryEntry> history;  // what has happened, in its order
  // How far who tells others of the history has come, by name; nothing: forgotten. The engine makes
  // none: nothing that it decides depends on them.
  std::vector<std::pair<std::string, std::optional<std::int64_t>>> cursors;
  core::Now at{};

  // What is forgotten waits for a commit that takes place anyway.
  bool empty() const {
    return governors.empty() && remedies.empty() && flags.empty() && pauses.empty() &&
           permits.empty() && approvals.empty() && episodes.empty() && incidents.empty() &&
           counts.empty() && unhealthy_times.empty() && history.empty() && cursors.empty();
  }
};

// What the store held at start-up.
struct Saved {
  std::vector<std::pair<std::string, core::GovernorState>> governors;  // rebased to this boot
  std::vector<std::pair<std::string, std::string>> unreadable;         // name and what is wrong
  std::vector<std::pair<std::string, RemedyTotals>> remedies;
  std::vector<std::pair<core::Feature, core::FeatureFlags::Layers>> flags;
  std::vector<std::pair<std::string, Pause>> pauses;  // by remedy, rebased to this boot
  std::vector<Permit> permits;                        // rebased too; those that have ended also
  std::vector<std::pair<ApprovalKey, Approval>> approvals;  // rebased too
  std::vector<std::pair<EpisodeKey, Episode>> episodes;
  std::vector<std::pair<std::string, KeptAnswer>> answers;  // by key
  std::map<std::string, Incident> incidents;                // by remedy
  TallyCounts counts;                                       // by name
  TallyTimes unhealthy_times;                               // by check, rebased to this boot
};

}  // namespace heald::engine
