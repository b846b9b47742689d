#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heald::checks {

// "> 5", ">= 0.99", "< 1", "<= 1e3", "== 0", "!= 1": when a number is too bad. Pure.
struct Comparison {
  std::string_view operation;  // one of the six
  double limit = 0;            // finite

  // False for NaN, whatever the operation: it is no number.
  bool meets(double value) const;
  // Whether the first number is further on the bad side.
  bool worse(double a, double b) const;
};

std::optional<Comparison> parseComparison(std::string_view text);
// What is wrong with it ("is not a comparison …"), or "".
std::string comparisonProblem(const std::string& text);

}  // namespace heald::checks
