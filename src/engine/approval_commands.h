#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/approvals.h"
#include "engine/event.h"
#include "engine/healing.h"
#include "engine/output.h"
#include "engine/setup.h"
#include "engine/snapshot.h"
#include "engine/step.h"

namespace heald::engine {

// What humans say of approvals: which attempt they mean, and whether there is anything to approve.
// An approval may be given ahead of the need, but only where a need can arise; what no step and no
// permit will ever ask for is refused, as is a target that does not exist.
class ApprovalCommands {
 public:
  using Look = std::function<Snapshot(core::Now)>;  // with the state as it will be
  ApprovalCommands(const Setup& setup, Healing& healing, Approvals& approvals, Look look)
      : setup_(setup), healing_(healing), approvals_(approvals), look_(std::move(look)) {}

  // Proposals, and what else is in the way of the attempt. kInvalid: a blank reason, a length out
  // of range, no step where several need one. kNotFound: no such remedy, governor, target or step.
  // kConflict: it needs no approval, or several could be meant; to withdraw: there is none.
  Result<Reply> give(const Approve& command, Step& step);
  Result<Reply> withdraw(const Unapprove& command, Step& step);

  // The commit took place: what was approved goes on, and the log says so.
  void committed(Step& step);
  // What is in force.
  void fill(Snapshot& snapshot) const;

 private:
  // What is meant, whichever step it is; and the governor.
  struct Meant {
    ApprovalKey key;
    std::string governor;
  };
  Result<Meant> meant(const std::string& name, bool permit, const std::string& target) const;
  Result<Meant> remedyMeant(const std::string& name, const std::string& target) const;
  Result<Meant> permitMeant(const std::string& name, const std::string& target) const;
  Result<int> stepOf(const Meant& meant, std::optional<int> asked) const;
  void tellWhatIsInTheWay(const std::string& governor, Step& step, Reply& reply) const;

  const Setup& setup_;
  Healing& healing_;
  Approvals& approvals_;
  Look look_;
};

}  // namespace heald::engine
