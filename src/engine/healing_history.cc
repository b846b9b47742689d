// What healing adds to the history: the attempts with their reasons and ends, and the denials.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "engine/healing.h"

namespace heald::engine {
namespace {

std::int64_t milliseconds(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

void Healing::tell(std::vector<HistoryEntry>& entries, core::Now now) const {
  for (const Proposed& proposed : proposed_) {
    const Remedy& remedy = at(proposed.remedy);
    HistoryEntry* entry = attemptIn(entries, governors_.name(remedy.governor), remedy.attempt);
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

void Healing::tellStart(const Remedy& remedy, HistoryEntry& entry) const {
  entry.message = reasonFor(remedy);
  entry.details = {{"step", stepFor(remedy) + 1}};
  const Episode* episode = remedy.episode ? episodes_.find(*remedy.episode) : nullptr;
  if (episode != nullptr) {
    entry.details.emplace_back("fingerprint", episode->fingerprint);
  }
  entry.details.emplace_back("incident", incidentName(remedy));
}

void Healing::tellEnd(const Remedy& remedy, core::Now now, HistoryEntry& entry) const {
  entry.message = remedy.text;
  entry.output = remedy.output;
  if (!remedy.ok) {
    entry.details.emplace_back("reason", std::string(toString(remedy.reason)));
  }
  if (remedy.exit_code) {
    entry.details.emplace_back("exitCode", *remedy.exit_code);
  }
  if (!remedy.recovering) {
    entry.details.emplace_back("duration", milliseconds(now.boot - remedy.started));
    // One that was cancelled has no end of its action.
    if (remedy.acted >= remedy.started) {
      entry.details.emplace_back("verification", milliseconds(now.boot - remedy.acted));
    }
  }
  entry.details.emplace_back("backoff", milliseconds(governors_[remedy.governor].backoffNow()));
}

// Only another word is told: a remedy that is held back asks again and again.
void Healing::tellDenial(Remedy& remedy, std::string_view word, std::string message,
                         std::optional<core::BootTime> until, Step& step) {
  if (remedy.told_denial == word) {
    return;
  }
  remedy.told_denial = word;
  HistoryEntry entry{.kind = HistoryKind::kDenial,
                     .event = std::string(word),
                     .governor = remedy.spec.governor,
                     .remedy = remedy.spec.name,
                     .target = remedy.target,
                     .check = remedy.spec.check,
                     .message = std::move(message)};
  if (until) {
    entry.details = {{"until", core::toIso8601(step.now.wall + (*until - step.now.boot))}};
  }
  step.out.remarks.push_back(std::move(entry));
}

}  // namespace heald::engine
