#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/backoff.h"
#include "core/budget.h"
#include "core/circuit_breaker.h"
#include "core/time.h"
#include "heald/result.h"

namespace heald::core {

// What a governor is told to keep. The defaults are the design's numbers.
struct GovernorPolicy {
  BackoffPolicy backoff;
  BreakerPolicy breaker;
  int max_consecutive_failures = 10;  // N: the failure that makes it dormant
  int max_in_flight = 1;              // C: attempts that may run at one time
  std::vector<BudgetPolicy> budgets = {{10, std::chrono::hours(1)}, {24, std::chrono::hours(24)}};
  Duration reset_after =
      std::chrono::minutes(10);  // of uninterrupted health before counts are cleared
  std::vector<std::string> permanent_open_conditions = {"no active api keys", "unauthorized"};
  std::vector<std::string> resume_conditions = {"the cause is found and fixed",
                                                "a human resumes it, with a reason"};

  friend bool operator==(const GovernorPolicy&, const GovernorPolicy&) = default;
};

// The guards, in the order in which they are asked. The first that fails is the answer, and its
// word is the same in the log, the metric label, the JSON and the documents.
enum class Guard : std::uint8_t {
  kFeatureFlag,
  kDormant,
  kPermanentOpen,
  kStoreUnavailable,
  kInFlight,
  kMaxConcurrent,
  kMaxUnverified,
  kStormBrake,
  kBreakerOpen,
  kBackoff,
  kHalfOpen,
  kApproval,
  kBudget,
};
inline constexpr std::size_t kGuardCount = 13;
std::string_view toString(Guard guard);  // "feature_flag", "dormant", …

// Why a governor is dormant whose state could not be read; more may follow behind a colon.
inline constexpr std::string_view kStateUnreadable = "state unreadable";

// What the guards outside the governor say at this moment.
struct Gates {
  bool feature_enabled = true;
  bool store_available = true;
  bool max_concurrent_reached = false;
  bool max_unverified_reached = false;
  bool storm_brake = false;
  bool parent_dormant = false;    // of a governor that serves one target of another
  bool approval_missing = false;  // the attempt needs one of a human, and none is in force
};

// The answer to "may an attempt start now?". `until` is there for kBreakerOpen and kBackoff only:
// all other guards end by an event, not by time.
struct Verdict {
  std::optional<Guard> denied_by;
  std::optional<BootTime> until;

  bool allowed() const { return !denied_by.has_value(); }
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

enum class TriggeredBy : std::uint8_t { kAutomatic, kCircuitBreaker, kManual };
inline constexpr std::size_t kTriggeredByCount = 3;
std::string_view toString(TriggeredBy by);  // "automatic", "circuit_breaker", "manual"

struct DormancyRecord {
  std::string reason;
  WallTime timestamp{};
  TriggeredBy triggered_by = TriggeredBy::kAutomatic;
  std::vector<std::string> resume_conditions;

  friend bool operator==(const DormancyRecord&, const DormancyRecord&) = default;
};

// An attempt that has started and not ended. Epoch and generation make a late result harmless.
struct Ticket {
  std::uint64_t id = 0;  // counts the attempts of its governor, from 1
  std::uint64_t epoch = 0;
  std::uint64_t generation = 0;
  std::string remedy;
  WallTime started_at{};

  friend bool operator==(const Ticket&, const Ticket&) = default;
};

struct Totals {
  std::uint64_t attempts = 0;
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;

  friend bool operator==(const Totals&, const Totals&) = default;
};

// All of it is durable. ACTIVE is the absence of a dormancy record.
struct GovernorState {
  std::optional<DormancyRecord> dormancy;
  CircuitBreaker breaker;
  int consecutive_failures = 0;  // cf
  BootTime next_allowed_at{};    // end of the backoff; meaningful while cf > 0
  std::uint64_t epoch = 0;       // +1 at every human action
  std::vector<BootTime> starts;  // of recent attempts, for the budgets
  std::vector<Ticket> in_flight;
  Totals totals;

