#include "engine/fleet_members.h"

namespace heald::engine {

void FleetMembers::moved(const Permit* before, const Permit* after) {
  const Permit& any = before != nullptr ? *before : *after;
  Book& book = books_[any.governor];
  Member& member = book.members[any.member];
  if (before != nullptr) {
    member.permits.erase({before->attempt, before->id});
    if (member.held == before->id) member.held.clear();
  }
  if (after != nullptr) {
    member.permits[{after->attempt, after->id}] = {after->state, after->epoch};
    if (isOpen(after->state)) member.held = after->id;
  }
  book.failed.erase(any.member);
  if (member.permits.empty()) {
    book.members.erase(any.member);
    return;
  }
  const auto last = member.last();
  if (last == member.permits.rend() || !member.held.empty()) return;
  const auto [state, epoch] = last->second;
  if (state != PermitState::kOk) book.failed[any.member] = epoch;
}

const FleetMembers::Member* FleetMembers::find(const std::string& governor,
                                               const std::string& member) const {
  const auto book = books_.find(governor);
  if (book == books_.end()) return nullptr;
  const auto found = book->second.members.find(member);
  return found == book->second.members.end() ? nullptr : &found->second;
}

std::string FleetMembers::held(const std::string& governor, const std::string& member) const {
  const Member* found = find(governor, member);
  return found == nullptr ? "" : found->held;
}

std::string FleetMembers::last(const std::string& governor, const std::string& member) const {
  const Member* found = find(governor, member);
  if (found == nullptr || found->last() == found->permits.rend()) return "";
  return found->last()->first.second;
}

const std::map<std::string, std::uint64_t>& FleetMembers::failed(
    const std::string& governor) const {
  static const std::map<std::string, std::uint64_t> none;
  const auto book = books_.find(governor);
  return book == books_.end() ? none : book->second.failed;
}

}  // namespace heald::engine
