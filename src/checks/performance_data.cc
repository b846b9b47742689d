#include "checks/performance_data.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "checks/check.h"
#include "io/text.h"

namespace heald::checks {
namespace {

constexpr std::size_t kLabelBytes = 64;

struct Unit {
  std::string_view name;
  double base;
};
constexpr std::array kUnits = {
    Unit{"", 1},         Unit{"c", 1},        Unit{"s", 1},        Unit{"ms", 1e-3},
    Unit{"us", 1e-6},    Unit{"ns", 1e-9},    Unit{"%", 1e-2},     Unit{"B", 1},
    Unit{"KB", 1e3},     Unit{"kB", 1e3},     Unit{"MB", 1e6},     Unit{"GB", 1e9},
    Unit{"TB", 1e12},    Unit{"PB", 1e15},    Unit{"KiB", 0x1p10}, Unit{"MiB", 0x1p20},
    Unit{"GiB", 0x1p30}, Unit{"TiB", 0x1p40}, Unit{"PiB", 0x1p50}};

double baseOf(std::string_view unit) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const Unit& each) { return each.name == unit; });
  return found == kUnits.end() ? 1 : found->base;
}

std::string_view dataIn(std::string_view& output) {
  const std::size_t bar = output.find('|');
  if (bar == output.npos) {
    output = {};
    return {};
  }
  output.remove_prefix(bar + 1);
  return output;
}

// Takes "label=" or "'a label'=" off the front; none when there is no such thing.
std::optional<std::string> takeLabel(std::string_view& text) {
  std::string label;
  if (text.starts_with('\'')) {
    std::size_t at = 1;
    for (; at < text.size(); ++at) {
      if (text[at] != '\'') {
        label += text[at];
      } else if (text.substr(at + 1).starts_with('\'')) {
        label += text[at++];
      } else {
        break;
      }
    }
    text.remove_prefix(std::min(text.size(), at + 1));
  } else {
    const std::string_view word = text.substr(0, text.find_first_of("= \t\r\n"));
    label = word;
    text.remove_prefix(word.size());
  }
  if (!text.starts_with('=') || label.empty()) return {};
  text.remove_prefix(1);
  return label;
}

std::optional<double> valueOf(std::string_view word) {
  std::string number(word.substr(0, word.find(';')));
  std::replace(number.begin(), number.end(), ',', '.');  // as some locales have it
  double value = 0;
  const char* const end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, value);
  if (read.ec != std::errc{}) return {};
  value *= baseOf(std::string_view(read.ptr, static_cast<std::size_t>(end - read.ptr)));
  if (!std::isfinite(value)) return {};
  return value;
}

void take(std::string_view text, std::vector<core::Measurement>& found) {
  constexpr std::string_view kBlank = " \t\r\n";
  while (found.size() < kMaxMeasurements) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(kBlank)));
    if (text.empty()) return;
    const auto label = takeLabel(text);
    const std::string_view word = text.substr(0, text.find_first_of(kBlank));
    text.remove_prefix(word.size());
    const auto value = label ? valueOf(word) : std::nullopt;
    if (!value) continue;
    core::Measurement measurement{io::oneLine(*label, kLabelBytes), *value};
    const bool known = std::any_of(found.begin(), found.end(), [&](const auto& earlier) {
      return earlier.label == measurement.label;
    });
    if (!known && !measurement.label.empty()) found.push_back(std::move(measurement));
  }
}

}  // namespace

std::vector<core::Measurement> performanceData(std::string_view output) {
  std::vector<core::Measurement> found;
  output = io::trim(output);
  const std::size_t end = output.find('\n');
  std::string_view first = output.substr(0, end);
  take(dataIn(first), found);
  if (end == output.npos) return found;
  output.remove_prefix(end);
  take(dataIn(output), found);
  return found;
}

}  // namespace heald::checks
