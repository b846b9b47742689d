#pragma once

#include <cstdint>
#include <vector>

namespace heald::engine {

// The remedies that run without being needed, and how that goes.
class PreventiveRuns {
 public:
  void add(int remedy) { remedies_.push_back(remedy); }
  void clear() { remedies_.clear(); }  // its counts stay
  const std::vector<int>& remedies() const { return remedies_; }

  void started() { ++started_; }
  void failed() { ++failed_; }
  std::uint64_t runs() const { return started_; }
  std::uint64_t failures() const { return failed_; }

 private:
  std::vector<int> remedies_;  // in ascending order
  std::uint64_t started_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace heald::engine
