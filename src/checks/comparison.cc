#include "checks/comparison.h"

#include <array>
#include <charconv>
#include <cmath>

#include "io/text.h"

namespace heald::checks {
namespace {

// The longer ones first: ">=" begins with ">".
constexpr std::array<std::string_view, 6> kOperations = {">=", "<=", "==", "!=", ">", "<"};

}  // namespace

bool Comparison::meets(double value) const {
  if (std::isnan(value)) return false;
  if (operation == ">") return value > limit;
  if (operation == ">=") return value >= limit;
  if (operation == "<") return value < limit;
  if (operation == "<=") return value <= limit;
  return (value == limit) == (operation == "==");
}

bool Comparison::worse(double a, double b) const {
  if (operation.starts_with('>')) return a > b;
  if (operation.starts_with('<')) return a < b;
  return meets(a) && !meets(b);
}

std::optional<Comparison> parseComparison(std::string_view text) {
  text = io::trim(text);
  for (const std::string_view operation : kOperations) {
    if (!text.starts_with(operation)) continue;
    const std::string_view number = io::trim(text.substr(operation.size()));
    double limit = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), limit);
    const bool whole = error == std::errc() && end == number.data() + number.size();
    if (!whole || !std::isfinite(limit)) return std::nullopt;
    return Comparison{operation, limit};
  }
  return std::nullopt;
}

std::string comparisonProblem(const std::string& text) {
  return parseComparison(text)
             ? ""
             : "is not a comparison with a number (examples: '> 5', '<= 0.99', '== 0')";
}

}  // namespace heald::checks
