#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.h"

namespace heald::engine {

enum class PermitState : std::uint8_t {
  kOutstanding,
  kOk,           // reported, and where the governor verifies permits, found healthy
  kFailed,       // reported
  kExpired,      // not reported by its deadline: counted as failed
  kVerifying,    // reported as ok; the governor's check decides whether it was
  kNotVerified,  // which has found that it was not: counted as failed
  kUnused,       // given back: its governor counts it as ok, and it says nothing of its member
};
inline constexpr std::size_t kPermitStateCount = 7;
std::string_view toString(PermitState state);  // "outstanding", …, "verifying", "not_verified"
// Whether its ticket is in flight.
constexpr bool isOpen(PermitState state) {
  return state == PermitState::kOutstanding || state == PermitState::kVerifying;
}

// An attempt of a governor that somebody else makes: a cron job, a CI step, a runbook's script. Its
// ticket is in flight in the governor until the result is reported or the deadline is over, and is
// verified where the governor says so.
// Durable, and kept for a while after its end, so that a report that comes twice is answered the
// same.
struct Permit {
  std::string id;             // never given twice
  std::string governor;       // by name
  std::uint64_t attempt = 0;  // the governor's ticket
  std::uint64_t epoch = 0;    // of the ticket
  core::BootTime deadline{};  // of the report, or of the verification; meaningful while it is open
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
