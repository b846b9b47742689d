#include "door/seats.h"

namespace heald::door {
namespace {

std::optional<Seats::Id> firstOf(const std::list<Seats::Id>& ids) {
  return ids.empty() ? std::nullopt : std::optional(ids.front());
}

}  // namespace

std::optional<Seats::Id> Seats::oldestIdle() const {
  return firstOf(idle_);
}

std::size_t Seats::sizeOf(const std::string& peer) const {
  const auto known = peers_.find(peer);
  return known == peers_.end() ? 0 : known->second.seats;
}

Seats::Verdict Seats::make(Full full, std::optional<Id> leaves) {
  if (leaves) leave(*leaves);
  return {leaves.has_value(), full, leaves};
}

Seats::Verdict Seats::arrive(Id id, const std::string& name) {
  Verdict verdict{true, Full::kNo, std::nullopt};
  const auto known = peers_.find(name);
  if (known != peers_.end() && known->second.seats >= limits_.peer) {
    verdict = make(Full::kPeer, firstOf(known->second.idle));
  } else if (seats_.size() >= limits_.all) {
    verdict = make(Full::kAll, firstOf(idle_));
  }
  if (!verdict.admitted) return verdict;
  const auto peer = peers_.try_emplace(name).first;
  ++peer->second.seats;
  seats_[id].peer = peer;
  idle(id);
  return verdict;
}

void Seats::idle(Id id) {
  const auto found = seats_.find(id);
  if (found == seats_.end() || found->second.idle) return;
  Seat& seat = found->second;
  seat.idle = true;
  seat.in_all = idle_.insert(idle_.end(), id);
  std::list<Id>& own = seat.peer->second.idle;
  seat.in_peer = own.insert(own.end(), id);
}

void Seats::busy(Id id) {
  const auto found = seats_.find(id);
  if (found == seats_.end() || !found->second.idle) return;
  Seat& seat = found->second;
  seat.idle = false;
  idle_.erase(seat.in_all);
  seat.peer->second.idle.erase(seat.in_peer);
}

void Seats::leave(Id id) {
  const auto found = seats_.find(id);
  if (found == seats_.end()) return;
  busy(id);
  const auto peer = found->second.peer;
  if (--peer->second.seats == 0) peers_.erase(peer);
  seats_.erase(found);
}

}  // namespace heald::door
