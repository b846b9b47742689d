#include "checks/levels.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "config/scalars.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

struct Limit {
  double number = 0;
  bool percent = false;

  double of(double whole) const { return percent ? number / 100 * whole : number; }
};

std::optional<double> parseNumber(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number) || number < 0) return {};
  return number;
}

std::optional<Limit> parseLimit(const Levels& levels, std::string_view text) {
  if (levels.percent && text.ends_with('%')) {
    const auto number = parseNumber(text.substr(0, text.size() - 1));
    if (!number || *number > 100) return {};
    return Limit{*number, true};
  }
  switch (levels.unit) {
    case Levels::Unit::kNumber: {
      const auto number = parseNumber(text);
      if (!number) return {};
      return Limit{*number, false};
    }
    case Levels::Unit::kBytes: {
      const auto bytes = config::parseSize(text);
      if (!bytes) return {};
      return Limit{static_cast<double>(*bytes), false};
    }
    case Levels::Unit::kDuration: {
      const auto duration = config::parseDuration(text);
      if (!duration) return {};
      return Limit{std::chrono::duration<double>(*duration).count(), false};
    }
  }
  return {};
}

std::string limitProblem(const Levels& levels, const std::string& text) {
  if (parseLimit(levels, text)) return "";
  switch (levels.unit) {
    case Levels::Unit::kNumber:
      return levels.percent ? "is neither a number nor a percentage (examples: 1000, 5%)"
                            : "is not a number from 0 on (examples: 4, 0.5)";
    case Levels::Unit::kBytes:
      return "is neither a size nor a percentage (examples: 2GiB, 500MB, 5%)";
    case Levels::Unit::kDuration:
      return "is not a duration (examples: 50ms, 1s)";
  }
  return "";
}

bool beyond(const Levels& levels, const std::optional<std::string>& limit, double value,
            double whole) {
  if (!limit) return false;
  const auto parsed = parseLimit(levels, *limit);
  if (!parsed || (parsed->percent && whole <= 0)) return false;
  const double bound = parsed->of(whole);
  return levels.bad == Levels::Bad::kBelow ? value < bound : value > bound;
}

// Whether the warning is a warning at all: only of two limits of one form it can be told.
void checkOrder(config::Fields& f, const Levels& levels) {
  if (!levels.warning || !levels.critical) return;
  const auto warning = parseLimit(levels, *levels.warning);
  const auto critical = parseLimit(levels, *levels.critical);
  if (!warning || !critical || warning->percent != critical->percent) return;
  const bool below = levels.bad == Levels::Bad::kBelow;
  if (below ? warning->number > critical->number : warning->number < critical->number) return;
  f.fail("warning", *levels.warning + " is not " + (below ? "above" : "below") +
                        " critical, which is " + *levels.critical + " (a warning comes first)");
}

int rank(CheckStatus status) {
  switch (status) {
    case CheckStatus::kOk:
      return 0;
    case CheckStatus::kWarning:
      return 1;
    case CheckStatus::kUnknown:
      return 2;
    case CheckStatus::kCritical:
      return 3;
  }
  return 0;
}

}  // namespace

void describeLevels(config::Fields& f, std::string_view key, Levels& levels,
                    std::string_view help) {
  f.section(key, false, help, [&](config::Fields& section) {
    const auto check = [levels](const std::string& text) { return limitProblem(levels, text); };
    const char* side = levels.bad == Levels::Bad::kBelow ? "less" : "more";
    section.text("warning", levels.warning, {.check = check},
                 std::string(side) + " than this is a warning");
    section.text("critical", levels.critical, {.check = check},
                 std::string(side) + " than this is critical");
    checkOrder(section, levels);
  });
}

CheckStatus judge(const Levels& levels, double value, double whole) {
  if (beyond(levels, levels.critical, value, whole)) return CheckStatus::kCritical;
  if (beyond(levels, levels.warning, value, whole)) return CheckStatus::kWarning;
  return CheckStatus::kOk;
}

std::string complaint(const Levels& levels, double value, double whole) {
  const CheckStatus status = judge(levels, value, whole);
  if (status == CheckStatus::kOk) return "";
  const std::string& limit = status == CheckStatus::kCritical ? *levels.critical : *levels.warning;
  return (levels.bad == Levels::Bad::kBelow ? "at least " : "at most ") + limit + " wanted";
}

CheckStatus worse(CheckStatus a, CheckStatus b) {
  return rank(a) < rank(b) ? b : a;
}

void Verdict::add(const std::string& text, const Levels& levels, double value, double whole) {
  const std::string wrong = complaint(levels, value, whole);
  found_.status = worse(found_.status, judge(levels, value, whole));
  found_.message += (found_.message.empty() ? "" : ", ") + text;
  if (!wrong.empty()) found_.message += " (" + wrong + ")";
}

void Verdict::measured(std::string label, double value) {
  if (std::isfinite(value)) found_.measurements.push_back({std::move(label), value});
}

void Verdict::critical(const std::string& text) {
  found_.status = CheckStatus::kCritical;
  found_.message += (found_.message.empty() ? "" : ", ") + text;
}

CheckResult Verdict::result(const std::string& subject) const {
  CheckResult result = found_;
  result.message = io::oneLine(subject.empty() ? found_.message : subject + ": " + found_.message);
  return result;
}

std::string numberText(double number) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f", number);
  std::string shortest = text;
  shortest.erase(shortest.find_last_not_of('0') + 1);
  if (shortest.ends_with('.')) shortest.pop_back();
  return shortest;
}

std::string bytesText(double bytes) {
  constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) {
    return numberText(std::floor(bytes)) + (bytes >= 1 && bytes < 2 ? " byte" : " bytes");
  }
  std::size_t unit = 0;
  double scaled = bytes / 1024;
  while (scaled >= 1024 && unit + 1 < kUnits.size()) {
    scaled /= 1024;
    ++unit;
  }
  char text[64];
  std::snprintf(text, sizeof text, scaled < 10 ? "%.1f %s" : "%.0f %s", scaled, kUnits[unit]);
  return text;
}

std::string percentText(double ratio) {
  return numberText(std::floor(ratio * 1e4) / 100) + " %";
}

}  // namespace heald::checks
