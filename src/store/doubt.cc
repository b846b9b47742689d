#include "store/doubt.h"

#include <optional>

namespace heald::store {
namespace {

template <class Rows>
void addKeys(const Rows& rows, Rows& keys) {
  for (const auto& [key, value] : rows) {
    keys.emplace_back(key, std::nullopt);
  }
}

template <class Rows>
void putFirst(const Rows& keys, Rows& rows) {
  rows.insert(rows.begin(), keys.begin(), keys.end());
}

}  // namespace

void Doubt::add(const engine::Changes& failed) {
  addKeys(failed.pauses, keys_.pauses);
  addKeys(failed.permits, keys_.permits);
  addKeys(failed.approvals, keys_.approvals);
  addKeys(failed.episodes, keys_.episodes);
  addKeys(failed.answers, keys_.answers);
  addKeys(failed.incidents, keys_.incidents);
}

engine::Changes Doubt::outOf(engine::Changes everything) const {
  putFirst(keys_.pauses, everything.pauses);
  putFirst(keys_.permits, everything.permits);
  putFirst(keys_.approvals, everything.approvals);
  putFirst(keys_.episodes, everything.episodes);
  putFirst(keys_.answers, everything.answers);
  putFirst(keys_.incidents, everything.incidents);
  return everything;
}

}  // namespace heald::store
