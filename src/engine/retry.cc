// Retry now: what waits is woken by the change of its governor, and the rest is wanted here.
#include "engine/healing.h"

namespace heald::engine {

void Healing::retry(int governor, Step& step) {
  for (const int r : std::vector<int>(remedies_of_governor_[static_cast<std::size_t>(governor)])) {
    const Remedy& remedy = at(r);
    if (remedy.phase != Phase::kIdle) {
      continue;
    }
    if (remedy.check >= 0 && remedy.spec.on.asks(detection_.health(remedy.check))) {
      ++events_[static_cast<std::size_t>(EventSource::kApi)];
      detected(r, false, step);
    } else if (remedy.spec.byAlert()) {
      episodes_.wake(groupOf(remedy));
      if (remedy.episode) {
        tryAgain(*remedy.episode);
      }
      wantNext(r, step);
    }
  }
}

}  // namespace heald::engine
