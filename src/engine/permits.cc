#include "engine/permits.h"

#include <algorithm>
#include <utility>

#include "core/invariant.h"
#include "core/plain_text.h"
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

PermitOutcome outcomeOf(PermitState state) {
  return state == PermitState::kOk       ? PermitOutcome::kOk
         : state == PermitState::kFailed ? PermitOutcome::kFailed
                                         : PermitOutcome::kExpired;
}

Reply ended(const Permit& permit) {
  Reply reply{"permit " + permit.id + " has ended: " + std::string(toString(permit.state))};
  reply.permit = permit;
  return reply;
}

}  // namespace

Result<Reply> Permits::request(const RequestPermit& command, const Outside& at, core::Now now,
                               Output& out) {
  const int governor = governors_.indexOf(command.governor);
  if (governor < 0) {
    return Error{ErrorCode::kNotFound, "no governor \"" + command.governor +
                                           "\" (there are: " + governors_.names() + ")"};
  }
  if (command.deadline < kShortest || command.deadline > kLongest) {
    return Error{ErrorCode::kInvalid, "a deadline is from " + core::toText(kShortest) + " to " +
                                          core::toText(kLongest) + ", not " +
                                          core::toText(command.deadline)};
  }
  if (governors_.fleet(governor) == nullptr && !command.member.empty()) {
    return Error{ErrorCode::kInvalid, "governor \"" + command.governor +
                                          "\" has no fleet: leave the member out (a fleet is "
                                          "declared by governors: NAME: {fleet: …})"};
  }
  governors_.permitAsked(governor, now.boot);
  return ask(governor, command, at, now, out);
}

Result<Reply> Permits::ask(int governor, const RequestPermit& command, const Outside& at,
                           core::Now now, Output& out) {
  const bool fleet = governors_.fleet(governor) != nullptr;
  if (fleet) {
    if (auto answer = askMember(governor, command, now, out)) return *answer;
  }
  if (at.pause != nullptr) {
    const core::Duration wait = at.pause->until - now.boot;
    return deny(governor, PermitOutcome::kPaused,
                {"paused", false, now.wall + wait, wait,
                 "everything is paused " + remaining(wait) + ": " + at.pause->reason},
                command.by, out);
  }
  core::Gates gates = at.gates;
  if (fleet) gates.max_concurrent_reached = gates.max_unverified_reached = false;
  gates.parent_dormant = governors_.parentDormant(governor);
  if (at.observe) {
    const core::Verdict verdict = governors_[governor].ask(gates, now.boot);
    return deny(governor, PermitOutcome::kObserveMode,
                {"observe_mode",
                 false,
                 {},
                 {},
                 "heald only observes and gives no permit; this one would be " +
                     (verdict.allowed() ? "given" : sentence(verdict, now))},
                command.by, out);
  }
  const auto decision =
      governors_.propose(governor, [&](core::Governor& g) { return g.trigger(gates, "", now); });
  return decision.ticket ? grant(governor, *decision.ticket, command, now)
                         : refuse(governor, decision.verdict, now, command.by, out);
}

Reply Permits::refuse(int governor, const core::Verdict& verdict, core::Now now,
                      const std::string& by, Output& out) {
  governors_.suppressed(governor, *verdict.denied_by);
  Denial denial{std::string(toString(*verdict.denied_by)), true, {}, {}, sentence(verdict, now)};
  if (verdict.until) {
    denial.wait = *verdict.until - now.boot;
    denial.until = now.wall + denial.wait;
  }
  return deny(governor, PermitOutcome::kDenied, std::move(denial), by, out);
}

