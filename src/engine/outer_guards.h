#pragma once

#include "core/feature_flags.h"
#include "core/governor.h"
#include "engine/approvals.h"
#include "engine/checks.h"
#include "engine/escalation.h"
#include "engine/governors.h"
#include "engine/remedy.h"
#include "engine/setup.h"
#include "engine/slots.h"

namespace heald::engine {

// The guards outside the governors: flags, the store, the limits over all governors, the storm
// brake, the approval of a human. They are what a governor is asked with.
class OuterGuards {
 public:
  // All are looked at each time.
  OuterGuards(const HealingPolicy& policy, const core::FeatureFlags& features,
              const Governors& governors, const Slots& slots, const Checks& checks,
              const Escalation& escalation, const Approvals& approvals)
      : policy_(policy),
        features_(features),
        governors_(governors),
        slots_(slots),
        checks_(checks),
        escalation_(escalation),
        approvals_(approvals) {}

  // What they say now, of a preventive run or of any other.
  core::Gates gates(bool preventive) const;
  // With the parent of its governor, and the approval that its next step may need.
  core::Gates gatesOf(const Remedy& remedy, core::BootTime now) const;
  // What has to be approved for its next attempt; nothing where no approval is needed. Who only
  // observes needs none: nothing will start.
  std::optional<ApprovalKey> approvalNeeded(const Remedy& remedy) const;
  const Approvals& approvals() const { return approvals_; }
  // What the governor would say of an attempt now. Changes nothing.
  core::Verdict ask(const Remedy& remedy, core::BootTime now) const;
  bool stormBrake() const;

  bool storeUp() const { return store_up_; }
  void setStoreUp(bool up) { store_up_ = up; }

 private:
  const HealingPolicy& policy_;
  const core::FeatureFlags& features_;
  const Governors& governors_;
  const Slots& slots_;
  const Checks& checks_;
  const Escalation& escalation_;
  const Approvals& approvals_;
  bool store_up_ = true;
};

}  // namespace heald::engine
