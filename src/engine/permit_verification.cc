// Permits that were reported as ok: the check of their governor says whether they were.
#include <algorithm>

#include "engine/permits.h"
#include "engine/verification.h"

namespace heald::engine {
namespace {

constexpr core::AnswersTo kAnyRemedy;  // what heals one that says nothing of it

}  // namespace

void Permits::reportedOk(const Permit& permit, const ReportPermit& report, core::Now now) {
  const auto& verify = governors_.list().verifyOf(governors_.place(permit.governor));
  if (!verify || detection_.checks().indexOf(verify->check) < 0) {
    end(permit, PermitState::kOk, report, now);
    return;
  }
  Permit verifying = permit;
  verifying.state = PermitState::kVerifying;
  verifying.deadline = now.boot + verify->policy.within;
  book_.change(verifying);
}

void Permits::lookDue(Step& step) {
  while (const auto id = book_.looks().takeDue(step.now.boot)) {
    const Permit permit = *book_.find(*id);
    const auto& verify = governors_.list().verifyOf(governors_.place(permit.governor));
    const int check = verify ? detection_.checks().indexOf(verify->check) : -1;
    if (check < 0) {  // another configuration: the report is all that there is
      end(permit, PermitState::kOk, {permit.id, true, "", "", ""}, step.now);
    } else {
      book_.looks().await(*id, verify->check, detection_.request(check, step.out.actions));
    }
  }
}

void Permits::checked(int check, std::uint64_t run, bool decides, Step& step) {
  if (check < 0) return;
  const std::string& name = detection_.checks().spec(check).name;
  for (const std::string& id : book_.looks().takeAwaiting(name, run)) {
    if (decides) {
      looked(Permit(*book_.find(id)), check, step);
    } else {
      book_.looks().wait(id, step.now.boot);
    }
  }
}

// As Verification::looked().
void Permits::looked(const Permit& permit, int check, Step& step) {
  const auto& verify = governors_.list().verifyOf(governors_.place(permit.governor));
  const bool healed = kAnyRemedy.healed(detection_.checks().lastResult(check));
  if (healed && kAnyRemedy.healed(detection_.checks().health(check))) {
    end(permit, PermitState::kOk, {permit.id, true, "", "", ""}, step.now);
    return;
  }
  const bool over = step.now.boot >= permit.deadline;
  if (over && !healed) {
    const std::string why = "the check " + detection_.checks().spec(check).name +
                            " is not healthy: " + detection_.checks().view(check).message;
    end(permit, PermitState::kNotVerified, {permit.id, false, why, "", ""}, step.now);
    return;
  }
  const core::BootTime next =
      step.now.boot + timeBetweenLooks(verify ? verify->policy : VerifyPolicy{});
  book_.looks().wait(permit.id, over ? next : std::min(next, permit.deadline));
}

}  // namespace heald::engine
