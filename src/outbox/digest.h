#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "outbox/message.h"

namespace heald::outbox {

// What a receiver has not been told yet: each problem once, as it stands. So a thousand notices of
// ten problems take the room of ten, and a receiver that was away for a week gets one message.
// Pure.
class Digest {
 public:
  static constexpr std::size_t kMostItems = 1000;  // beyond it notices are counted

  void add(const Notice& notice);
  // What came after it: as if it had been added here.
  void add(const Digest& later);

  bool empty() const { return items_.empty() && left_out_ == 0; }
  bool has(const std::string& problem) const { return items_.contains(problem); }
  std::size_t size() const { return items_.size(); }
  void clear() { *this = {}; }

  // Its part of a message: the worst first, those that are over last. What follows from something
  // that is there as well is left out: a dormant governor's breaker.
  void fill(Message& message) const;

 private:
  void put(const std::string& problem, Item item);

  std::map<std::string, Item> items_;  // by problem
  std::vector<std::string> order_;     // in which they came
  std::uint64_t left_out_ = 0;
};

}  // namespace heald::outbox
