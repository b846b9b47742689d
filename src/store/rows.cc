#include "store/rows.h"

#include "store/codec.h"
#include "store/fault.h"

namespace heald::store {

core::ClockStamp stampFrom(const Statement& row, int column) {
  return {row.text(column), {bootTime(row.integer(column + 1)), wallTime(row.integer(column + 2))}};
}

core::GovernorState governorFrom(const Statement& row, const core::ClockStamp& present) {
  core::GovernorState state = decodeGovernor(row.text(1));
  const core::ClockStamp saved = stampFrom(row, 2);
  if (const std::string fault = core::inconsistency(state); !fault.empty()) {
    throw Fault(fault);
  }
  core::rebase(state, saved, present);
  return state;
}

engine::UnhealthyTime unhealthyTimeFrom(const Statement& row, const core::ClockStamp& present) {
  engine::UnhealthyTime time;
  time.ended = bootTime(row.integer(1)).time_since_epoch();
  if (!row.isNull(2)) {
    time.since = core::pastRebased(bootTime(row.integer(2)), stampFrom(row, 4), present);
  }
  time.human = row.integer(3) != 0;
  return time;
}

core::FeatureFlags::Layers layersFrom(const Statement& row, engine::Saved& saved) {
  core::FeatureFlags::Layers layers;
  if (!row.isNull(1)) {
    layers.overridden = row.integer(1) != 0;
  }
  try {
    if (!row.isNull(2)) {
      layers.changed_at = wallTime(row.integer(2));
    }
  } catch (const Fault& fault) {
    saved.unreadable.emplace_back(row.text(0),
                                  std::string("the flag's last change: ") + fault.what());
  }
  return layers;
}

}  // namespace heald::store
