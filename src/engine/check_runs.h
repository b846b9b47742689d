#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace heald::engine {

// The runs of checks that are under way: each check runs once at a time, and perhaps once more
// behind that. Every run has a number, and later ones have higher numbers.
//
// A run counts as detection, or it was asked for by somebody else and takes no place of the
// scheduled ones.
class CheckRuns {
 public:
  struct Ended {
    int check = -1;            // -1: a late one, which changes nothing
    bool scheduled = false;    // it counts as detection
    std::optional<bool> next;  // another one is wanted, and whether that counts as detection
  };

  // Takes another list, in which each check has had this place in the old one; -1: it is new.
  // Returns the runs of those that are in it no more.
  std::vector<std::uint64_t> take(const std::vector<int>& old_places);

  bool running(int check) const { return checks_[static_cast<std::size_t>(check)].running; }
  // Of a check that does not run. Returns its number.
  std::uint64_t start(int check, bool scheduled);
  // Of one that runs: another follows. Returns the lowest number that it can have, as what runs now
  // began before the question was asked.
  std::uint64_t follow(int check, bool scheduled);
  Ended end(std::uint64_t run);
  // No run follows one that is under way.
  void stop();

  int scheduled() const { return scheduled_; }  // how many run

 private:
  struct Check {
    std::uint64_t run = 0;  // the last one started
    bool running = false;
    bool scheduled = false;
    std::optional<bool> next = {};
  };

  std::vector<Check> checks_;
  std::unordered_map<std::uint64_t, int> running_;  // checks by their run
  std::uint64_t last_ = 0;                          // started, of all checks
  int scheduled_ = 0;
};

}  // namespace heald::engine
