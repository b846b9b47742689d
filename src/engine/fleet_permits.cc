// Permits of the members of a fleet: who may have one, and when too many have not come back.
#include <algorithm>
#include <utility>

#include "engine/permits.h"

namespace heald::engine {
namespace {

constexpr std::size_t kMostNamed = 5;

// "a, b and 7 more"
std::string someOf(const std::vector<std::string>& members) {
  std::string text;
  for (std::size_t i = 0; i < members.size() && i < kMostNamed; ++i) {
    text += (i == 0 ? "" : ", ") + members[i];
  }
  const std::size_t more = members.size() - std::min(members.size(), kMostNamed);
  return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

int lostLimit(const core::GovernorPolicy& policy) {
  return std::min(policy.max_consecutive_failures, policy.breaker.permanent_open_threshold);
}

}  // namespace

std::optional<Reply> Permits::askMember(int governor, const RequestPermit& command, core::Now now,
                                        Output& out) {
  const Fleet& fleet = *governors_.fleet(governor);
  if (!fleet.has(command.member)) {
    const std::string why = command.member.empty()
                                ? "it limits a fleet, and the request names no member"
                                : "\"" + command.member + "\" is none of the " +
                                      std::to_string(fleet.members.size()) +
                                      " declared members of its fleet";
    return deny(governor, PermitOutcome::kNotAMember, {"not_a_member", false, {}, {}, why},
                command.by, out);
  }
  const std::string id = members_.held(governors_.name(governor), command.member);
  if (id.empty()) return std::nullopt;
  const Permit held = *ledger_.find(id);
  if (held.deadline <= now.boot) {
    expire(held, now);
    return std::nullopt;
  }
  if (command.again) {
    Reply reply{"member \"" + command.member + "\" holds permit " + id + " already"};
    reply.permit = held;
    return reply;
  }
  governors_.suppressed(governor, core::Guard::kInFlight);
  return deny(governor, PermitOutcome::kDenied,
              {std::string(toString(core::Guard::kInFlight)),
               true,
               {},
               {},
               "denied by the guard in_flight: member \"" + command.member + "\" holds permit " +
                   id + " already"},
              command.by, out);
}

Result<Reply> Permits::reportOfMember(const ReportPermit& command, core::Now now) {
  const int governor = governors_.indexOf(command.governor);
  const Fleet* fleet = governor < 0 ? nullptr : governors_.fleet(governor);
  if (fleet == nullptr || !fleet->has(command.member)) {
    return Error{ErrorCode::kNotFound,
                 "no fleet \"" + command.governor + "\" with a member \"" + command.member + "\""};
  }
  ReportPermit named = command;
  named.id = members_.held(command.governor, command.member);
  if (named.id.empty()) return Reply{"member \"" + command.member + "\" holds no permit"};
  return report(named, now);
}

std::vector<std::string> Permits::lostOf(int governor) const {
  std::vector<std::string> lost;
  const Fleet* fleet = governors_.fleet(governor);
  if (fleet == nullptr) return lost;
  for (const auto& [member, epoch] : members_.failed(governors_.name(governor))) {
    const bool since_a_human_acted = epoch == governors_[governor].state().epoch;
    if (since_a_human_acted && fleet->has(member)) lost.push_back(member);
  }
  return lost;
}

// A success of one member clears the governor's consecutive failures. That others have not come
// back is still so.
void Permits::stopWhenTooManyAreLost(int governor, core::Now now) {
  const std::vector<std::string> lost = lostOf(governor);
  if (static_cast<int>(lost.size()) < lostLimit(governors_[governor].policy())) return;
  governors_.proposeDormant(
      governor,
      std::to_string(lost.size()) + " members have failed or not come back: " + someOf(lost), now);
}

void Permits::fillFleets(Snapshot& s) const {
  for (const int governor : governors_.listed()) {
    const Fleet* fleet = governors_.fleet(governor);
    if (fleet == nullptr) continue;
    const core::Governor& g = governors_[governor];
    s.fleets.push_back({governors_.name(governor), fleet->members.size(), g.policy().max_in_flight,
                        static_cast<int>(g.state().in_flight.size()), lostOf(governor),
                        lostLimit(g.policy())});
  }
}

bool Permits::lastOfAMember(const Permit& permit) const {
  if (permit.member.empty() || members_.last(permit.governor, permit.member) != permit.id) {
    return false;
  }
  const int governor = governors_.indexOf(permit.governor);
  const Fleet* fleet = governor < 0 ? nullptr : std::as_const(governors_).fleet(governor);
  return fleet != nullptr && fleet->has(permit.member);
}

void Permits::list(const Permit& permit) {
  if (permit.state == PermitState::kOutstanding) {
    outstanding_.insert(permit.id);
    deadlines_.emplace(permit.deadline, permit.id);
  } else if (!lastOfAMember(permit)) {
    ended_.emplace(permit.ended_at, permit.id);
  }
}

void Permits::unlist(const Permit& permit) {
  outstanding_.erase(permit.id);
  deadlines_.erase({permit.deadline, permit.id});
  ended_.erase({permit.ended_at, permit.id});
}

void Permits::relist(const std::string& id) {
  if (const Permit* permit = ledger_.find(id)) {
    unlist(*permit);
    list(*permit);
  }
}

void Permits::fleetsChanged() {
  for (const auto& [id, permit] : ledger_.all()) relist(id);
}

}  // namespace heald::engine
