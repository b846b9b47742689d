// Permits that others have: who may say how they end.
#include <algorithm>

#include "simulation/referee.h"

namespace heald::simulation {

using core::Health;

const engine::PermitVerify* Referee::verifyOf(const std::string& governor) const {
  for (const engine::GovernorSpec& spec : setup_.governors) {
    if (spec.name == governor && spec.verify) return &*spec.verify;
  }
  return nullptr;
}

// In the step at hand.
bool Referee::reported(const std::string& permit, bool ok) const {
  const auto* report = event_ == nullptr ? nullptr : std::get_if<engine::ReportPermit>(event_);
  return report != nullptr && report->id == permit && report->ok == ok;
}

bool Referee::permitMayEnd(const Key& key, const Attempt& attempt, bool ok) const {
  const auto heard = [&](const auto& permit) {
    return permit.second == key && reported(permit.first, ok);
  };
  const bool says_so = std::any_of(permits_.begin(), permits_.end(), heard);
  const bool over = at_.time >= attempt.deadline;
  const bool verified = verifyOf(key.first) != nullptr;
  if (!ok) return says_so || (over && (!attempt.verifying || attempt.seen_ill));
  if (attempt.verifying) return !verified || attempt.seen_healed;
  return says_so && !verified;
}

void Referee::lookAtPermit(const Key& key, Attempt& attempt, const Check& by) {
  constexpr int kMostResults = 60;  // of the fastest check between two looks, and again
  const engine::PermitVerify* verify = verifyOf(key.first);
  if (verify == nullptr || verify->check != by.spec.name) return;
  const auto fine = [](Health health) {
    return health == Health::kHealthy || health == Health::kWarning;
  };
  const Duration first = attempt.deadline - (verify->policy.within - verify->policy.after);
  attempt.seen_healed |= at_.time >= first && fine(by.last) && fine(by.health);
  attempt.seen_ill |= at_.time >= attempt.deadline && !fine(by.last);
  const bool late = at_.time >= attempt.deadline && store_up_;
  attempt.late_results = late ? attempt.late_results + 1 : 0;
  if (attempt.late_results > kMostResults)
    fail("a permit of " + key.first + " is verified for ever");
}

void Referee::rememberPermits(const engine::Changes& changes) {
  for (const auto& [id, permit] : changes.permits) {
    if (!permit || !engine::isOpen(permit->state)) continue;
    const Key key{permit->governor, permit->attempt};
    permits_[id] = key;
    const auto attempt = attempts_.find(key);
    if (attempt == attempts_.end()) continue;
    const bool verifying = permit->state == engine::PermitState::kVerifying;
    const bool justly = reported(id, true) && verifyOf(permit->governor) != nullptr &&
                        at_.time < attempt->second.deadline;
    if (verifying && !attempt->second.verifying && !justly) {
      fail("a permit of " + permit->governor + " is verified that was not reported");
    }
    attempt->second.verifying = verifying;
    attempt->second.deadline = at_.time + (permit->deadline - at_.now.boot);
  }
}

}  // namespace heald::simulation
