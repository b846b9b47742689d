#include "io/timestamp.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace heald::io {
namespace {

// Takes exactly `digits` digits from the front.
std::optional<int> take(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits || text.front() == '-') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool takeChar(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<core::Duration> takeFraction(std::string_view& text) {
  if (!takeChar(text, ".")) return core::Duration::zero();
  long nanoseconds = 0;
  long unit = 100'000'000;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    nanoseconds += (text.front() - '0') * unit;
    unit /= 10;
    any = true;
    text.remove_prefix(1);
  }
  return any ? std::optional(core::Duration(nanoseconds)) : std::nullopt;
}

std::optional<std::chrono::minutes> takeOffset(std::string_view& text) {
  if (takeChar(text, "Zz")) return std::chrono::minutes(0);
  const bool minus = !text.empty() && text.front() == '-';
  if (!takeChar(text, "+-")) return std::nullopt;
  const auto hours = take(text, 2);
  const bool colon = takeChar(text, ":");
  const auto minutes = take(text, 2);
  if (!hours || !colon || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return minus ? -offset : offset;
}

}  // namespace

std::optional<core::WallTime> parseTimestamp(std::string_view text) {
  using namespace std::chrono;
  const auto y = take(text, 4);
  const bool dash = takeChar(text, "-");
  const auto mo = take(text, 2);
  const bool other_dash = takeChar(text, "-");
  const auto d = take(text, 2);
  const bool t = takeChar(text, "Tt ");
  const auto h = take(text, 2);
  const bool colon = takeChar(text, ":");
  const auto mi = take(text, 2);
  const bool other_colon = takeChar(text, ":");
  const auto s = take(text, 2);
  const auto fraction = takeFraction(text);
  const auto offset = takeOffset(text);
  if (!y || !dash || !mo || !other_dash || !d || !t || !h || !colon || !mi || !other_colon || !s ||
      !fraction || !offset || !text.empty()) {
    return std::nullopt;
  }
  const auto date = year(*y) / month(static_cast<unsigned>(*mo)) / day(static_cast<unsigned>(*d));
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
  if (*y < 1970) return core::WallTime{};
  if (*y > 2200) return sys_days(year(2200) / January / 1);
  const core::WallTime time =
      sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s) + *fraction - *offset;
  return std::max(time, core::WallTime{});
}

std::optional<core::WallTime> parseTypedTime(std::string_view text) {
  constexpr std::size_t kDate = 10;     // "2026-11-28"
  constexpr std::size_t kToMinute = 6;  // "T14:30"
  const std::string date(text.substr(0, kDate));
  if (text.size() <= kDate) return parseTimestamp(date + "T00:00:00Z");
  const auto zone_at = std::min(text.find_first_of("Zz+-", kDate), text.size());
  std::string time(text.substr(kDate, zone_at - kDate));
  const std::string zone(text.substr(zone_at));
  if (time.size() == kToMinute) time += ":00";
  return parseTimestamp(date + time + (zone.empty() ? "Z" : zone));
}

}  // namespace heald::io
