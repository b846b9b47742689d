#include "engine/phases.h"

namespace heald::engine {

bool mayFollow(Phase from, Phase to) {
  if (from == to) {
    return true;
  }
  switch (from) {
    case Phase::kIdle:
      return to != Phase::kVerifying && to != Phase::kReporting;
    case Phase::kWaiting:
    case Phase::kQueued:
      return to == Phase::kPrechecking || to == Phase::kActing || to == Phase::kIdle;
    case Phase::kPrechecking:
      return to == Phase::kWaiting || to == Phase::kActing || to == Phase::kIdle;
    case Phase::kActing:
      return to == Phase::kSettling || to == Phase::kVerifying || to == Phase::kReporting ||
             to == Phase::kIdle;
    case Phase::kSettling:
      return to == Phase::kVerifying || to == Phase::kReporting;
    case Phase::kVerifying:
      return to == Phase::kSettling || to == Phase::kReporting;
    case Phase::kReporting:
      return to == Phase::kIdle;
  }
  return false;
}

}  // namespace heald::engine
