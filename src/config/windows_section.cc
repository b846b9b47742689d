#include <algorithm>
#include <array>

#include "config/names.h"
#include "config/sections.h"
#include "config/time_zone.h"
#include "engine/remedy_names.h"

namespace heald::config {
namespace {

constexpr std::array<const char*, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// "09:30"; 24:00 is the end of the day.
std::optional<core::Duration> parseClock(const std::string& text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (minutes > 59 || hours * 60 + minutes > 24 * 60) return std::nullopt;
  return std::chrono::hours(hours) + std::chrono::minutes(minutes);
}

std::string clockFault(const std::string& text) {
  return parseClock(text) ? "" : "is not a time of day (examples: 01:30, 22:00, 24:00)";
}

std::string zoneFault(const std::string& name) {
  return zoneNamed(name) ? "" : "is no time zone of this machine (examples: UTC, Europe/Berlin)";
}

void readTimes(Fields& fields, core::Weekly& times) {
  std::vector<std::string> days;
  fields.texts("days", days, {}, "days on which it begins: mon, tue, … sun; all when absent");
  for (const std::string& day : days) {
    const auto known = std::find(kDays.begin(), kDays.end(), day);
    if (known == kDays.end()) {
      fields.fail("days",
                  "\"" + day + "\" is no day (they are: mon, tue, wed, thu, fri, sat, sun)");
    } else {
      times.days[static_cast<std::size_t>(known - kDays.begin())] = true;
    }
  }
  if (days.empty()) times.days.fill(true);
  std::string from;
  std::string to;
  std::string zone = "UTC";
  fields.text("from", from, {.required = true, .check = clockFault}, "when it begins: \"01:30\"");
  fields.text("to", to, {.required = true, .check = clockFault},
              "when it ends; at or before from it is on the next day");
  fields.text("time_zone", zone, {.check = zoneFault}, "whose clocks are meant");
  times.from = parseClock(from).value_or(core::Duration::zero());
  times.to = parseClock(to).value_or(core::Duration::zero());
  times.zone = zoneNamed(zone).value_or(core::Zone());
  if (times.from == std::chrono::hours(24)) {
    fields.fail("from", "24:00 is the end of a day (write 00:00, and the day after)");
  }
}

}  // namespace

void readWindows(Fields& top, engine::Setup& setup) {
  Names remedies;
  for (const engine::RemedySpec& remedy : setup.remedies) {
    remedies.emplace(remedy.name, remedies.size());
  }
  TakenNames windows;
  top.sections("windows", {.empty_allowed = true},
               "weekly times of maintenance, in which remedies are paused", [&](Fields& fields) {
                 engine::WindowSpec window;
                 readName(fields, window.name, windows, "its name, unique among the windows");
                 readTimes(fields, window.times);
                 fields.texts("remedies", window.remedies, {},
                              "what is paused; absent: all of them, and permits");
                 fields.text("reason", window.reason, {}, "shown while it holds");
                 if (window.reason.empty()) window.reason = "maintenance window " + window.name;
                 std::vector<std::string> meant;
                 for (const std::string& name : window.remedies) {
                   const auto members = engine::remediesNamed(setup, name);
                   if (members.empty()) {
                     fields.unknownName("remedies", "remedies", name,
                                        missing("remedy", name, remedies));
                   }
                   meant.insert(meant.end(), members.begin(), members.end());
                 }
                 window.remedies = std::move(meant);
                 setup.windows.push_back(std::move(window));
               });
}

}  // namespace heald::config
