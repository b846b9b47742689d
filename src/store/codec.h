#pragma once

#include <string>

#include "core/governor.h"
#include "engine/output.h"

namespace heald::store {

// The durable form of a state: one JSON object with a version, readable by people and by every
// later heald. Times are int64 nanoseconds: of the boot clock, or since 1970. Reading the written
// gives the same value again, bit for bit; the one exception are texts that are not UTF-8, whose
// odd bytes become U+FFFD. Pure.
//
// Decoding throws Fault, with the field and what is wrong with it. It takes nothing on trust: every
// field has to be there, of its type, in its range; but what a row of an older heald cannot have.
// Unknown fields are ignored.
std::string encode(const core::GovernorState& state);
core::GovernorState decodeGovernor(const std::string& text);

std::string encode(const engine::RemedyTotals& totals);
engine::RemedyTotals decodeRemedy(const std::string& text);

std::string encode(const engine::Episode& episode);
engine::Episode decodeEpisode(const std::string& text);

std::string encode(const engine::Incident& incident);
engine::Incident decodeIncident(const std::string& text);

std::string encode(const engine::Approval& approval);
engine::Approval decodeApproval(const std::string& text);
std::string encode(const engine::Pause& pause);
engine::Pause decodePause(const std::string& text);

std::string encode(const engine::KeptAnswer& answer);
engine::KeptAnswer decodeAnswer(const std::string& text);
std::string encode(const engine::Permit& permit);
engine::Permit decodePermit(const std::string& id, const std::string& text);

// Limits of a clock value, so that no arithmetic on a damaged one can overflow: 73 years of uptime;
// the years 1970 to 2116. Throws Fault.
core::BootTime bootTime(std::int64_t nanoseconds);
core::WallTime wallTime(std::int64_t nanoseconds);

}  // namespace heald::store
