#include "store/codec.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "store/fault.h"
#include "store/json_fields.h"

namespace heald::store {
namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr std::int64_t kBootLimit = (std::int64_t{1} << 61) - 1;
constexpr std::int64_t kWallLimit = (std::int64_t{1} << 62) - 1;

std::int64_t nanoseconds(core::BootTime time) {
  return time.time_since_epoch().count();
}
std::int64_t nanoseconds(core::WallTime time) {
  return time.time_since_epoch().count();
}

std::string written(Json object) {
  object["version"] = kVersion;
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parsed(const std::string& text) {
  Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    throw Fault("it is not a JSON object");
  }
  if (const auto version = countAt<std::uint64_t>(object, "version"); version != kVersion) {
    throw Fault("its version is " + std::to_string(version) + ", this heald reads version " +
                std::to_string(kVersion));
  }
  return object;
}

Json dormancyJson(const core::DormancyRecord& record) {
  return {{"reason", record.reason},
          {"timestamp_ns", nanoseconds(record.timestamp)},
          {"triggered_by", toString(record.triggered_by)},
          {"resume_conditions", record.resume_conditions}};
}

core::DormancyRecord dormancyOf(const Json& object) {
  core::DormancyRecord record;
  record.reason = textAt(object, "reason");
  record.timestamp = wallAt(object, "timestamp_ns");
  record.triggered_by = wordAt<core::TriggeredBy>(object, "triggered_by", core::kTriggeredByCount);
  for (const Json& condition : listAt(object, "resume_conditions")) {
    record.resume_conditions.push_back(textOf(condition, "resume_conditions"));
  }
  return record;
}

Json breakerJson(const core::CircuitBreaker& breaker) {
  Json object = {{"state", toString(breaker.state)},
                 {"failures", breaker.failures},
                 {"open_until_ns", nanoseconds(breaker.open_until)},
                 {"half_open_admitted", breaker.half_open_admitted},
                 {"half_open_succeeded", breaker.half_open_succeeded},
                 {"generation", breaker.generation},
                 {"last_failure_at_ns", nullptr}};
  if (breaker.last_failure_at) {
    object["last_failure_at_ns"] = nanoseconds(*breaker.last_failure_at);
  }
  return object;
}

core::CircuitBreaker breakerOf(const Json& object) {
  core::CircuitBreaker breaker;
  breaker.state = wordAt<core::BreakerState>(object, "state", std::size(core::kBreakerStates));
  breaker.failures = countAt<int>(object, "failures");
  breaker.open_until = bootAt(object, "open_until_ns");
  breaker.half_open_admitted = countAt<int>(object, "half_open_admitted");
  breaker.half_open_succeeded = countAt<int>(object, "half_open_succeeded");
  breaker.generation = countAt<std::uint64_t>(object, "generation");
  if (!at(object, "last_failure_at_ns").is_null()) {
    breaker.last_failure_at = wallAt(object, "last_failure_at_ns");
  }
  return breaker;
}

Json ticketJson(const core::Ticket& ticket) {
  return {{"id", ticket.id},
          {"epoch", ticket.epoch},
          {"generation", ticket.generation},
          {"remedy", ticket.remedy},
          {"started_at_ns", nanoseconds(ticket.started_at)}};
}

core::Ticket ticketOf(const Json& object) {
  if (!object.is_object()) {
    wrong("in_flight", "is not a list of objects");
  }
  core::Ticket ticket;
  ticket.id = countAt<std::uint64_t>(object, "id");
  ticket.epoch = countAt<std::uint64_t>(object, "epoch");
  ticket.generation = countAt<std::uint64_t>(object, "generation");
  ticket.remedy = textAt(object, "remedy");
  ticket.started_at = wallAt(object, "started_at_ns");
  return ticket;
}

Json startsJson(const std::vector<core::BootTime>& starts) {
  Json list = Json::array();
  for (const core::BootTime start : starts) {
    // Each reboot moves a start further into the past; so old, its exact age matters to no budget.
    list.push_back(std::max(nanoseconds(start), -kBootLimit));
  }
  return list;
}

Json totalsJson(const core::Totals& totals) {
  return {{"attempts", totals.attempts},
          {"successes", totals.successes},
          {"failures", totals.failures}};
}

core::Totals totalsOf(const Json& object) {
  return {countAt<std::uint64_t>(object, "attempts"), countAt<std::uint64_t>(object, "successes"),
          countAt<std::uint64_t>(object, "failures")};
}

}  // namespace

