#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace heald::door {

// Who has a connection of a listener, and who has to go when there are too many. Pure.
//
// A peer is an address, or a user of this host. One that is above its own share makes room itself,
// so that it takes nothing from others; only when the whole is full does somebody else's oldest
// idle connection go. One that is being answered is never taken.
class Seats {
 public:
  using Id = std::uint64_t;
  struct Limits {
    std::size_t all = 1024;
    std::size_t peer = 512;  // of one peer
  };
  enum class Full { kNo, kPeer, kAll };
  struct Verdict {
    bool admitted = false;
    Full full = Full::kNo;     // which limit was met, whether or not a seat could be made free
    std::optional<Id> leaves;  // whose connection is to be closed for it; has left already
  };

  explicit Seats(Limits limits) : limits_(limits) {}

  // Somebody comes. Admitted, it is idle until the next call says otherwise.
  Verdict arrive(Id id, const std::string& peer);
  // Waits for the client again: from now on it may be taken, after those that wait longer.
  void idle(Id id);
  void busy(Id id);
  void leave(Id id);

  // The connection that has waited longest, of all or of one peer; for a shortage of another kind.
  std::optional<Id> oldestIdle() const;
  std::size_t size() const { return seats_.size(); }
  std::size_t sizeOf(const std::string& peer) const;

 private:
  struct Peer {
    std::size_t seats = 0;
    std::list<Id> idle;  // longest first
  };
  struct Seat {
    std::map<std::string, Peer>::iterator peer;
    bool idle = false;
    std::list<Id>::iterator in_all{};
    std::list<Id>::iterator in_peer{};
  };
  Verdict make(Full full, std::optional<Id> leaves);

  const Limits limits_;
  std::unordered_map<Id, Seat> seats_;
  std::map<std::string, Peer> peers_;
  std::list<Id> idle_;  // of all, longest first
};

}  // namespace heald::door
