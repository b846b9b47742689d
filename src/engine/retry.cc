// Retry now: what waits is woken by the change of its governor, and the rest is wanted here.
#include "engine/healing.h"

namespace heald::engine {

void Healing::retry(int governor, Step& step) {
  for (std::size_t i = 0; i < remedies_.size(); ++i) {
    const int r = static_cast<int>(i);
    const Remedy& remedy = at(r);
    if (remedy.governor != governor || remedy.phase != Phase::kIdle) {
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
