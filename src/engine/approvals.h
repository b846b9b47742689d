#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/approval.h"
#include "engine/journal.h"
#include "engine/ledger.h"
#include "engine/output.h"

namespace heald::engine {

// The approvals of humans. Each is for one attempt: it is used up in the commit in which that
// attempt starts, so it can be used neither twice nor by an attempt that did not start. One that
// was not used ends by itself.
//
// Who needs one is up to who asks; here is what was said.
class Approvals : public Book {
 public:
  static constexpr core::Duration kShortest = std::chrono::seconds(1);
  static constexpr core::Duration kLongest = std::chrono::hours(24);
  // Without a time of its own.
  static constexpr core::Duration kUsual = std::chrono::minutes(30);

  bool inForce(const ApprovalKey& key, core::BootTime now) const {
    const Approval* approval = ledger_.find(key);
    return approval != nullptr && now < approval->until;
  }
  // Null: none was given, or it has ended. Valid until the next change.
  const Approval* find(const ApprovalKey& key) const { return ledger_.find(key); }
  const std::map<ApprovalKey, Approval>& all() const { return ledger_.all(); }
  // When the first of them ends.
  std::optional<core::BootTime> nextEnd() const;

  // Proposals. It replaces the one that there may be.
  void give(const ApprovalKey& key, Approval approval, core::Now now);
  void withdraw(const ApprovalKey& key, const std::string& by);
  // By the attempt of this governor with this ticket.
  void use(const ApprovalKey& key, const std::string& governor, std::uint64_t attempt);
  // What is over is forgotten, also by the store. It has had no effect since its end.
  void forgetEnded(core::Now now);

  // At start-up only.
  void load(const ApprovalKey& key, Approval approval) { ledger_.load(key, std::move(approval)); }

  bool proposed() const override { return ledger_.proposed(); }
  void write(Changes& changes) const override { changes.approvals = ledger_.unwritten(); }
  void writeAll(Changes& changes) const override;
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;
  // After keep(): what the log says, and which were given.
  struct Kept {
    std::vector<Note> notes;
    std::vector<ApprovalKey> given;
  };
  Kept takeKept() { return std::exchange(kept_, {}); }

 private:
  void propose(const char* event, const ApprovalKey& key, HistoryEntry entry,
               std::optional<Approval> after);

  Ledger<ApprovalKey, Approval> ledger_;
  std::vector<HistoryEntry> entries_;  // of what is proposed
  Kept proposed_;                      // likewise
  Kept kept_;
};

}  // namespace heald::engine
