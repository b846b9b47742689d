#include "engine/check_runs.h"

#include <utility>

#include "core/invariant.h"

namespace heald::engine {

std::vector<std::uint64_t> CheckRuns::take(const std::vector<int>& old_places) {
  std::vector<Check> old = std::exchange(checks_, {});
  running_.clear();
  scheduled_ = 0;
  for (const int place : old_places) {
    Check it = place < 0 ? Check{} : std::exchange(old[static_cast<std::size_t>(place)], {});
    if (it.running) running_[it.run] = static_cast<int>(checks_.size());
    scheduled_ += it.running && it.scheduled ? 1 : 0;
    checks_.push_back(it);
  }
  std::vector<std::uint64_t> gone;
  for (const Check& it : old) {
    if (it.running) gone.push_back(it.run);
  }
  return gone;
}

std::uint64_t CheckRuns::start(int check, bool scheduled) {
  Check& it = checks_[static_cast<std::size_t>(check)];
  CHECK(!it.running, "a check runs once at a time");
  it.run = ++last_;
  it.running = true;
  it.scheduled = scheduled;
  running_[it.run] = check;
  scheduled_ += scheduled ? 1 : 0;
  return it.run;
}

std::uint64_t CheckRuns::follow(int check, bool scheduled) {
  Check& it = checks_[static_cast<std::size_t>(check)];
  CHECK(it.running, "a run follows another one");
  it.next = it.next.value_or(false) || scheduled;
  return it.run + 1;
}

CheckRuns::Ended CheckRuns::end(std::uint64_t run) {
  // After another list the check may have another index than the event's.
  const auto found = running_.find(run);
  if (found == running_.end()) {
    return {};
  }
  const int check = found->second;
  Check& it = checks_[static_cast<std::size_t>(check)];
  running_.erase(found);
  it.running = false;
  scheduled_ -= it.scheduled ? 1 : 0;
  CHECK(scheduled_ >= 0, "a run ends once");
  return {check, it.scheduled, std::exchange(it.next, std::nullopt)};
}

void CheckRuns::stop() {
  for (Check& it : checks_) it.next.reset();
}

}  // namespace heald::engine
