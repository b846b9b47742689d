#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/time.h"

namespace heald::engine {

// Who waits for the end of another attempt, and in which order they are asked: who was wanted
// longest ago comes first.
//
// There may be thousands, and for most of them it is an attempt of their own governor that is in
// the way. That one says the same to all who wait under it: none of them is asked again until it
// has changed, or the governor above it.
class Queue {
 public:
  struct Place {
    std::optional<core::BootTime> wanted_at;
    std::uint64_t number = 0;  // of equals, who came first
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  // `above`: the governor whose target's its governor is, or -1.
  void add(int remedy, int governor, int above, std::optional<core::BootTime> wanted_at);
  void remove(int remedy);
  void clear() { *this = {}; }

  bool empty() const { return waiting_.empty(); }
  bool has(int remedy) const { return waiting_.contains(remedy); }
  std::vector<int> all() const;                // in order
  std::vector<int> under(int governor) const;  // it, or the one above it

  // An attempt of this governor is in the way.
  void blocked(int governor);
  // The governor has changed; anything outside of the governors has.
  void changed(int governor);
  void allChanged();

  // Goes through those who are to be asked. Each of them leaves the queue, or its governor is
  // blocked. Who is added meanwhile comes in the next round.
  class Round {
   public:
    explicit Round(const Queue& queue) : queue_(queue), last_(queue.last_number_) {}
    std::optional<int> next();

   private:
    const Queue& queue_;
    const std::uint64_t last_;
    std::optional<Place> at_;
  };

 private:
  struct Waiting {
    Place place;
    int governor;
  };
  struct Line {  // of one governor
    std::map<Place, int> waiting;
    int above = -1;
    bool blocked = false;
  };
  void open(int governor, Line& line);
  void close(Line& line);

  std::map<int, Waiting> waiting_;  // by remedy
  std::map<Place, int> order_;
  std::map<int, Line> lines_;           // by governor; none is empty
  std::map<int, std::set<int>> below_;  // lines by the governor above theirs
  std::map<Place, int> open_;           // the first one of each line that is not blocked
  std::uint64_t last_number_ = 0;
};

}  // namespace heald::engine
