// Permits of the members of a fleet: who may have one, and who reports one.
#include "engine/permits.h"

namespace heald::engine {

std::optional<Reply> Permits::askMember(int governor, const RequestPermit& command, core::Now now,
                                        Output& out) {
  const Fleet& fleet = *governors_.list()[governor].fleet;
  if (!fleet.has(command.member)) {
    const std::string why = command.member.empty()
                                ? "it limits a fleet, and the request names no member"
                                : "\"" + command.member + "\" is none of the " +
                                      std::to_string(fleet.members.size()) +
                                      " declared members of its fleet";
    return deny(governor, PermitOutcome::kNotAMember, {"not_a_member", false, {}, {}, why},
                command.by, now, out);
  }
  const std::string id = book_.members().held(governors_.list()[governor].name, command.member);
  if (id.empty()) return std::nullopt;
  const Permit held = *book_.find(id);
  const bool verifying = held.state == PermitState::kVerifying;
  if (!verifying && held.deadline <= now.boot) {
    expire(held, now);
    return std::nullopt;
  }
  if (command.again && !verifying) {
    Reply reply{"member \"" + command.member + "\" holds permit " + id + " already"};
    reply.permit = held;
    return reply;
  }
  governors_.figures().suppressed(governor, core::Guard::kInFlight);
  return deny(governor, PermitOutcome::kDenied,
              {std::string(toString(core::Guard::kInFlight)),
               true,
               {},
               {},
               "denied by the guard in_flight: member \"" + command.member + "\" holds permit " +
                   id + (verifying ? ", which is verified now" : " already")},
              command.by, now, out);
}

void Permits::fleetsChanged(core::Now now) {
  book_.fleetsChanged();
  losses_.lookAgain();
  losses_.look(now);
}

Result<Reply> Permits::reportOfMember(const ReportPermit& command, core::Now now) {
  const int governor = governors_.list().indexOf(command.governor);
  if (governor < 0 || governors_.list()[governor].fleet == nullptr) {
    return Error{ErrorCode::kNotFound, "no governor \"" + command.governor + "\" with a fleet"};
  }
  // Also of one that is declared no more: it is back, and must not count as lost. One that never
  // was holds none; it asks next, and that denial is in the history.
  ReportPermit named = command;
  named.id = book_.members().held(command.governor, command.member);
  if (named.id.empty()) return Reply{"member \"" + command.member + "\" holds no permit"};
  return report(named, now);
}

}  // namespace heald::engine
