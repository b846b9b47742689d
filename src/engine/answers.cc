#include "engine/answers.h"

#include <utility>

namespace heald::engine {

const KeptAnswer* Answers::find(const std::string& key) const {
  return ledger_.find(key);
}

bool Answers::pending(const std::string& key) const {
  return ledger_.proposed(key);
}

void Answers::propose(const Claim& claim, const Reply& reply, core::Now now) {
  while (!by_age_.empty() &&
         (by_age_.begin()->first + kRemembered < now.wall || ledger_.size() >= kMostRemembered)) {
    ledger_.propose(std::string(by_age_.begin()->second), std::nullopt);
  }
  ledger_.propose(claim.key, KeptAnswer{claim.request, reply.message,
                                        reply.permit ? reply.permit->id : std::string(), now.wall});
}

void Answers::moved(const std::string& key, const KeptAnswer* before, const KeptAnswer* after) {
  if (before != nullptr) by_age_.erase({before->at, key});
  if (after != nullptr) by_age_.emplace(after->at, key);
}

void Answers::write(Changes& changes) const {
  changes.answers = ledger_.unwritten();
}

void Answers::writeAll(Changes& changes) const {
  changes.answers.assign(ledger_.all().begin(), ledger_.all().end());
}

void Answers::stand(core::Now) {
  for (const auto& change : ledger_.stand()) {
    if (find(change.key) == nullptr) ledger_.see(change.key, std::nullopt);
  }
}

void Answers::load(const std::string& key, KeptAnswer answer) {
  ledger_.load(key, std::move(answer));
}

}  // namespace heald::engine
