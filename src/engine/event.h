#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/check_status.h"
#include "core/feature_flags.h"
#include "core/measurement.h"
#include "core/time.h"
#include "engine/history.h"
#include "engine/setup.h"

namespace heald::engine {

// Everything that can happen to the engine. Runs of checks and of actions are named by numbers that
// are never given twice, so that a result finds its place also when a Reload came in between.

// Time has passed. Sent when `Engine::nextWakeup()` is reached, and harmless at any other time.
struct Tick {};

struct CheckFinished {
  int check = 0;          // as in StartCheck, where it is likely to be found
  std::uint64_t run = 0;  // as in StartCheck; a result of any other run is late and dropped
  core::CheckStatus status = core::CheckStatus::kUnknown;
  std::string message;
  core::Duration took{};
  std::vector<core::Measurement> measurements = {};
};

enum class ActionOutcome : std::uint8_t { kOk, kFailed, kTimeout, kCancelled };

struct ActionFinished {
  std::uint64_t run = 0;  // as in StartAction; a result of any other run is late and dropped
  ActionOutcome outcome = ActionOutcome::kFailed;
  std::string text;                   // one line for people
  std::string output;                 // what it printed, or the HTTP body
  std::optional<int> exit_code = {};  // of a command that exited
};

enum class TaskKind : std::uint8_t { kInterval, kTimeout };

struct TaskFinished {
  std::string id;
  std::uint64_t install = 0;
  bool ok = true;
  core::Duration took{};
};

// Human actions, and what an embedding program asks for. Each is answered by Output::reply. `by`
// says who, for the log and the history. An empty governor means all of them.
struct Resume {
  std::string governor;
  std::string reason;
  std::string by;
};
struct EnterDormant {
  std::string governor;
  std::string reason;
  std::string by;
};
struct Reset {
  std::string governor;
  bool force = false;
  std::string by;
};
// Ends backoff and the OPEN wait of an active governor; the counts stay. What waits under it
// starts, and what is unhealthy and does not wait is wanted at once.
struct Retry {
  std::string governor;
  std::string reason;
  std::string by;
};
struct SetFlag {
  core::Feature feature = core::Feature::kAutoHealing;
  bool enabled = true;
  std::string reason;
  std::string by;
};
struct RunCheckNow {
  std::string check;
  std::string by;
};
struct RunRemedyNow {
  std::string remedy;
  std::string by;
};
// Nothing starts for the remedy while it lasts; what runs, goes on. An empty remedy means all of
// them, and permits too. Pausing again replaces the pause; `lasts` is at most Pauses::kLongest.
struct PauseRemedy {
  std::string remedy;
  core::Duration lasts{};
  std::string reason;
  std::string by;
};
// Ends the pause of a remedy, or with an empty name every pause.
struct UnpauseRemedy {
  std::string remedy;
  std::string by;
};
// One attempt of a remedy's step, or one permit of a governor, may start, if nothing else is in the
// way. It ends with that attempt, or after `lasts`, which is at most Approvals::kLongest. Approving
// again replaces the approval.
struct Approve {
  std::string name;         // of the remedy; of the governor, for a permit
  bool permit = false;      // what the name is of
  std::string target;       // the remedy's, or the fleet's member; "" where there are none
  std::optional<int> step;  // from 1; nothing: the one that waits for it, or the only one
  core::Duration lasts{};
  std::string reason;
  std::string by;
};
// Takes it back, as long as no attempt has started with it.
struct Unapprove {
  std::string name;
  bool permit = false;
  std::string target;
  std::optional<int> step;  // nothing: whichever is approved
  std::string by;
};
// May an attempt be made that is not heald's own? Answered by Reply::permit or Reply::denial.
struct RequestPermit {
  std::string governor;
  core::Duration deadline{};  // until its result has to be reported
  std::string reason;         // what for; may be blank
  std::string by;
  std::string member = {};  // of the governor's fleet; "" of a governor that has none
  bool again = false;       // a member that holds a permit is answered with it, and not denied
};
// The result of one. Answered by Reply::permit. Without an id, of the permit that the member holds;
// when it holds none there is nothing to report, and that is answered too.
struct ReportPermit {
  std::string id;
  bool ok = false;
  std::string text;   // one line for people: how it ended
  std::string error;  // what is matched against the permanent-open conditions
  std::string by;
  std::string output = {};    // what it printed, which is not for everybody; for the history
  std::string governor = {};  // with `member`, in the place of the id
  std::string member = {};
  bool unused = false;  // with `ok`: nothing was attempted
};
struct RegisterTask {
  std::string id;
  TaskKind kind = TaskKind::kInterval;
  core::Duration period{};
  bool enabled = true;
  bool replace = true;
};
struct RemoveTask {
  std::string id;
};

// Labels of an alert with their values, as sent.
using Labels = std::vector<std::pair<std::string, std::string>>;

struct Alert {
  std::string fingerprint;
  core::WallTime starts_at{};
  bool firing = true;
  Labels labels;
  std::optional<core::WallTime> ends_at = {};  // of one that is resolved
};

// A notification of Alertmanager. Answered when all of it is recorded; kUnavailable when there is
// no room for all, and then nothing is: Alertmanager sends it again.
struct AlertsReceived {
  std::vector<Alert> alerts;
  std::string by;
  std::size_t left_out = 0;  // alerts that were more than one notification may have
};

// What Alertmanager says of an alert that it was asked for.
enum class AlertAnswer : std::uint8_t {
  kFires,    // silenced and inhibited ones too
  kGone,     // it knows of none
  kUnknown,  // it did not answer, or cannot know yet
};
struct AlertAsked {
  std::uint64_t run = 0;  // as in AskAlert; any other answer is late and dropped
  AlertAnswer answer = AlertAnswer::kUnknown;
  std::string text;  // why kUnknown, one line
};

// What the fleet's server says to a remedy that asks for a permit.
enum class FleetAnswer : std::uint8_t {
  kYes,
  kNo,
  kUnanswered,  // it did not answer, or not with a permit or a denial
};
inline constexpr std::size_t kFleetAnswerCount = 3;
std::string_view toString(FleetAnswer answer);  // "given", "denied", "unanswered"
struct FleetAnswered {
  std::uint64_t run = 0;  // as in AskFleet; a yes to any other is given back
  FleetAnswer answer = FleetAnswer::kUnanswered;
  std::string text;                         // why not, one line
  std::optional<core::Duration> wait = {};  // of kNo: for so long it will be no
};

// Another configuration takes the place of the present one. Checks, remedies and governors that are
// in both, by name, keep their state; an attempt that runs goes on. What is gone stops: an attempt
// of a remedy that is gone has failed as interrupted, and the driver ends its action. A governor
// that is gone is remembered, and is as it was when it comes back. Every check is run soon after.
struct Reload {
  std::shared_ptr<const Setup> setup;  // shared: the event is copied, a setup is large
  std::string by;
};

// Something that happened outside of the engine and belongs into the history: heald has started, a
// configuration was refused. Written at once.
struct Record {
  HistoryEntry entry;
};

// No check, attempt or task starts from here on; what runs may still report.
struct Stop {};

using Event =
    std::variant<Tick, CheckFinished, ActionFinished, TaskFinished, Resume, EnterDormant, Reset,
                 Retry, SetFlag, RunCheckNow, RunRemedyNow, PauseRemedy, UnpauseRemedy, Approve,
                 Unapprove, RequestPermit, ReportPermit, RegisterTask, RemoveTask, AlertsReceived,
                 AlertAsked, FleetAnswered, Reload, Record, Stop>;

// Whether steps of such events may be made one after the other and committed together. What asks
// for permits and reports them does, as programs do it by the thousand; nothing that heald starts
// follows from a step of it before its commit.
inline bool mayShareACommit(const Event& event) {
  return std::holds_alternative<RequestPermit>(event) ||
         std::holds_alternative<ReportPermit>(event);
}

}  // namespace heald::engine
