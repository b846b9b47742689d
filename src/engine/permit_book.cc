#include "engine/permit_book.h"

#include <algorithm>

#include "core/plain_text.h"
#include "core/text.h"
#include "engine/governor_history.h"

namespace heald::engine {
namespace {

PermitOutcome outcomeOf(PermitState state) {
  const bool ok = state == PermitState::kOk || state == PermitState::kUnused;
  return ok                               ? PermitOutcome::kOk
         : state == PermitState::kExpired ? PermitOutcome::kExpired
                                          : PermitOutcome::kFailed;
}

Note noteOf(const Permit& permit, const Governors& governors) {
  const bool good = isOpen(permit.state) || outcomeOf(permit.state) == PermitOutcome::kOk;
  Note note{good ? Note::Level::kInfo : Note::Level::kWarn,
            permit.state == PermitState::kOutstanding ? "permit given"
            : permit.state == PermitState::kVerifying ? "permit reported as ok, and verified now"
                                                      : "permit ended",
            {{"governor", permit.governor},
             {"permit", permit.id},
             {"attempt", std::to_string(permit.attempt)},
             {"by", permit.by}}};
  if (!permit.member.empty()) note.fields.emplace_back("member", permit.member);
  if (permit.state == PermitState::kOutstanding) {
    note.fields.emplace_back("reason", permit.reason);
  }
  if (isOpen(permit.state)) return note;
  note.fields.emplace_back("result", std::string(toString(permit.state)) +
                                         (permit.error.empty() ? "" : ": " + permit.error));
  if (const int governor = governors.list().indexOf(permit.governor); governor >= 0) {
    const core::Governor& g = governors[governor];
    note.fields.emplace_back("consecutive_failures",
                             std::to_string(g.state().consecutive_failures));
    note.fields.emplace_back("backoff", core::toText(g.backoffNow()));
  }
  return note;
}

// Of one whose governor does not verify any more: at once.
core::BootTime firstLook(const Permit& permit, Governors& governors) {
  const auto& verify = governors.list().verifyOf(governors.place(permit.governor));
  return verify ? permit.deadline - (verify->policy.within - verify->policy.after)
                : core::BootTime{};
}

}  // namespace

bool PermitBook::owns(const std::string& governor, std::uint64_t attempt) const {
  return std::any_of(open_.begin(), open_.end(), [&](const std::string& id) {
    const Permit& permit = *find(id);
    return permit.governor == governor && permit.attempt == attempt;
  });
}

std::optional<core::BootTime> PermitBook::nextDeadline() const {
  return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

const Permit* PermitBook::firstDue(core::BootTime now) const {
  const auto next = nextDeadline();
  return next && *next <= now ? find(deadlines_.begin()->second) : nullptr;
}

void PermitBook::fill(Snapshot& s) const {
  for (const std::string& id : open_) s.permits.push_back(*find(id));
}

void PermitBook::give(const Permit& permit, core::Now now) {
  while (!ended_.empty() && (ended_.size() >= kMostRemembered ||  // room for one more
                             now.wall - ended_.begin()->first > kRemembered)) {
    ledger_.propose(std::string(ended_.begin()->second), std::nullopt);
  }
  ledger_.propose(permit.id, permit);
}

void PermitBook::change(const Permit& permit, const std::string& output) {
  outputs_[permit.id] = output.substr(0, kHistoryOutputBytes);
  ledger_.propose(permit.id, permit);
}

void PermitBook::write(Changes& changes) const {
  changes.permits = ledger_.unwritten();
}

void PermitBook::writeAll(Changes& changes) const {
  changes.permits.assign(ledger_.all().begin(), ledger_.all().end());
}

void PermitBook::tell(std::vector<HistoryEntry>& entries, core::Now) const {
  for (const auto& proposal : ledger_.proposals()) {
    const Permit* permit = find(proposal.key);
    HistoryEntry* entry =
        permit == nullptr ? nullptr : attemptIn(entries, permit->governor, permit->attempt);
    if (entry == nullptr) {
      continue;  // the permit is forgotten
    }
    const bool given = isOpen(permit->state);
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

void PermitBook::keep(core::Now) {
  const auto outputs = std::exchange(outputs_, {});
  for (const auto& change : ledger_.keep()) {
    const Permit* permit = find(change.key);
    if (permit == nullptr) {
      continue;  // forgotten
    }
    kept_.push_back({*permit, noteOf(*permit, governors_)});
    const auto output = outputs.find(permit->id);
    if (output != outputs.end() && !core::firstLine(output->second).empty()) {
      kept_.back().note.fields.emplace_back("output",
                                            core::oneLine(core::firstLine(output->second)));
    }
    if (!isOpen(permit->state)) {
      governors_.figures().countPermit(governors_.place(permit->governor),
                                       outcomeOf(permit->state));
    }
  }
}

void PermitBook::undo(core::Now) {
  outputs_.clear();
  for (const auto& proposal : ledger_.proposals()) {
    const Permit* permit = find(proposal.key);
    if (!proposal.before && permit != nullptr) undone_.push_back(*permit);
  }
  ledger_.undo();
}

void PermitBook::load(Permit permit) {
  const std::string id = permit.id;
  governors_.figures().permitAsked(governors_.place(permit.governor), core::BootTime{});
  ledger_.load(id, std::move(permit));
}

void PermitBook::fleetsChanged() {
  for (const auto& [id, permit] : ledger_.all()) relist(id);
}

void PermitBook::moved(const std::string& id, const Permit* before, const Permit* after) {
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

void PermitBook::list(const Permit& permit) {
  if (isOpen(permit.state)) {
    open_.insert(permit.id);
    if (permit.state == PermitState::kOutstanding) deadlines_.emplace(permit.deadline, permit.id);
    if (permit.state == PermitState::kVerifying)
      looks_.begin(permit.id, firstLook(permit, governors_));
  } else if (!lastOfAMember(permit)) {
    ended_.emplace(permit.ended_at, permit.id);
  }
}

void PermitBook::unlist(const Permit& permit) {
  open_.erase(permit.id);
  looks_.forget(permit.id);
  deadlines_.erase({permit.deadline, permit.id});
  ended_.erase({permit.ended_at, permit.id});
}

void PermitBook::relist(const std::string& id) {
  if (const Permit* permit = find(id)) {
    unlist(*permit);
    list(*permit);
  }
}

bool PermitBook::lastOfAMember(const Permit& permit) const {
  if (permit.member.empty() || members_.last(permit.governor, permit.member) != permit.id) {
    return false;
  }
  const int governor = governors_.list().indexOf(permit.governor);
  const Fleet* fleet = governor < 0 ? nullptr : governors_.list()[governor].fleet.get();
  return fleet != nullptr && fleet->has(permit.member);
}

}  // namespace heald::engine
