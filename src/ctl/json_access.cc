#include "ctl/json_access.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/plain_text.h"

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

std::string hiddenOutputHint(const ordered_json& answer) {
  if (!answer.contains("outputShown") || flagOf(answer, "outputShown")) return "";
  const auto failed = [](const ordered_json& thing) {
    const std::string result = textOf(thing, "lastResult");
    return !result.empty() && result != "ok";
  };
  for (const ordered_json& remedy : listOf(answer, "remedies")) {
    const ordered_json& targets = listOf(remedy, "targets");
    if (failed(remedy) || std::any_of(targets.begin(), targets.end(), failed)) {
      return "\nWhat failed actions printed is shown with the token: sudo, or --token-file.\n";
    }
  }
  return "";
}

std::string printable(std::string_view text) {
  return core::oneLine(text, 4096);
}

}  // namespace heald::ctl
