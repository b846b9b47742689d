#include "engine/permits.h"

#include <algorithm>
#include <utility>

#include "core/invariant.h"
#include "core/text.h"

namespace heald::engine {
namespace {

constexpr const char* kTooLate = "timed out: no result was reported by the deadline";

// FNV-1a: governors have tickets of the same numbers, and a store that is lost begins again at 1.
std::string idOf(const std::string& governor, std::uint64_t attempt, core::WallTime granted_at) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  const auto mix = [&](std::uint64_t byte) { hash = (hash ^ byte) * 1'099'511'628'211U; };
  for (const char c : governor) mix(static_cast<unsigned char>(c));
  const auto since = static_cast<std::uint64_t>(granted_at.time_since_epoch().count());
  for (unsigned shift = 0; shift < 64; shift += 8) mix((since >> shift) & 0xFF);
  constexpr const char* kDigits = "0123456789abcdef";
  std::string id = std::to_string(attempt) + "-";
  for (int shift = 60; shift >= 0; shift -= 4) id += kDigits[(hash >> shift) & 0xF];
  return id;
}

std::string remaining(core::Duration wait) {
  return "for another " + core::toText(wait);
}

std::string sentence(const core::Verdict& verdict, core::Now now) {
  std::string text = "denied by the guard " + std::string(toString(*verdict.denied_by));
  return verdict.until ? text + ", " + remaining(*verdict.until - now.boot) : text;
}

Reply ended(const Permit& permit) {
  const std::string state(toString(permit.state));
  Reply reply{"permit " + permit.id +
              (isOpen(permit.state) ? " is " + state : " has ended: " + state)};
  reply.permit = permit;
  return reply;
}

}  // namespace

Result<Reply> Permits::request(const RequestPermit& command, const Outside& at, core::Now now,
                               Output& out) {
  const int governor = governors_.list().indexOf(command.governor);
  if (governor < 0) {
    return Error{ErrorCode::kNotFound, "no governor \"" + command.governor +
                                           "\" (there are: " + governors_.list().names() + ")"};
  }
  if (command.deadline < kShortest || command.deadline > kLongest) {
    return Error{ErrorCode::kInvalid, "a deadline is from " + core::toText(kShortest) + " to " +
                                          core::toText(kLongest) + ", not " +
                                          core::toText(command.deadline)};
  }
  if (governors_.list()[governor].fleet == nullptr && !command.member.empty()) {
    return Error{ErrorCode::kInvalid, "governor \"" + command.governor +
                                          "\" has no fleet: leave the member out (a fleet is "
                                          "declared by governors: NAME: {fleet: …})"};
  }
  governors_.figures().permitAsked(governor, now.boot);
  return ask(governor, command, at, now, out);
}

Result<Reply> Permits::ask(int governor, const RequestPermit& command, const Outside& at,
                           core::Now now, Output& out) {
  const bool fleet = governors_.list()[governor].fleet != nullptr;
  if (fleet) {
    if (at.gates.store_available) losses_.look(now);
    if (auto answer = askMember(governor, command, now, out)) return *answer;
  }
  if (at.pause != nullptr) {
    const core::Duration wait = at.pause->until - now.boot;
    return deny(governor, PermitOutcome::kPaused,
                {"paused", false, now.wall + wait, wait,
                 "everything is paused " + remaining(wait) + ": " + at.pause->reason},
                command.by, now, out);
  }
  core::Gates gates = at.gates;
  if (fleet) gates.max_concurrent_reached = gates.max_unverified_reached = false;
  gates.parent_dormant = parentDormant(governors_, governor);
  if (at.observe) {
    const core::Verdict verdict = governors_[governor].ask(gates, now.boot);
    return deny(governor, PermitOutcome::kObserveMode,
                {"observe_mode",
                 false,
                 {},
                 {},
                 "heald only observes and gives no permit; this one would be " +
                     (verdict.allowed() ? "given" : sentence(verdict, now))},
                command.by, now, out);
  }
  const ApprovalKey key{governors_.list()[governor].name, command.member, 0};
  const bool approval = governors_.list().permitsNeedApproval(governor);
  gates.approval_missing = approval && !approvals_.inForce(key, now.boot);
  const auto decision =
      governors_.propose(governor, [&](core::Governor& g) { return g.trigger(gates, "", now); });
  if (decision.verdict.denied_by == core::Guard::kApproval && asks_.ask(key, command, now)) {
    told_.forget(key.name);  // another one waits for a human, who is to hear of it
  }
  if (!decision.ticket) return refuse(governor, decision.verdict, now, command.by, out, key);
  if (approval) approvals_.use(key, key.name, decision.ticket->id);
  asks_.given(key);
  return grant(governor, *decision.ticket, command, now);
}

Reply Permits::refuse(int governor, const core::Verdict& verdict, core::Now now,
                      const std::string& by, Output& out, const ApprovalKey& key) {
  governors_.figures().suppressed(governor, *verdict.denied_by);
  Denial denial{std::string(toString(*verdict.denied_by)), true, {}, {}, sentence(verdict, now)};
  if (verdict.until) {
    denial.wait = *verdict.until - now.boot;
    denial.until = now.wall + denial.wait;
  }
  if (verdict.denied_by == core::Guard::kApproval) {
    denial.message = "a human has to approve it first: " + approveCommand(key);
    denial.wait = kAskAgain;
  }
  return deny(governor, PermitOutcome::kDenied, std::move(denial), by, now, out);
}

