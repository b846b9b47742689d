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

Result<Reply> Permits::request(const RequestPermit& command, const Surroundings& at, core::Now now,
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
  first_asked_.try_emplace(command.governor, now.boot);
  if (at.pause != nullptr) {
    const core::Duration wait = at.pause->until - now.boot;
    return deny(governor, PermitOutcome::kPaused,
                {"paused", false, now.wall + wait, wait,
                 "everything is paused " + remaining(wait) + ": " + at.pause->reason},
                command.by, out);
  }
  core::Gates gates = at.gates;
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
  count(name, outcome);
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
  forgetOld(now);
  propose(permit.id, permit);
  Reply reply{"permit " + permit.id + " of governor \"" + permit.governor + "\" for " +
              core::toText(command.deadline)};
  reply.permit = std::move(permit);
  return reply;
}

Result<Reply> Permits::report(const ReportPermit& command, core::Now now) {
  const auto found = permits_.find(command.id);
  if (found == permits_.end()) {
    return Error{ErrorCode::kNotFound, "no permit \"" + command.id +
                                           "\": it was never given, or ended so long ago that it "
                                           "is forgotten"};
  }
  const std::string name = "permit \"" + command.id + "\"";
  const PermitState wanted = command.ok ? PermitState::kOk : PermitState::kFailed;
  if (found->second.state == PermitState::kOutstanding) {
    if (found->second.deadline <= now.boot) {
      expire(found->second, now);
    } else {
      end(found->second, wanted, command, now);
    }
  }
  if (found->second.state == wanted) {
    return ended(found->second);
  }
  return Error{
      ErrorCode::kConflict,
      found->second.state == PermitState::kExpired
          ? name + " has expired: it was not reported by its deadline, and counts as failed"
          : name + " was already reported as " + std::string(toString(found->second.state))};
}

void Permits::expireDue(core::Now now) {
  for (const std::string& id : std::set<std::string>(outstanding_)) {
    if (const Permit& permit = permits_.at(id); permit.deadline <= now.boot) {
      expire(permit, now);
    }
  }
}

std::optional<core::BootTime> Permits::nextDeadline() const {
  std::optional<core::BootTime> next;
  for (const std::string& id : outstanding_) {
    const core::BootTime deadline = permits_.at(id).deadline;
    next = next ? std::min(*next, deadline) : deadline;
  }
  return next;
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
  propose(permit.id, std::move(after), report.output.substr(0, kHistoryOutputBytes));
}

void Permits::expire(const Permit& permit, core::Now now) {
  end(permit, PermitState::kExpired, {permit.id, false, kTooLate, kTooLate, ""}, now);
}

void Permits::forgetOld(core::Now now) {
  while (!ended_.empty() && (ended_.size() >= kMostRemembered ||  // room for one more
                             now.wall - ended_.begin()->first > kRemembered)) {
    propose(std::string(ended_.begin()->second), std::nullopt);
  }
}

void Permits::propose(const std::string& id, std::optional<Permit> after, std::string output) {
  const auto found = permits_.find(id);
  proposals_.push_back({id, found == permits_.end() ? std::nullopt : std::optional(found->second),
                        std::move(output)});
  put(id, std::move(after));
}

void Permits::put(const std::string& id, std::optional<Permit> permit) {
  outstanding_.erase(id);
  if (const auto found = permits_.find(id); found != permits_.end()) {
    ended_.erase({found->second.ended_at, id});
  }
  if (!permit) {
    permits_.erase(id);
    return;
  }
  if (permit->state == PermitState::kOutstanding) {
    outstanding_.insert(id);
  } else {
    ended_.emplace(permit->ended_at, id);
  }
  permits_.insert_or_assign(id, std::move(*permit));
}

void Permits::addChanges(Changes& changes) const {
  for (const Proposal& proposal : proposals_) {
    const auto found = permits_.find(proposal.id);
    changes.permits.emplace_back(
        proposal.id, found == permits_.end() ? std::nullopt : std::optional(found->second));
  }
}

