#include "engine/slots.h"

#include <algorithm>

#include "core/invariant.h"

namespace heald::engine {

namespace {

bool claims(Phase phase) {
  return phase == Phase::kPrechecking || phase == Phase::kAsking;
}

}  // namespace

void Slots::moved(Phase from, Phase to) {
  acting_ += (to == Phase::kActing) - (from == Phase::kActing);
  claimed_ += static_cast<int>(claims(to)) - static_cast<int>(claims(from));
  CHECK(acting_ >= 0 && claimed_ >= 0, "no slot is given back twice");
}

int Slots::running() const {
  return acting_ + static_cast<int>(ending_.size()) + governors_.flights().permits;
}

bool Slots::maxConcurrentReached() const {
  return running() >= policy_.max_concurrent;
}

bool Slots::maxUnverifiedReached() const {
  return policy_.max_unverified && unverified() >= *policy_.max_unverified;
}

int Slots::free() const {
  const int free = policy_.max_concurrent - running() - claimed_;
  return policy_.max_unverified ? std::min(free, *policy_.max_unverified - unverified() - claimed_)
                                : free;
}

}  // namespace heald::engine
