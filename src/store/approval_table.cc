#include "store/approval_table.h"

#include <string>
#include <utility>

#include "store/codec.h"
#include "store/fault.h"
#include "store/rows.h"

namespace heald::store {

void ApprovalTable::load(const core::ClockStamp& present, engine::Saved& saved) {
  Statement rows = database_.prepare(
      "SELECT name, target, step, approval, boot_id, boot_ns, wall_ns FROM approvals");
  while (rows.next()) {
    try {
      engine::ApprovalKey key{rows.text(0), rows.text(1), static_cast<int>(rows.integer(2))};
      engine::Approval approval = decodeApproval(rows.text(3));
      approval.until = core::rebased(approval.until, stampFrom(rows, 4), present);
      saved.approvals.emplace_back(std::move(key), std::move(approval));
    } catch (const Fault&) {
      continue;  // not knowing means not acting
    }
  }
}

void ApprovalTable::put(const engine::Changes& changes, const core::ClockStamp& now) {
  for (const auto& [key, approval] : changes.approvals) {
    const std::int64_t step = key.step;
    if (approval) {
      const std::string text = encode(*approval);
      put_.bind(key.name).bind(key.target).bind(step).bind(text).bind(now.boot_id);
      put_.bind(now.at.boot.time_since_epoch().count())
          .bind(now.at.wall.time_since_epoch().count())
          .run();
    } else {
      drop_.bind(key.name).bind(key.target).bind(step).run();
    }
  }
}

}  // namespace heald::store