core::BootTime bootTime(std::int64_t nanoseconds) {
  if (nanoseconds < -kBootLimit || nanoseconds > kBootLimit) {
    throw Fault("a boot time out of range: " + std::to_string(nanoseconds) + " ns");
  }
  return core::BootTime(core::Duration(nanoseconds));
}

core::WallTime wallTime(std::int64_t nanoseconds) {
  if (nanoseconds < 0 || nanoseconds > kWallLimit) {
    throw Fault("a time out of range: " + std::to_string(nanoseconds) + " ns");
  }
  return core::WallTime(core::Duration(nanoseconds));
}

std::string encode(const core::GovernorState& state) {
  Json object = {{"dormancy", nullptr},
                 {"breaker", breakerJson(state.breaker)},
                 {"consecutive_failures", state.consecutive_failures},
                 {"next_allowed_at_ns", nanoseconds(state.next_allowed_at)},
                 {"epoch", state.epoch},
                 {"starts_ns", startsJson(state.starts)},
                 {"in_flight", Json::array()},
                 {"totals", totalsJson(state.totals)}};
  if (state.dormancy) {
    object["dormancy"] = dormancyJson(*state.dormancy);
  }
  for (const core::Ticket& ticket : state.in_flight) {
    object["in_flight"].push_back(ticketJson(ticket));
  }
  return written(std::move(object));
}

core::GovernorState decodeGovernor(const std::string& text) {
  const Json object = parsed(text);
  core::GovernorState state;
  if (!at(object, "dormancy").is_null()) {
    state.dormancy = dormancyOf(objectAt(object, "dormancy"));
  }
  state.breaker = breakerOf(objectAt(object, "breaker"));
  state.consecutive_failures = countAt<int>(object, "consecutive_failures");
  state.next_allowed_at = bootAt(object, "next_allowed_at_ns");
  state.epoch = countAt<std::uint64_t>(object, "epoch");
  for (const Json& start : listAt(object, "starts_ns")) {
    state.starts.push_back(bootTime(integer(start, "starts_ns")));
  }
  for (const Json& ticket : listAt(object, "in_flight")) {
    state.in_flight.push_back(ticketOf(ticket));
  }
  state.totals = totalsOf(objectAt(object, "totals"));
  return state;
}

std::string encode(const engine::RemedyTotals& totals) {
  Json failures = Json::object();
  for (std::size_t i = 0; i < engine::kFailureReasonCount; ++i) {
    failures[std::string(toString(static_cast<engine::FailureReason>(i)))] = totals.failures[i];
  }
  return written({{"attempts", totals.attempts},
                  {"successes", totals.successes},
                  {"failures", std::move(failures)}});
}

engine::RemedyTotals decodeRemedy(const std::string& text) {
  const Json object = parsed(text);
  engine::RemedyTotals totals;
  totals.attempts = countAt<std::uint64_t>(object, "attempts");
  totals.successes = countAt<std::uint64_t>(object, "successes");
  const Json& failures = objectAt(object, "failures");
  for (std::size_t i = 0; i < engine::kFailureReasonCount; ++i) {
    const std::string reason(toString(static_cast<engine::FailureReason>(i)));
    totals.failures[i] = countAt<std::uint64_t>(failures, reason.c_str());
  }
  return totals;
}

std::string encode(const engine::Episode& episode) {
  Json labels = Json::array();
  for (const auto& [name, value] : episode.labels) {
    labels.push_back({{"name", name}, {"value", value}});
  }
  return written({{"target", episode.target},
                  {"labels", std::move(labels)},
                  {"firing", episode.firing},
                  {"attempt", episode.attempt},
                  {"failures", episode.failures},
                  {"step", episode.step},
                  {"heard_at_ns", nanoseconds(episode.heard_at)},
                  {"fingerprint", episode.fingerprint},
                  {"starts_at_ns", nanoseconds(episode.starts_at)},
                  {"ended_at_ns", nanoseconds(episode.ended_at)},
                  {"before_ns", nanoseconds(episode.before)},
                  {"earlier_attempt", episode.earlier_attempt}});
}

