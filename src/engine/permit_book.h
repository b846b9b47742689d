#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/fleet_members.h"
#include "engine/governors.h"
#include "engine/journal.h"
#include "engine/ledger.h"
#include "engine/output.h"
#include "engine/permit.h"
#include "engine/permit_looks.h"
#include "engine/snapshot.h"

namespace heald::engine {

// The permits that are known. Durable: one is given, or ends, as a proposal until its commit.
//
// Which of them are open, whose deadline is first, which has ended longest ago and what the
// members of fleets hold follows the rows at every change of one, undone ones too; nothing looks
// through all of them.
//
// What has ended is remembered for kRemembered, the last kMostRemembered of them. The last permit
// of each declared member of a fleet that has ended, and was used, is remembered for good: it says
// whether the member has come back.
class PermitBook : public Book {
 public:
  static constexpr core::Duration kRemembered = std::chrono::hours(24);
  static constexpr std::size_t kMostRemembered = 1000;

  // Governors say which members are declared, and count how permits have ended.
  explicit PermitBook(Governors& governors) : governors_(governors) {}

  // Null: never given, or forgotten. Valid until the next change.
  const Permit* find(const std::string& id) const { return ledger_.find(id); }
  // Whether the ticket is an outstanding permit's.
  bool owns(const std::string& governor, std::uint64_t attempt) const;
  const FleetMembers& members() const { return members_; }
  // Of the outstanding ones: when the first deadline is, and whose it is.
  std::optional<core::BootTime> nextDeadline() const;
  const Permit* firstDue(core::BootTime now) const;
  // When the check of those that are verified is looked at. After a start, or where an end was
  // undone, that is at once.
  PermitLooks& looks() { return looks_; }
  // Adds those that are open, by id.
  void fill(Snapshot& snapshot) const;

  // Proposals: one is given, which makes room for it; one is verified from now on; one has ended,
  // `output` is what it printed.
  void give(const Permit& permit, core::Now now);
  void change(const Permit& permit, const std::string& output = {});

  bool proposed() const override { return ledger_.proposed(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  // Says of the attempts among these entries which are permits, for whom and why.
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;
  // After keep(): those that were given or have ended, with what the log says of it.
  struct Kept {
    Permit permit;
    Note note;
  };
  std::vector<Kept> takeKept() { return std::exchange(kept_, {}); }
  // After undo(): those that are not given after all.
  std::vector<Permit> takeUndone() { return std::exchange(undone_, {}); }

  // At start-up only.
  void load(Permit permit);
  // After Governors::reconfigure(): members may be declared that were not, and the other way.
  void fleetsChanged();

 private:
  void moved(const std::string& id, const Permit* before, const Permit* after);
  void list(const Permit& permit);
  void unlist(const Permit& permit);
  void relist(const std::string& id);
  bool lastOfAMember(const Permit& permit) const;

  Governors& governors_;
  std::set<std::string> open_;                                  // ids
  std::set<std::pair<core::BootTime, std::string>> deadlines_;  // of those that are outstanding
  PermitLooks looks_;                                           // of those that are verified
  // The others, the oldest first, but for the last one of each member.
  std::set<std::pair<core::WallTime, std::string>> ended_;
  FleetMembers members_;
  Ledger<std::string, Permit> ledger_{
      [this](const std::string& id, const Permit* before, const Permit* after) {
        moved(id, before, after);
      }};                                       // by id
  std::map<std::string, std::string> outputs_;  // by id, with an end that is proposed
  std::vector<Kept> kept_;
  std::vector<Permit> undone_;  // that were to be given
};

}  // namespace heald::engine