  bool dormant() const { return dormancy.has_value(); }
  friend bool operator==(const GovernorState&, const GovernorState&) = default;
};

// HALF_OPEN without a trial left and without one under way that could open or close it: the limit
// of trials was lowered meanwhile. The next attempt begins another HALF_OPEN, or it would last for
// ever.
bool trialsAreStuck(const GovernorState& state, const GovernorPolicy& policy);

// Decides whether one automatic attempt may start: backoff, circuit breaker, failure limit, budget
// and dormancy in one durable state machine. A pure function of (state, event, now); the semantics
// are those of docs/governor.md. Asking never changes anything. Not thread-safe.
class Governor {
 public:
  explicit Governor(GovernorPolicy policy, GovernorState state = {})
      : policy_(std::move(policy)), state_(std::move(state)) {}

  const GovernorPolicy& policy() const { return policy_; }
  const GovernorState& state() const { return state_; }
  void setPolicy(GovernorPolicy policy) { policy_ = std::move(policy); }
  void setState(GovernorState state) { state_ = std::move(state); }

  // The first guard that fails, or none. Changes nothing.
  Verdict ask(const Gates& gates, BootTime now) const;
  // How long the present failure count makes one wait; the base at zero failures.
  Duration backoffNow() const;
  // When backoff and breaker let the next attempt start; nothing when no time alone will (dormant).
  // A moment that has passed means now.
  std::optional<BootTime> nextAllowedAt() const;

  struct Decision {
    Verdict verdict;
    std::optional<Ticket> ticket;  // the attempt that may run, once the state is durable
  };
  // Somebody wants an attempt. A budget without attempts left makes the governor dormant.
  Decision trigger(const Gates& gates, const std::string& remedy, Now now);

  // An attempt has ended: *ok* means that the action ended well and the check is healthy again.
  // `error` is matched against the permanent-open conditions when it failed. A ticket that is not
  // in flight changes nothing and returns false.
  bool result(std::uint64_t ticket, bool ok, std::string_view error, Now now);

  // Every check behind this governor has been healthy for `reset_after` without a break. Does
  // nothing while dormant, PERMANENT_OPEN, or with an attempt in flight. Returns whether anything
  // changed.
  bool recovered();

  // Human actions. Each counts an epoch, so that what was in flight changes nothing but totals.
  Result<void> reset(bool force);  // the breaker's reset(force)
  // Ends backoff and the OPEN wait; the counts stay. kConflict while dormant.
  Result<void> retry(std::string_view reason);
  Result<void> resume(std::string_view reason);  // kConflict unless dormant
  Result<void> enterDormant(std::string_view reason, Now now);

  // A durable state that cannot be trusted: dormant until a human has looked.
  void markUnreadable(std::string_view why, Now now);

 private:
  void failed(const Ticket& ticket, std::string_view error, Now now);
  void succeeded(const Ticket& ticket);
  void goDormant(std::string reason, TriggeredBy by, Now now);
  void clearFailures();
  void humanActed();

  GovernorPolicy policy_;
  GovernorState state_;
};

// The most attempts since the last verified success, sustained recovery or human action, whatever
// happens: min(N, P) * H + C - 1.
int attemptBound(const GovernorPolicy& policy);

// Where a saved state belongs in time: the boot it was saved in, and both clocks at that moment.
struct ClockStamp {
  std::string boot_id;
  Now at;
};

// A deadline that was saved, in the present boot. Within one boot it is the same. On another boot
// what remained by wall clock, within [0, what remained when saved], and all of it when the wall
// clock went backwards.
BootTime rebased(BootTime deadline, const ClockStamp& saved, const ClockStamp& present);
// The same of a moment that was over when it was saved: before the present boot, it is negative.
BootTime pastRebased(BootTime moment, const ClockStamp& saved, const ClockStamp& present);

// Brings the deadlines of a saved state into the present boot, each as above; the starts that
// budgets count age in the same way.
void rebase(GovernorState& state, const ClockStamp& saved, const ClockStamp& present);

// Whether a saved state is one that this machine can be in; what is wrong, or "".
std::string inconsistency(const GovernorState& state);

}  // namespace heald::core
