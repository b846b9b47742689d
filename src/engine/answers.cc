#include "engine/answers.h"

#include <algorithm>
#include <utility>

namespace heald::engine {

const KeptAnswer* Answers::find(const std::string& key) const {
  const auto found = answers_.find(key);
  return found == answers_.end() ? nullptr : &found->second;
}

bool Answers::pending(const std::string& key) const {
  return std::any_of(proposals_.begin(), proposals_.end(),
                     [&](const Proposal& proposal) { return proposal.key == key; });
}

void Answers::propose(const Claim& claim, const Reply& reply, core::Now now) {
  while (!by_age_.empty() &&
         (by_age_.begin()->first + kRemembered < now.wall || answers_.size() >= kMostRemembered)) {
    change(std::string(by_age_.begin()->second), std::nullopt);
  }
  change(claim.key, KeptAnswer{claim.request, reply.message,
                               reply.permit ? reply.permit->id : std::string(), now.wall});
}

void Answers::change(const std::string& key, std::optional<KeptAnswer> after) {
  const KeptAnswer* before = find(key);
  proposals_.push_back({key, before == nullptr ? std::nullopt : std::optional(*before)});
  put(key, std::move(after));
}

void Answers::put(const std::string& key, std::optional<KeptAnswer> answer) {
  if (const auto found = answers_.find(key); found != answers_.end()) {
    const auto [begin, end] = by_age_.equal_range(found->second.at);
    by_age_.erase(std::find_if(begin, end, [&](const auto& entry) { return entry.second == key; }));
    answers_.erase(found);
  }
  if (answer) {
    by_age_.emplace(answer->at, key);
    answers_.emplace(key, std::move(*answer));
  }
}

void Answers::addChanges(Changes& changes) const {
  for (const std::string& key : dropped_) {
    changes.answers.emplace_back(key, std::nullopt);
  }
  for (const Proposal& proposal : proposals_) {
    const KeptAnswer* now = find(proposal.key);
    changes.answers.emplace_back(proposal.key, now == nullptr ? std::nullopt : std::optional(*now));
  }
}

void Answers::addEverything(Changes& changes) const {
  for (const auto& [key, answer] : answers_) {
    changes.answers.emplace_back(key, answer);
  }
}

void Answers::keep(bool committed) {
  if (committed) {
    dropped_.clear();
  } else {
    for (const Proposal& proposal : proposals_) {
      if (find(proposal.key) == nullptr) {
        dropped_.insert(proposal.key);
      }
    }
  }
  proposals_.clear();
}

void Answers::undo() {
  for (; !proposals_.empty(); proposals_.pop_back()) {
    put(proposals_.back().key, std::move(proposals_.back().before));
  }
}

void Answers::load(const std::string& key, KeptAnswer answer) {
  put(key, std::move(answer));
}

}  // namespace heald::engine
