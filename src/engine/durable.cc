// What the store gives back, and what is durable of the health of checks.
#include <set>
#include <utility>

#include "engine/engine_impl.h"

namespace heald::engine {

void Engine::Impl::load(const Saved& saved, core::Now now) {
  for (std::size_t i = 0; i < governors().size(); ++i) {
    governors().load(static_cast<int>(i), {});
  }
  for (const auto& [name, state] : saved.governors) {
    governors().load(governors().place(name), state);
  }
  for (const auto& [name, why] : saved.unreadable) {
    governors().loadUnreadable(governors().place(name), why, now);
    queue_.add({.kind = HistoryKind::kStore, .event = "unreadable", .message = name + ": " + why},
               now);
  }
  healing_.load(saved, now);
  for (const auto& [name, pause] : saved.pauses) {
    pauses_.load(name, pause);
  }
  for (const Permit& permit : saved.permits) {
    permits_.load(permit);
  }
  for (const auto& [key, answer] : saved.answers) {
    answers_.load(key, answer);
  }
  for (const auto& [feature, layers] : saved.flags) {
    features_.restoreOverride(feature, layers.overridden, layers.changed_at);
  }
  tally_.load(saved.counts, saved.unhealthy_times);
  for (std::size_t i = 0; i < detection_.size(); ++i) {  // the store may come back late
    const int check = static_cast<int>(i);
    if (detection_.health(check) == Health::kUnhealthy) {
      tally_.began(detection_.spec(check).name, now.boot);
    }
  }
  showTallies();
  detecting_ = features_.enabled(core::Feature::kAutoDetection);
  healing_.recovery().begin(now, [this](const std::string& governor, std::uint64_t attempt) {
    return permits_.owns(governor, attempt);
  });
}

// The health of a check has changed.
void Engine::Impl::tallyHealth(int check, Step& step) {
  const CheckSpec& spec = detection_.spec(check);
  const Health is = detection_.health(check);
  const UnhealthyTime* time = tally_.find(spec.name);
  if (is == Health::kUnhealthy) {
    tally_.began(spec.name, step.now.boot);
  } else if (is != Health::kUnknown && time != nullptr && time->since) {
    tally_.ended(spec.name, spec.kind, healing_.checks().whatEnds(check, *time->since),
                 step.now.boot);
  }
  if (const UnhealthyTime* after = tally_.find(spec.name)) {
    detection_.setUnhealthyTime(check, *after);
  }
}

// What a human does about a remedy is done about its check; "" stands for all of them.
void Engine::Impl::tallyTouched(const std::string& remedy, core::BootTime now) {
  if (remedy.empty()) {
    tally_.touchedAll(now);
  } else if (const int index = healing_.roster().indexOf(remedy); index >= 0) {
    tally_.touched(healing_.roster()[index].spec.check, now);
  }
}

// Of checks that the next configuration does not have.
void Engine::Impl::dropTallies(const Setup& next, core::BootTime now) {
  std::set<std::string> stays;
  for (const CheckSpec& check : next.checks) stays.insert(check.name);
  for (const CheckSpec& check : setup_.checks) {
    if (!stays.contains(check.name)) tally_.dropped(check.name, now);
  }
}

// After a start or a reload.
void Engine::Impl::showTallies() {
  for (std::size_t i = 0; i < detection_.size(); ++i) {
    const CheckSpec& spec = detection_.spec(static_cast<int>(i));
    tally_.knows(spec.kind);
    if (const UnhealthyTime* time = tally_.find(spec.name)) {
      detection_.setUnhealthyTime(static_cast<int>(i), *time);
    }
  }
}

}  // namespace heald::engine
