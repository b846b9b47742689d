#include "engine/approvals.h"

#include <algorithm>

#include "core/invariant.h"
#include "core/plain_text.h"
#include "core/text.h"

namespace heald::engine {
namespace {

HistoryEntry entryOf(const char* event, const ApprovalKey& key, const std::string& governor) {
  HistoryEntry entry{.kind = HistoryKind::kApproval,
                     .event = event,
                     .governor = governor,
                     .remedy = key.ofPermit() ? "" : key.name};
  if (!key.ofPermit()) {
    entry.target = key.target;
    entry.details.emplace_back("step", std::int64_t{key.step});
  } else if (!key.target.empty()) {
    entry.details.emplace_back("member", key.target);
  }
  return entry;
}

}  // namespace

// Names of targets are values of labels: whoever raises the alert has chosen them.
std::string approveCommand(const ApprovalKey& key) {
  std::string command = "healdctl approve " + core::quotedForShell(key.name);
  if (key.ofPermit()) command += " --permit";
  if (!key.target.empty()) command += " --target " + core::quotedForShell(key.target);
  // Also of the only step: a line that is copied may be run when there are more of them.
  if (!key.ofPermit()) command += " --step " + std::to_string(key.step);
  return command + " --reason \"<why>\"";
}

std::string approvedThing(const ApprovalKey& key) {
  if (key.ofPermit()) {
    return "a permit of governor \"" + key.name + "\"" +
           (key.target.empty() ? "" : " for \"" + key.target + "\"");
  }
  return "step " + std::to_string(key.step) + " of remedy \"" + key.name + "\"" +
         (key.target.empty() ? "" : " for \"" + key.target + "\"");
}

std::optional<core::BootTime> Approvals::nextEnd() const {
  std::optional<core::BootTime> next;
  for (const auto& [key, approval] : ledger_.all()) {
    next = next ? std::min(*next, approval.until) : approval.until;
  }
  return next;
}

void Approvals::give(const ApprovalKey& key, Approval approval, core::Now now) {
  HistoryEntry entry = entryOf("given", key, approval.governor);
  entry.actor = approval.by;
  entry.message = approval.reason;
  entry.details.emplace_back("until", core::toIso8601(now.wall + (approval.until - now.boot)));
  propose("human action: approve", key, std::move(entry), std::move(approval));
  proposed_.given.push_back(key);
}

void Approvals::withdraw(const ApprovalKey& key, const std::string& by) {
  const Approval* approval = ledger_.find(key);
  CHECK(approval != nullptr, "what is withdrawn was approved");
  HistoryEntry entry = entryOf("withdrawn", key, approval->governor);
  entry.actor = by;
  propose("human action: unapprove", key, std::move(entry), std::nullopt);
}

void Approvals::use(const ApprovalKey& key, const std::string& governor, std::uint64_t attempt) {
  const Approval* approval = ledger_.find(key);
  CHECK(approval != nullptr, "what is used was approved");
  HistoryEntry entry = entryOf("used", key, governor);
  entry.attempt = attempt;
  entry.message = approval->reason;
  entry.details.emplace_back("approved_by", approval->by);
  propose("an approval is used", key, std::move(entry), std::nullopt);
}

void Approvals::forgetEnded(core::Now now) {
  for (const auto& [key, approval] : std::map<ApprovalKey, Approval>(ledger_.all())) {
    if (now.boot < approval.until) continue;
    HistoryEntry entry = entryOf("over", key, approval.governor);
    entry.message = approval.reason;
    propose("an approval is over, unused", key, std::move(entry), std::nullopt);
  }
}

void Approvals::propose(const char* event, const ApprovalKey& key, HistoryEntry entry,
                        std::optional<Approval> after) {
  Note note{Note::Level::kInfo, event, {{"for", approvedThing(key)}}};
  if (!entry.actor.empty()) note.fields.emplace_back("by", entry.actor);
  if (!entry.message.empty()) note.fields.emplace_back("reason", entry.message);
  if (entry.attempt != 0) note.fields.emplace_back("attempt", std::to_string(entry.attempt));
  ledger_.propose(key, std::move(after));
  entries_.push_back(std::move(entry));
  proposed_.notes.push_back(std::move(note));
}

void Approvals::writeAll(Changes& changes) const {
  changes.approvals.assign(ledger_.all().begin(), ledger_.all().end());
}

void Approvals::tell(std::vector<HistoryEntry>& entries, core::Now now) const {
  for (const HistoryEntry& entry : entries_) {
    entries.push_back(entry);
    entries.back().at = now.wall;
  }
}

void Approvals::keep(core::Now) {
  ledger_.keep();
  entries_.clear();
  Kept kept = std::exchange(proposed_, {});
  kept_.notes.insert(kept_.notes.end(), kept.notes.begin(), kept.notes.end());
  kept_.given.insert(kept_.given.end(), kept.given.begin(), kept.given.end());
}

void Approvals::undo(core::Now) {
  ledger_.undo();
  entries_.clear();
  proposed_ = {};
}

}  // namespace heald::engine
