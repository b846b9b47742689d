#include "engine/check_plan.h"

#include <algorithm>

#include "core/invariant.h"

namespace heald::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr core::Duration kMoment = milliseconds(100);

core::Duration slack(core::Duration interval) {
  return std::min<core::Duration>(interval / 10, kMoment);
}

}  // namespace

void CheckPlan::take(std::vector<Rhythm> checks) {
  checks_.clear();
  for (const Rhythm& rhythm : checks) checks_.push_back({rhythm, std::nullopt});
  due_ = {};
}

void CheckPlan::begin(core::BootTime now) {
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    if (!checks_[i].rhythm.on_cycle) plan(i, now + spread(i));
  }
}

std::vector<int> CheckPlan::beginCycle(core::BootTime now) {
  std::vector<int> not_started;
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    if (!checks_[i].rhythm.on_cycle) continue;
    if (checks_[i].planned) not_started.push_back(static_cast<int>(i));
    plan(i, now + spread(i));
  }
  return not_started;
}

core::Duration CheckPlan::spread(std::size_t index) const {
  const core::Duration over = std::min<core::Duration>(checks_[index].rhythm.interval, seconds(5));
  return over * static_cast<long>(index) / static_cast<long>(checks_.size());
}

std::optional<CheckPlan::Due> CheckPlan::due(core::BootTime now) {
  const auto first = due_.next();
  if (!first || *first > now + kMoment) {
    return std::nullopt;
  }
  const int check = *due_.take(*first);
  if (*first > now + slack(checks_[static_cast<std::size_t>(check)].rhythm.interval)) {
    due_.set(check, *first);
    return std::nullopt;
  }
  return Due{check, *first};
}

std::uint64_t CheckPlan::next(int check, core::BootTime now) {
  const auto index = static_cast<std::size_t>(check);
  Check& it = checks_[index];
  CHECK(it.planned, "what was due was planned");
  if (it.rhythm.on_cycle) {
    it.planned.reset();
    return 0;
  }
  core::BootTime next = *it.planned + it.rhythm.interval;
  std::uint64_t over = 0;
  if (next <= now) {
    const auto behind = (now - next) / it.rhythm.interval + 1;
    over = static_cast<std::uint64_t>(behind);
    next += behind * it.rhythm.interval;
  }
  plan(index, next);
  return over;
}

void CheckPlan::plan(std::size_t index, core::BootTime due) {
  checks_[index].planned = due;
  due_.set(static_cast<int>(index), due);
}

}  // namespace heald::engine
