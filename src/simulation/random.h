#pragma once

#include <cstdint>
#include <iterator>

#include "core/time.h"

namespace heald::simulation {

// Random numbers of our own (splitmix64): the same seed gives the same numbers on every machine and
// with every compiler.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // From 0 to n - 1; n > 0.
  int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
  int between(int least, int most) { return least + below(most - least + 1); }
  // Once in n times.
  bool oneIn(int n) { return below(n) == 0; }
  core::Duration upTo(core::Duration most) {
    return core::Duration(next() % (static_cast<std::uint64_t>(most.count()) + 1));
  }
  // Short ones mostly, long ones now and then: the half of them below most / 8.
  core::Duration some(core::Duration most) { return oneIn(2) ? upTo(most) : upTo(most / 8); }
  template <class List>
  const auto& of(const List& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace heald::simulation