// Ten shells in a loop are not ten lines a second: only another answer is noted.
Reply Permits::deny(int governor, PermitOutcome outcome, Denial denial, const std::string& by,
                    Output& out) {
  const std::string& name = governors_.name(governor);
  governors_.countPermit(governor, outcome);
  if (std::exchange(last_denials_[name], denial.word) != denial.word) {
    out.notes.push_back(
        {Note::Level::kInfo,
         "permit not given",
         {{"governor", name}, {"guard", denial.word}, {"message", denial.message}}});
    out.remarks.push_back({.kind = HistoryKind::kDenial,
                           .event = denial.word,
                           .governor = name,
                           .target = governors_.target(governor),
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
  permit.governor = governors_.name(governor);
  permit.attempt = ticket.id;
  permit.epoch = ticket.epoch;
  permit.deadline = now.boot + command.deadline;
  permit.granted_at = now.wall;
  permit.reason = command.reason;
  permit.by = command.by;
  permit.member = command.member;
  forgetOld(now);
  ledger_.propose(permit.id, permit);
  Reply reply{"permit " + permit.id + " of governor \"" + permit.governor + "\" for " +
              core::toText(command.deadline)};
  reply.permit = std::move(permit);
  return reply;
}

Result<Reply> Permits::report(const ReportPermit& command, core::Now now) {
  if (command.id.empty()) return reportOfMember(command, now);
  const Permit* known = ledger_.find(command.id);
  if (known == nullptr) {
    return Error{ErrorCode::kNotFound, "no permit \"" + command.id +
                                           "\": it was never given, or ended so long ago that it "
                                           "is forgotten"};
  }
  const std::string name = "permit \"" + command.id + "\"";
  const PermitState wanted = command.ok ? PermitState::kOk : PermitState::kFailed;
  if (known->state == PermitState::kOutstanding) {
    if (known->deadline <= now.boot) {
      expire(Permit(*known), now);
    } else {
      end(Permit(*known), wanted, command, now);
    }
  }
  const Permit& permit = *ledger_.find(command.id);
  if (permit.state == wanted) {
    return ended(permit);
  }
  return Error{
      ErrorCode::kConflict,
      permit.state == PermitState::kExpired
          ? name + " has expired: it was not reported by its deadline, and counts as failed"
          : name + " was already reported as " + std::string(toString(permit.state))};
}

void Permits::expireDue(core::Now now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now.boot) {
    expire(Permit(*ledger_.find(deadlines_.begin()->second)), now);
  }
}

std::optional<core::BootTime> Permits::nextDeadline() const {
  return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

void Permits::end(const Permit& permit, PermitState state, const ReportPermit& report,
                  core::Now now) {
  CHECK(permit.state == PermitState::kOutstanding && state != PermitState::kOutstanding,
        "a permit ends once");
  Permit after = permit;
  after.state = state;
  after.ended_at = now.wall;
  after.error = report.text;
  // A governor that is parked hears of it as well.
  governors_.propose(governors_.place(permit.governor), [&](core::Governor& g) {
    return g.result(permit.attempt, state == PermitState::kOk, report.error, now);
  });
  ledger_.propose(permit.id, std::move(after));
  outputs_[permit.id] = report.output.substr(0, kHistoryOutputBytes);
  if (state != PermitState::kOk && !permit.member.empty()) {
    stopWhenTooManyAreLost(governors_.place(permit.governor), now);
  }
}

void Permits::expire(const Permit& permit, core::Now now) {
  end(permit, PermitState::kExpired, {permit.id, false, kTooLate, kTooLate, ""}, now);
}

void Permits::forgetOld(core::Now now) {
  while (!ended_.empty() && (ended_.size() >= kMostRemembered ||  // room for one more
                             now.wall - ended_.begin()->first > kRemembered)) {
    ledger_.propose(std::string(ended_.begin()->second), std::nullopt);
  }
}

void Permits::moved(const std::string& id, const Permit* before, const Permit* after) {
  if (before != nullptr) unlist(*before);
  const Permit& any = before != nullptr ? *before : *after;
  if (!any.member.empty()) {
    const std::string was = members_.last(any.governor, any.member);
    members_.moved(before, after);
    const std::string is = members_.last(any.governor, any.member);
    if (was != is && was != id) relist(was);
    if (was != is && is != id) relist(is);
  }
  if (after != nullptr) list(*after);
}

void Permits::write(Changes& changes) const {
  changes.permits = ledger_.unwritten();
}

void Permits::writeAll(Changes& changes) const {
  changes.permits.assign(ledger_.all().begin(), ledger_.all().end());
}

void Permits::tell(std::vector<HistoryEntry>& entries, core::Now) const {
  for (const auto& proposal : ledger_.proposals()) {
    const Permit* permit = ledger_.find(proposal.key);
    HistoryEntry* entry =
        permit == nullptr ? nullptr : attemptIn(entries, permit->governor, permit->attempt);
    if (entry == nullptr) {
      continue;  // the permit is forgotten
    }
    const bool given = permit->state == PermitState::kOutstanding;
    const auto output = outputs_.find(permit->id);
    entry->actor = permit->by;
    entry->message = given ? permit->reason : permit->error;
    entry->output = output == outputs_.end() ? "" : output->second;
    entry->details.emplace_back("permit", permit->id);
    if (!permit->member.empty()) entry->details.emplace_back("member", permit->member);
    if (!given) {
      entry->details.emplace_back("result", std::string(toString(permit->state)));
      entry->details.emplace_back("duration", std::chrono::floor<std::chrono::milliseconds>(
                                                  permit->ended_at - permit->granted_at)
                                                  .count());
    }
  }
}

void Permits::keep(core::Now) {
  const auto outputs = std::exchange(outputs_, {});
  for (const auto& change : ledger_.keep()) {
    const Permit* permit = ledger_.find(change.key);
    if (permit == nullptr) {
      continue;  // forgotten
    }
    kept_.push_back(noteOf(*permit));
    const auto output = outputs.find(permit->id);
    if (output != outputs.end() && !core::firstLine(output->second).empty()) {
      kept_.back().fields.emplace_back("output", core::oneLine(core::firstLine(output->second)));
    }
    if (permit->state == PermitState::kOutstanding) {
      last_denials_.erase(permit->governor);
    } else {
      governors_.countPermit(governors_.place(permit->governor), outcomeOf(permit->state));
    }
  }
}

void Permits::undo(core::Now) {
  outputs_.clear();
  for (const auto& proposal : ledger_.proposals()) {
    const Permit* permit = ledger_.find(proposal.key);
    if (!proposal.before && permit != nullptr) undone_.push_back(*permit);
  }
  ledger_.undo();
}

Note Permits::noteOf(const Permit& permit) const {
  const bool good = permit.state == PermitState::kOutstanding || permit.state == PermitState::kOk;
  Note note{good ? Note::Level::kInfo : Note::Level::kWarn,
            permit.state == PermitState::kOutstanding ? "permit given" : "permit ended",
            {{"governor", permit.governor},
             {"permit", permit.id},
             {"attempt", std::to_string(permit.attempt)},
             {"by", permit.by}}};
  if (!permit.member.empty()) note.fields.emplace_back("member", permit.member);
  if (permit.state == PermitState::kOutstanding) {
    note.fields.emplace_back("reason", permit.reason);
    return note;
  }
  note.fields.emplace_back("result", std::string(toString(permit.state)) +
                                         (permit.error.empty() ? "" : ": " + permit.error));
  if (const int governor = governors_.indexOf(permit.governor); governor >= 0) {
    const core::Governor& g = governors_[governor];
    note.fields.emplace_back("consecutive_failures",
                             std::to_string(g.state().consecutive_failures));
    note.fields.emplace_back("backoff", core::toText(g.backoffNow()));
  }
  return note;
}

std::map<std::string, Reply> Permits::refuseUndone(Output& out) {
  std::map<std::string, Reply> refused;
  const std::vector<Permit> undone = std::exchange(undone_, {});
  for (auto permit = undone.rbegin(); permit != undone.rend(); ++permit) {
    refused.emplace(permit->id, refuse(governors_.indexOf(permit->governor),
                                       {core::Guard::kStoreUnavailable, {}}, {}, permit->by, out));
  }
  return refused;
}

void Permits::load(Permit permit) {
  const std::string id = permit.id;
  governors_.permitAsked(governors_.place(permit.governor), core::BootTime{});
  ledger_.load(id, std::move(permit));
}

std::optional<Permit> Permits::find(const std::string& id) const {
  const Permit* permit = ledger_.find(id);
  return permit == nullptr ? std::nullopt : std::optional(*permit);
}

bool Permits::owns(const std::string& governor, std::uint64_t attempt) const {
  return std::any_of(outstanding_.begin(), outstanding_.end(), [&](const std::string& id) {
    const Permit& permit = *ledger_.find(id);
    return permit.governor == governor && permit.attempt == attempt;
  });
}

void Permits::fill(Snapshot& s) const {
  for (const std::string& id : outstanding_) {
    s.permits.push_back(*ledger_.find(id));
  }
  fillFleets(s);
}

}  // namespace heald::engine
