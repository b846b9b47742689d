#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace heald::simulation {

// Puts things that must not overlap into as few rows as they need, in the order of their left ends.
class Rows {
 public:
  explicit Rows(std::size_t most) : most_(most) {}

  // The first row with room from `from` on; the thing ends at `to`. Nothing: all rows are taken.
  std::optional<std::size_t> place(double from, double to) {
    for (std::size_t row = 0; row < most_; ++row) {
      if (row == ends_.size()) ends_.push_back(from);
      if (ends_[row] > from) continue;
      ends_[row] = to;
      return row;
    }
    return std::nullopt;
  }
  std::size_t used() const { return ends_.size(); }

 private:
  std::size_t most_;
  std::vector<double> ends_;
};

}  // namespace heald::simulation
