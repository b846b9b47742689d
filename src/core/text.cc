#include "core/text.h"

#include <cstdio>

namespace heald::core {

std::string toIso8601(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
  char text[64];
  std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

std::string toText(Duration duration) {
  struct Unit {
    long long nanoseconds;
    const char* name;
  };
  static constexpr Unit kUnits[] = {{86'400'000'000'000, "d"},
                                    {3'600'000'000'000, "h"},
                                    {60'000'000'000, "m"},
                                    {1'000'000'000, "s"},
                                    {1'000'000, "ms"}};
  long long left = duration.count();
  std::string text;
  int parts = 0;
  for (const Unit& unit : kUnits) {
    // Nobody waits for the milliseconds of a minute.
    if (unit.nanoseconds < 1'000'000'000 && duration >= std::chrono::seconds(10)) {
      break;
    }
    const long long count = left / unit.nanoseconds;
    left -= count * unit.nanoseconds;
    if (count != 0 && parts < 2) {
      text += (parts++ == 0 ? "" : " ") + std::to_string(count) + unit.name;
    } else if (parts > 0) {
      break;
    }
  }
  return text.empty() ? "0s" : text;
}

}  // namespace heald::core
