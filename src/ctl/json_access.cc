#include "ctl/json_access.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "io/text.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

const ordered_json& at(const ordered_json& value, std::string_view key) {
  static const ordered_json kNothing;
  if (!value.is_object()) return kNothing;
  const auto found = value.find(std::string(key));
  return found == value.end() ? kNothing : *found;
}

}  // namespace

const ordered_json& objectOf(const ordered_json& value, std::string_view key) {
  return at(value, key);
}

const ordered_json& listOf(const ordered_json& value, std::string_view key) {
  static const ordered_json kNone = ordered_json::array();
  const ordered_json& list = at(value, key);
  return list.is_array() ? list : kNone;
}

std::string textOf(const ordered_json& value, std::string_view key) {
  const ordered_json& text = at(value, key);
  return text.is_string() ? printable(text.get_ref<const std::string&>()) : "";
}

long long numberOf(const ordered_json& value, std::string_view key) {
  const ordered_json& number = at(value, key);
  return number.is_number_integer() ? number.get<long long>() : 0;
}

bool flagOf(const ordered_json& value, std::string_view key) {
  const ordered_json& flag = at(value, key);
  return flag.is_boolean() && flag.get<bool>();
}

std::optional<core::Duration> durationOf(const ordered_json& value, std::string_view key,
                                         core::Duration unit) {
  if (!at(value, key).is_number_integer()) return std::nullopt;
  constexpr core::Duration kLongest = std::chrono::years(100);
  return unit * std::clamp(numberOf(value, key), 0LL, static_cast<long long>(kLongest / unit));
}

std::optional<core::WallTime> timeOf(const ordered_json& value, std::string_view key) {
  using namespace std::chrono;
  int y = 0, ms = 0;
  unsigned mo = 0, d = 0, h = 0, mi = 0, s = 0;
  const std::string text = textOf(value, key);
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2u:%2u:%2u.%3dZ", &y, &mo, &d, &h, &mi, &s, &ms) !=
      7) {
    return std::nullopt;
  }
  const year_month_day date{year(y), month(mo), day(d)};
  if (!date.ok() || y < 1970 || y > 2200) return std::nullopt;
  return core::WallTime(sys_days(date)) + hours(h) + minutes(mi) + seconds(s) + milliseconds(ms);
}

std::string printable(std::string_view text) {
  std::string line = io::oneLine(text, 4096);
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const auto next = static_cast<unsigned char>(line[i + 1]);
    if (line[i] == '\xC2' && next >= 0x80 && next < 0xA0) line[i] = line[i + 1] = ' ';
  }
  return line;
}

}  // namespace heald::ctl
