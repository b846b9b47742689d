#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/governor.h"
#include "engine/approvals.h"
#include "engine/detection.h"
#include "engine/event.h"
#include "engine/fleet_losses.h"
#include "engine/governors.h"
#include "engine/output.h"
#include "engine/permit.h"
#include "engine/permit_asks.h"
#include "engine/permit_book.h"
#include "engine/snapshot.h"
#include "engine/step.h"
#include "engine/told_denials.h"

namespace heald::engine {

// The governor as a service: permits for attempts that others make. A permit is an attempt like any
// other (the same guards, ticket, limits and result) but for two things: heald does not run it, and
// it is not heald's end that interrupts it. So at start-up an outstanding permit stays so, with its
// deadline; only when that is over it has failed.
//
// At most healing.max_concurrent are outstanding: one that is counts as an action that runs,
// together with those of remedies.
//
// Permits of a fleet's governor are each for one of its members, which holds one at a time. They
// run on other machines: only the fleet's own limit holds for them. See FleetLosses for members
// that do not come back.
//
// Where the governor verifies permits, a report of success is the begin of that (kVerifying): its
// check decides, with the same rules as for remedies, and the ticket is in flight until then.
//
// Here is what is answered; what is known of each permit is in the book.
class Permits {
 public:
  static constexpr core::Duration kShortest = std::chrono::seconds(1);
  static constexpr core::Duration kLongest = std::chrono::hours(24);

  // After which a program may try again.
  static constexpr core::Duration kAskAgain = std::chrono::seconds(10);

  Permits(Governors& governors, Detection& detection, Approvals& approvals)
      : governors_(governors),
        detection_(detection),
        approvals_(approvals),
        book_(governors),
        losses_(governors, book_.members()) {}

  PermitBook& book() { return book_; }
  // One that the store has given back.
  void load(const Permit& permit) {
    book_.load(permit);
    losses_.lookAgain();
  }
  // Another configuration: who is declared, and how many may be lost.
  void fleetsChanged(core::Now now);

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
  // kNotFound: no such permit, or forgotten. kInvalid: one of no fleet is given back unused.
  // kConflict: it has ended otherwise. Reporting the same again is answered the same. What is
  // verified may still be reported as failed.
  Result<Reply> report(const ReportPermit& command, core::Now now);
  // Time has passed: those whose deadline is over have failed; the check of those that are verified
  // is run when it is time for that.
  void tend(Step& step);
  // A check was run; -1: none. While nothing can be recorded, or is to be, nothing is decided.
  void checked(int check, std::uint64_t run, bool decides, Step& step);

  // The commit took place: what the log says of it.
  std::vector<Note> committed();
  // It did not: who asked for those that are not given after all is told so, by the permit's id.
  std::map<std::string, Reply> refuseUndone(Output& out);

  void fill(Snapshot& snapshot) const;

 private:
  Result<Reply> ask(int governor, const RequestPermit& command, const Outside& at, core::Now now,
                    Output& out);
  // Why not, as far as the member is concerned; or the permit that it holds, when that will do.
  std::optional<Reply> askMember(int governor, const RequestPermit& command, core::Now now,
                                 Output& out);
  Result<Reply> reportOfMember(const ReportPermit& command, core::Now now);
  Reply deny(int governor, PermitOutcome outcome, Denial denial, const std::string& by,
             core::Now now, Output& out);
  Reply refuse(int governor, const core::Verdict& verdict, core::Now now, const std::string& by,
               Output& out, const ApprovalKey& key);
  Reply grant(int governor, const core::Ticket& ticket, const RequestPermit& command,
              core::Now now);
  void reportedOk(const Permit& permit, const ReportPermit& report, core::Now now);
  void looked(const Permit& permit, int check, Step& step);
  void end(const Permit& permit, PermitState state, const ReportPermit& report, core::Now now);
  void expire(const Permit& permit, core::Now now);
  void lookDue(Step& step);

  Governors& governors_;
  Detection& detection_;
  Approvals& approvals_;
  PermitBook book_;
  FleetLosses losses_;
  PermitAsks asks_;
  ToldDenials told_;
};

}  // namespace heald::engine
