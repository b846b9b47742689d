#include "simulation/approval_referee.h"

#include <algorithm>

namespace heald::simulation {
namespace {

template <class Command>
bool names(const engine::Event* event, const engine::ApprovalKey& key) {
  const auto* command = event == nullptr ? nullptr : std::get_if<Command>(event);
  return command != nullptr && command->name == key.name && command->permit == key.ofPermit() &&
         command->target == key.target && (!command->step || *command->step == key.step);
}

}  // namespace

void ApprovalReferee::booted(Duration time, Duration wall_set, int boot) {
  boot_ = boot;
  for (auto& [key, given] : given_) {
    if (given.boot == boot) continue;
    // By the wall clock it may have ended earlier, and by no more than its length later.
    given.until = wall_set == given.wall_set ? given.until : time + given.lasts;
  }
}

bool ApprovalReferee::gives(const engine::Event* event, const engine::ApprovalKey& key) {
  return names<engine::Approve>(event, key);
}

bool ApprovalReferee::takes(const engine::Event* event, const engine::ApprovalKey& key) {
  return names<engine::Unapprove>(event, key);
}

std::string ApprovalReferee::committed(const engine::Changes& changes, const engine::Event* event,
                                       Duration time, Duration wall_set,
                                       const std::vector<engine::ApprovalKey>& started) {
  const auto what = [](const engine::ApprovalKey& key) { return approvedThing(key); };
  const auto ended = [&](const engine::ApprovalKey& key) {
    return std::any_of(changes.approvals.begin(), changes.approvals.end(),
                       [&](const auto& row) { return row.first == key && !row.second; });
  };
  for (const engine::ApprovalKey& key : started) {
    const auto given = given_.find(key);
    if (given == given_.end()) return what(key) + " starts without an approval";
    if (time >= given->second.until) return what(key) + " starts after its approval has ended";
    if (!ended(key)) return what(key) + " starts and leaves its approval in force";
  }
  for (const auto& [key, approval] : changes.approvals) {
    const auto given = given_.find(key);
    const bool used = std::find(started.begin(), started.end(), key) != started.end();
    if (approval) {
      const bool again = given != given_.end();  // written anew, as it was
      if (!gives(event, key) && !again) return "nobody has approved " + what(key);
      if (!gives(event, key)) continue;
      const Duration lasts = std::get<engine::Approve>(*event).lasts;
      given_[key] = {time + lasts, lasts, wall_set, boot_};
    } else {
      const bool over = given != given_.end() && time >= given->second.until;
      if (given != given_.end() && !used && !over && !takes(event, key) &&
          given->second.boot == boot_) {
        return "the approval of " + what(key) + " has ended, and nobody has used it";
      }
      given_.erase(key);
    }
  }
  return "";
}

}  // namespace heald::simulation