void Permits::addHistory(std::vector<HistoryEntry>& entries) const {
  for (const Proposal& proposal : proposals_) {
    const auto found = permits_.find(proposal.id);
    if (found == permits_.end()) {
      continue;  // forgotten
    }
    const Permit& permit = found->second;
    HistoryEntry* entry = attemptIn(entries, permit.governor, permit.attempt);
    if (entry == nullptr) {
      continue;
    }
    const bool given = permit.state == PermitState::kOutstanding;
    entry->actor = permit.by;
    entry->message = given ? permit.reason : permit.error;
    entry->output = proposal.output;
    entry->details.emplace_back("permit", permit.id);
    if (!given) {
      entry->details.emplace_back("result", std::string(toString(permit.state)));
      entry->details.emplace_back("duration", std::chrono::floor<std::chrono::milliseconds>(
                                                  permit.ended_at - permit.granted_at)
                                                  .count());
    }
  }
}

void Permits::addEverything(Changes& changes) const {
  for (const auto& [id, permit] : permits_) {
    changes.permits.emplace_back(id, permit);
  }
}

void Permits::keep(std::vector<Note>& notes) {
  for (const Proposal& proposal : std::exchange(proposals_, {})) {
    const auto found = permits_.find(proposal.id);
    if (found == permits_.end()) {
      continue;  // forgotten
    }
    const Permit& permit = found->second;
    notes.push_back(noteOf(permit));
    if (const std::string_view printed = core::firstLine(proposal.output); !printed.empty()) {
      notes.back().fields.emplace_back("output", core::oneLine(printed));
    }
    if (permit.state == PermitState::kOutstanding) {
      last_denials_.erase(permit.governor);
    } else {
      count(permit.governor, outcomeOf(permit.state));
    }
  }
}

Note Permits::noteOf(const Permit& permit) const {
  const bool good = permit.state == PermitState::kOutstanding || permit.state == PermitState::kOk;
  Note note{good ? Note::Level::kInfo : Note::Level::kWarn,
            permit.state == PermitState::kOutstanding ? "permit given" : "permit ended",
            {{"governor", permit.governor},
             {"permit", permit.id},
             {"attempt", std::to_string(permit.attempt)},
             {"by", permit.by}}};
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

// The governors were undone by their owner.
std::map<std::string, Reply> Permits::undo(Output& out) {
  std::map<std::string, Reply> refused;
  for (; !proposals_.empty(); proposals_.pop_back()) {
    Proposal& last = proposals_.back();
    const auto found = permits_.find(last.id);
    if (!last.before && found != permits_.end()) {
      const int governor = governors_.indexOf(found->second.governor);
      const std::string by = found->second.by;
      refused.emplace(last.id, refuse(governor, {core::Guard::kStoreUnavailable, {}}, {}, by, out));
    }
    put(last.id, std::move(last.before));
  }
  return refused;
}

void Permits::load(Permit permit) {
  const std::string id = permit.id;
  first_asked_.try_emplace(permit.governor, core::BootTime{});
  put(id, std::move(permit));
}

std::optional<Permit> Permits::find(const std::string& id) const {
  const auto found = permits_.find(id);
  return found == permits_.end() ? std::nullopt : std::optional(found->second);
}

bool Permits::owns(const std::string& governor, std::uint64_t attempt) const {
  return std::any_of(outstanding_.begin(), outstanding_.end(), [&](const std::string& id) {
    const Permit& permit = permits_.at(id);
    return permit.governor == governor && permit.attempt == attempt;
  });
}

void Permits::count(const std::string& governor, PermitOutcome outcome) {
  ++counts_[governor][static_cast<std::size_t>(outcome)];
}

void Permits::fill(Snapshot& s) const {
  for (const std::string& id : outstanding_) {
    s.permits.push_back(permits_.at(id));
  }
  for (GovernorView& governor : s.governors) {
    if (const auto found = counts_.find(governor.name); found != counts_.end()) {
      governor.permits = found->second;
    }
    if (const auto found = first_asked_.find(governor.name); found != first_asked_.end()) {
      governor.first_permit = found->second;
    }
  }
}

}  // namespace heald::engine
