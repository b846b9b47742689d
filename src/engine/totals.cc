#include "engine/totals.h"

#include <utility>

#include "core/text.h"
#include "engine/governor_history.h"

namespace heald::engine {

namespace {

std::int64_t milliseconds(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

void Totals::admitted(const Remedy& remedy) {
  RemedyTotals& totals = roster_.figures(remedy).totals;
  proposed_.push_back({Proposed::Kind::kAdmission, roster_.placeOf(remedy), totals});
  ++totals.attempts;
}

void Totals::ended(const Remedy& remedy) {
  RemedyTotals& totals = roster_.figures(remedy).totals;
  proposed_.push_back({Proposed::Kind::kResult, roster_.placeOf(remedy), totals});
  const auto reason = static_cast<std::size_t>(remedy.attempt.reason);
  ++(remedy.attempt.ok ? totals.successes : totals.failures[reason]);
  if (failures_ && !remedy.attempt.ok) ++(*failures_)[reason];
}

void Totals::keep(core::Now) {
  kept_.insert(kept_.end(), proposed_.begin(), proposed_.end());
  proposed_.clear();
}

void Totals::undo(core::Now) {
  const std::vector<Proposed> undone = std::exchange(proposed_, {});
  for (auto it = undone.rbegin(); it != undone.rend(); ++it) {
    RemedyTotals& totals = roster_.figures(roster_[it->remedy]).totals;
    for (std::size_t i = 0; failures_ && i < totals.failures.size(); ++i) {
      (*failures_)[i] -= totals.failures[i] - it->before.failures[i];
    }
    totals = it->before;
    if (it->kind == Proposed::Kind::kAdmission) undone_.push_back(it->remedy);
  }
}

void Totals::load(const std::string& name, const RemedyTotals& totals) {
  const int remedy = roster_.indexOf(name);
  (remedy < 0 ? parked_[name] : roster_.at(remedy).view.totals) = totals;
  failures_.reset();
}

void Totals::park(const std::string& remedy, const RemedyTotals& totals) {
  parked_[remedy] = totals;
  failures_.reset();
}

void Totals::unpark() {
  for (const auto& [name, totals] : std::exchange(parked_, {})) {
    load(name, totals);
  }
  failures_.reset();
}

const std::array<std::uint64_t, kFailureReasonCount>& Totals::failures() const {
  if (failures_) {
    return *failures_;
  }
  failures_.emplace();
  const auto count = [this](const RemedyTotals& totals) {
    for (std::size_t i = 0; i < totals.failures.size(); ++i) {
      (*failures_)[i] += totals.failures[i];
    }
  };
  for (const auto& [name, totals] : parked_) count(totals);
  for (std::size_t i = 0; i < roster_.configured(); ++i) {
    count(roster_[static_cast<int>(i)].view.totals);
  }
  return *failures_;
}

void Totals::write(Changes& changes) const {
  for (const Proposed& proposed : proposed_) {
    const RemedyView& view = roster_[roster_[proposed.remedy].base].view;
    changes.remedies.emplace_back(view.name, view.totals);
  }
}

void Totals::writeAll(Changes& changes) const {
  for (std::size_t i = 0; i < roster_.configured(); ++i) {
    const Remedy& remedy = roster_[static_cast<int>(i)];
    changes.remedies.emplace_back(remedy.spec.name, remedy.view.totals);
  }
  changes.remedies.insert(changes.remedies.end(), parked_.begin(), parked_.end());
}

void Totals::tell(std::vector<HistoryEntry>& entries, core::Now now) const {
  for (const Proposed& proposed : proposed_) {
    const Remedy& remedy = roster_[proposed.remedy];
    HistoryEntry* entry =
        attemptIn(entries, governors_.list()[remedy.governor].name, remedy.attempt.number);
    if (entry == nullptr) {
      continue;
    }
    entry->check = remedy.spec.check;
    if (proposed.kind == Proposed::Kind::kAdmission) {
      tellStart(remedy, *entry);
    } else {
      tellEnd(remedy, now, *entry);
    }
  }
}

void Totals::tellStart(const Remedy& remedy, HistoryEntry& entry) const {
  entry.message = escalation_.reasonFor(remedy);
  entry.details = {{"step", escalation_.stepFor(remedy) + 1}};
  if (const Episode* episode = escalation_.episodeOf(remedy)) {
    entry.details.emplace_back("fingerprint", episode->fingerprint);
  }
  entry.details.emplace_back("incident", escalation_.nameFor(remedy));
}

void Totals::tellEnd(const Remedy& remedy, core::Now now, HistoryEntry& entry) const {
  entry.message = remedy.attempt.text;
  entry.output = remedy.attempt.output;
  if (!remedy.attempt.ok) {
    entry.details.emplace_back("reason", std::string(toString(remedy.attempt.reason)));
  }
  if (remedy.attempt.exit_code) {
    entry.details.emplace_back("exitCode", *remedy.attempt.exit_code);
  }
  if (!remedy.attempt.recovering) {
    entry.details.emplace_back("duration", milliseconds(now.boot - remedy.attempt.started));
    // One that was cancelled has no end of its action.
    if (remedy.attempt.acted >= remedy.attempt.started) {
      entry.details.emplace_back("verification", milliseconds(now.boot - remedy.attempt.acted));
    }
  }
  entry.details.emplace_back("backoff", milliseconds(governors_[remedy.governor].backoffNow()));
}

}  // namespace heald::engine
