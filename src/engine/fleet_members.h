#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/permit.h"

namespace heald::engine {

// The members of fleets, as their permits tell of them: which one a member holds, and how the last
// one has ended. Nothing of it is durable by itself; it follows what PermitBook has.
class FleetMembers {
 public:
  // A permit of a member is there, has changed, or is gone; null: it was not, or is not.
  void moved(const Permit* before, const Permit* after);

  // The id of the permit that the member holds, and of the last one that has ended and was used;
  // "" where there is none.
  std::string held(const std::string& governor, const std::string& member) const;
  std::string last(const std::string& governor, const std::string& member) const;
  // Members that hold none and whose last one has failed, in whichever way, with the epoch of its
  // ticket, by name.
  const std::map<std::string, std::uint64_t>& failed(const std::string& governor) const;

 private:
  // Tickets count up, but for a governor whose state was lost: then an id tells them apart.
  using Key = std::pair<std::uint64_t, std::string>;
  struct Member {
    std::map<Key, std::pair<PermitState, std::uint64_t>> permits;  // state and epoch
    std::string held;

    auto last() const {
      return std::find_if(permits.rbegin(), permits.rend(), [](const auto& permit) {
        return !isOpen(permit.second.first) && permit.second.first != PermitState::kUnused;
      });
    }
  };
  struct Book {
    std::map<std::string, Member> members;
    std::map<std::string, std::uint64_t> failed;
  };

  const Member* find(const std::string& governor, const std::string& member) const;

  std::map<std::string, Book> books_;  // by governor
};

}  // namespace heald::engine
