#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/governor.h"
#include "engine/event.h"
#include "engine/fleet_members.h"
#include "engine/governors.h"
#include "engine/journal.h"
#include "engine/ledger.h"
#include "engine/output.h"
#include "engine/permit.h"
#include "engine/snapshot.h"

namespace heald::engine {

// The governor as a service: permits for attempts that others make. A permit is an attempt like any
// other (the same guards, ticket, limits and result) but for two things: heald does not run it, and
// it is not heald's end that interrupts it. So at start-up an outstanding permit stays so, with its
// deadline; only when that is over it has failed.
//
// At most healing.max_concurrent are outstanding: one that is counts as an action that runs,
// together with those of remedies. What has ended is remembered for kRemembered, the last
// kMostRemembered of them.
//
// Permits of a fleet's governor are each for one of its members, which holds one at a time. They
// run on other machines: only the fleet's own limit holds for them. The last one of each declared
// member is remembered for good: it says whether the member has come back. When as many members
// as the governor takes consecutive failures (or its breaker takes failures) have failed or not
// come back since a human acted last, it goes dormant, whatever others have reported meanwhile.
class Permits : public Book {
 public:
  static constexpr core::Duration kShortest = std::chrono::seconds(1);
  static constexpr core::Duration kLongest = std::chrono::hours(24);
  static constexpr core::Duration kRemembered = std::chrono::hours(24);
  static constexpr std::size_t kMostRemembered = 1000;

  explicit Permits(Governors& governors) : governors_(governors) {}

  // What stands before the governor, and the guards outside it.
  struct Outside {
    core::Gates gates;
    bool observe = false;
    const Pause* pause = nullptr;  // of everything
  };
  // A Reply with `permit`, in force once it is durable, or with `denial`. kNotFound: no such
  // governor. kInvalid: a deadline out of range; a member of a governor that has no fleet.
  Result<Reply> request(const RequestPermit& command, const Outside& at, core::Now now,
                        Output& out);
  // kNotFound: no such permit, or forgotten. kConflict: it has ended otherwise. Reporting the same
  // again is answered the same.
  Result<Reply> report(const ReportPermit& command, core::Now now);
  // Those whose deadline is over have failed.
  void expireDue(core::Now now);
  std::optional<core::BootTime> nextDeadline() const;

  bool proposed() const override { return ledger_.proposed(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  // Says of the attempts among these entries which are permits, for whom and why.
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;
  // After keep(): what the log says of it.
  std::vector<Note> takeKept() { return std::exchange(kept_, {}); }
  // After undo(): who asked for those that are not given after all is told so, by the permit's id.
  std::map<std::string, Reply> refuseUndone(Output& out);

  // At start-up only. `owns`: whether the ticket is an outstanding permit's.
  void load(Permit permit);
  // After Governors::reconfigure(): members may be declared that were not, and the other way.
  void fleetsChanged();
  std::optional<Permit> find(const std::string& id) const;
  bool owns(const std::string& governor, std::uint64_t attempt) const;
  void fill(Snapshot& snapshot) const;

 private:
  Result<Reply> ask(int governor, const RequestPermit& command, const Outside& at, core::Now now,
                    Output& out);
  // Why not, as far as the member is concerned; or the permit that it holds, when that will do.
  std::optional<Reply> askMember(int governor, const RequestPermit& command, core::Now now,
                                 Output& out);
  Result<Reply> reportOfMember(const ReportPermit& command, core::Now now);
  Reply deny(int governor, PermitOutcome outcome, Denial denial, const std::string& by,
             Output& out);
  Reply refuse(int governor, const core::Verdict& verdict, core::Now now, const std::string& by,
               Output& out);
  Reply grant(int governor, const core::Ticket& ticket, const RequestPermit& command,
              core::Now now);
  void end(const Permit& permit, PermitState state, const ReportPermit& report, core::Now now);
  void expire(const Permit& permit, core::Now now);
  void forgetOld(core::Now now);
  std::vector<std::string> lostOf(int governor) const;
  void stopWhenTooManyAreLost(int governor, core::Now now);
  bool lastOfAMember(const Permit& permit) const;
  void fillFleets(Snapshot& snapshot) const;
  void list(const Permit& permit);
  void unlist(const Permit& permit);
  void relist(const std::string& id);
  void moved(const std::string& id, const Permit* before, const Permit* after);
  Note noteOf(const Permit& permit) const;

  Governors& governors_;
  std::set<std::string> outstanding_;                           // ids
  std::set<std::pair<core::BootTime, std::string>> deadlines_;  // of those
  // The others, the oldest first, but for the last one of each member.
  std::set<std::pair<core::WallTime, std::string>> ended_;
  FleetMembers members_;
  Ledger<std::string, Permit> ledger_{
      [this](const std::string& id, const Permit* before, const Permit* after) {
        moved(id, before, after);
      }};                                       // by id
  std::map<std::string, std::string> outputs_;  // by id, with an end that is proposed
  std::vector<Note> kept_;
  std::vector<Permit> undone_;                       // that were to be given
  std::map<std::string, std::string> last_denials_;  // by governor, while it says no
};

}  // namespace heald::engine