engine::Episode decodeEpisode(const std::string& text) {
  const Json object = parsed(text);
  engine::Episode episode;
  episode.target = textAt(object, "target");
  for (const Json& label : listAt(object, "labels")) {
    if (!label.is_object()) {
      wrong("labels", "has an entry that is no label");
    }
    episode.labels.emplace_back(textAt(label, "name"), textAt(label, "value"));
  }
  const Json& firing = at(object, "firing");
  if (!firing.is_boolean()) {
    wrong("firing", "is not true or false");
  }
  episode.firing = firing.get<bool>();
  episode.attempt = countAt<std::uint64_t>(object, "attempt");
  episode.heard_at = wallAt(object, "heard_at_ns");
  if (object.contains("failures")) {  // not written before incidents were durable
    episode.failures = smallCountAt(object, "failures");
    episode.step = smallCountAt(object, "step");
  }
  episode.fingerprint = textAt(object, "fingerprint");
  episode.starts_at = wallAt(object, "starts_at_ns");
  episode.ended_at = wallAt(object, "ended_at_ns");
  episode.before = wallAt(object, "before_ns");
  episode.earlier_attempt = countAt<std::uint64_t>(object, "earlier_attempt");
  return episode;
}

std::string encode(const engine::Incident& incident) {
  return written({{"check", incident.check},
                  {"since_ns", nanoseconds(incident.since)},
                  {"failures", incident.failures},
                  {"step", incident.step}});
}

engine::Incident decodeIncident(const std::string& text) {
  const Json object = parsed(text);
  return {textAt(object, "check"), wallAt(object, "since_ns"), smallCountAt(object, "failures"),
          smallCountAt(object, "step")};
}

std::string encode(const engine::Pause& pause) {
  return written({{"until_ns", nanoseconds(pause.until)},
                  {"since_ns", nanoseconds(pause.since)},
                  {"reason", pause.reason},
                  {"by", pause.by}});
}

engine::Pause decodePause(const std::string& text) {
  const Json object = parsed(text);
  return {bootAt(object, "until_ns"), wallAt(object, "since_ns"), textAt(object, "reason"),
          textAt(object, "by")};
}

std::string encode(const engine::Approval& approval) {
  return written({{"governor", approval.governor},
                  {"until_ns", nanoseconds(approval.until)},
                  {"since_ns", nanoseconds(approval.since)},
                  {"reason", approval.reason},
                  {"by", approval.by}});
}

engine::Approval decodeApproval(const std::string& text) {
  const Json object = parsed(text);
  return {textAt(object, "governor"), bootAt(object, "until_ns"), wallAt(object, "since_ns"),
          textAt(object, "reason"), textAt(object, "by")};
}

std::string encode(const engine::KeptAnswer& answer) {
  return written({{"request", answer.request},
                  {"message", answer.message},
                  {"permit", answer.permit},
                  {"at_ns", nanoseconds(answer.at)}});
}

engine::KeptAnswer decodeAnswer(const std::string& text) {
  const Json object = parsed(text);
  return {textAt(object, "request"), textAt(object, "message"), textAt(object, "permit"),
          wallAt(object, "at_ns")};
}

std::string encode(const engine::Permit& permit) {
  return written({{"governor", permit.governor},
                  {"attempt", permit.attempt},
                  {"epoch", permit.epoch},
                  {"deadline_ns", nanoseconds(permit.deadline)},
                  {"granted_at_ns", nanoseconds(permit.granted_at)},
                  {"ended_at_ns", nanoseconds(permit.ended_at)},
                  {"state", toString(permit.state)},
                  {"reason", permit.reason},
                  {"by", permit.by},
                  {"error", permit.error},
                  {"member", permit.member}});
}

engine::Permit decodePermit(const std::string& id, const std::string& text) {
  const Json object = parsed(text);
  engine::Permit permit;
  permit.id = id;
  permit.governor = textAt(object, "governor");
  permit.attempt = countAt<std::uint64_t>(object, "attempt");
  permit.epoch = countAt<std::uint64_t>(object, "epoch");
  permit.deadline = bootAt(object, "deadline_ns");
  permit.granted_at = wallAt(object, "granted_at_ns");
  permit.ended_at = wallAt(object, "ended_at_ns");
  permit.state = wordAt<engine::PermitState>(object, "state", engine::kPermitStateCount);
  permit.reason = textAt(object, "reason");
  permit.by = textAt(object, "by");
  permit.error = textAt(object, "error");
  if (object.contains("member")) {  // not written before there were fleets
    permit.member = textAt(object, "member");
  }
  return permit;
}

}  // namespace heald::store