Reply Permits::deny(int governor, PermitOutcome outcome, Denial denial, const std::string& by,
                    core::Now now, Output& out) {
  const std::string& name = governors_.list()[governor].name;
  governors_.figures().countPermit(governor, outcome);
  // Who is not declared is to be found in the history, each of them.
  const bool nobody = outcome == PermitOutcome::kNotAMember;
  if (told_.tell(name, nobody ? denial.message : denial.word, now.boot)) {
    out.notes.push_back(
        {Note::Level::kInfo,
         "permit not given",
         {{"governor", name}, {"guard", denial.word}, {"message", denial.message}}});
    out.remarks.push_back({.kind = HistoryKind::kDenial,
                           .event = denial.word,
                           .governor = name,
                           .target = governors_.list()[governor].target,
                           .actor = by,
                           .message = denial.message});
  }
  Reply reply{"no permit of governor \"" + name + "\": " + denial.message};
  reply.denial = std::move(denial);
  return reply;
}

Reply Permits::grant(int governor, const core::Ticket& ticket, const RequestPermit& command,
                     core::Now now) {
  Permit permit;
  permit.id = idOf(command.governor, ticket.id, now.wall);
  permit.governor = governors_.list()[governor].name;
  permit.attempt = ticket.id;
  permit.epoch = ticket.epoch;
  permit.deadline = now.boot + command.deadline;
  permit.granted_at = now.wall;
  permit.reason = command.reason;
  permit.by = command.by;
  permit.member = command.member;
  book_.give(permit, now);
  Reply reply{"permit " + permit.id + " of governor \"" + permit.governor + "\" for " +
              core::toText(command.deadline)};
  reply.permit = std::move(permit);
  return reply;
}

Result<Reply> Permits::report(const ReportPermit& command, core::Now now) {
  if (command.id.empty()) return reportOfMember(command, now);
  const Permit* known = book_.find(command.id);
  if (known == nullptr) {
    return Error{ErrorCode::kNotFound, "no permit \"" + command.id +
                                           "\": it was never given, or ended so long ago that it "
                                           "is forgotten"};
  }
  const std::string name = "permit \"" + command.id + "\"";
  // Else whoever holds one could end it as ok without the look of its check.
  if (command.ok && command.unused && known->member.empty()) {
    return Error{ErrorCode::kInvalid, name +
                                          " is of no member of a fleet: only such a one is given "
                                          "back unused; report how the attempt ended"};
  }
  const PermitState wanted = !command.ok      ? PermitState::kFailed
                             : command.unused ? PermitState::kUnused
                                              : PermitState::kOk;
  if (known->state == PermitState::kOutstanding && known->deadline <= now.boot) {
    expire(Permit(*known), now);
  } else if (isOpen(known->state) && wanted == PermitState::kFailed) {
    end(Permit(*known), wanted, command, now);
  } else if (known->state == PermitState::kOutstanding && wanted == PermitState::kUnused) {
    end(Permit(*known), wanted, command, now);
  } else if (known->state == PermitState::kOutstanding) {
    reportedOk(Permit(*known), command, now);
  }
  const Permit& permit = *book_.find(command.id);
  const bool verified = permit.state == PermitState::kVerifying ||
                        permit.state == PermitState::kNotVerified;  // it was heard
  if (permit.state == wanted || (verified && wanted != PermitState::kUnused)) {
    return ended(permit);
  }
  return Error{
      ErrorCode::kConflict,
      permit.state == PermitState::kExpired
          ? name + " has expired: it was not reported by its deadline, and counts as failed"
          : name + " was already reported as " + std::string(toString(permit.state))};
}

void Permits::tend(Step& step) {
  losses_.look(step.now);
  while (const Permit* permit = book_.firstDue(step.now.boot)) {
    expire(Permit(*permit), step.now);
  }
  lookDue(step);
}

void Permits::end(const Permit& permit, PermitState state, const ReportPermit& report,
                  core::Now now) {
  CHECK(isOpen(permit.state) && !isOpen(state), "a permit ends once");
  Permit after = permit;
  after.state = state;
  after.ended_at = now.wall;
  after.error = report.text;
  // A governor that is parked hears of it as well.
  governors_.propose(governors_.place(permit.governor), [&](core::Governor& g) {
    return g.result(permit.attempt, state == PermitState::kOk || state == PermitState::kUnused,
                    report.error, now);
  });
  book_.change(after, report.output);
  // Of one that was not used, what was before it counts again.
  if (state != PermitState::kOk && !permit.member.empty()) {
    losses_.stopWhenTooMany(governors_.place(permit.governor), now);
  }
}

void Permits::expire(const Permit& permit, core::Now now) {
  end(permit, PermitState::kExpired, {permit.id, false, kTooLate, kTooLate, ""}, now);
}

std::vector<Note> Permits::committed() {
  std::vector<Note> notes;
  for (PermitBook::Kept& kept : book_.takeKept()) {
    if (kept.permit.state == PermitState::kOutstanding) told_.given(kept.permit.governor);
    notes.push_back(std::move(kept.note));
  }
  return notes;
}

void Permits::fill(Snapshot& s) const {
  book_.fill(s);
  losses_.fill(s);
  asks_.fill(s, governors_.list());
  std::map<std::string, int> verifying;
  for (const Permit& permit : s.permits) {
    if (permit.state == PermitState::kVerifying) ++verifying[permit.governor];
  }
  for (FleetView& fleet : s.fleets) fleet.verifying = verifying[fleet.governor];
}

std::map<std::string, Reply> Permits::refuseUndone(Output& out) {
  std::map<std::string, Reply> refused;
  const std::vector<Permit> undone = book_.takeUndone();
  for (auto permit = undone.rbegin(); permit != undone.rend(); ++permit) {
    refused.emplace(permit->id,
                    refuse(governors_.list().indexOf(permit->governor),
                           {core::Guard::kStoreUnavailable, {}}, {}, permit->by, out, {}));
  }
  return refused;
}

}  // namespace heald::engine
