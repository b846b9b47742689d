#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.h"

namespace heald::engine {

enum class PermitState : std::uint8_t {
  kOutstanding,
  kOk,       // reported
  kFailed,   // reported
  kExpired,  // not reported by its deadline: counted as failed
};
inline constexpr std::size_t kPermitStateCount = 4;
std::string_view toString(PermitState state);  // "outstanding", "ok", "failed", "expired"

// An attempt of a governor that somebody else makes: a cron job, a CI step, a runbook's script. Its
// ticket is in flight in the governor until the result is reported or the deadline is over.
// Durable, and kept for a while after its end, so that a report that comes twice is answered the
// same.
struct Permit {
  std::string id;             // never given twice
  std::string governor;       // by name
  std::uint64_t attempt = 0;  // the governor's ticket
  std::uint64_t epoch = 0;    // of the ticket
  core::BootTime deadline{};  // meaningful while outstanding
  core::WallTime granted_at{};
  core::WallTime ended_at{};  // meaningful afterwards
  PermitState state = PermitState::kOutstanding;
  std::string reason;       // what it was asked for; may be ""
  std::string by;           // who asked
  std::string error;        // as reported, one line; not what it printed
  std::string member = {};  // of the governor's fleet; "" of a governor that has none

  friend bool operator==(const Permit&, const Permit&) = default;
};

// What has become of the requests for permits of one governor, since the process started. Those
// that are outstanding are in none of the counts.
enum class PermitOutcome : std::uint8_t {
  kOk,
  kFailed,
  kExpired,
  kDenied,
  kPaused,
  kObserveMode,
  kNotAMember,  // of a fleet: the request named no member, or one that is not declared
};
inline constexpr std::size_t kPermitOutcomeCount = 7;
std::string_view toString(PermitOutcome outcome);  // "ok", …, "observe_mode", "not_a_member"
using PermitCounts = std::array<std::uint64_t, kPermitOutcomeCount>;

}  // namespace heald::engine
