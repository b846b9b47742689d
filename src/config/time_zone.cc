#include "config/time_zone.h"

#include <absl/time/time.h>

namespace heald::config {
namespace {

core::WallTime wallOf(absl::Time time) {
  return core::WallTime(std::chrono::seconds(absl::ToUnixSeconds(time)));
}

}  // namespace

std::optional<core::Zone> zoneNamed(const std::string& name) {
  absl::TimeZone zone;
  // Names only: Abseil takes paths, too.
  const bool plain = !name.empty() && name.front() != '/' && name.find("..") == std::string::npos &&
                     name.find(':') == std::string::npos;
  if (!plain || !absl::LoadTimeZone(name, &zone)) return std::nullopt;
  const absl::Time begin = absl::FromUnixSeconds(1'577'836'800);  // 2020
  const absl::Time end = absl::FromUnixSeconds(4'102'444'800);    // 2100
  const auto offsetAt = [&](absl::Time time) { return std::chrono::seconds(zone.At(time).offset); };
  std::vector<core::Zone::Change> changes = {{wallOf(begin), offsetAt(begin)}};
  absl::TimeZone::CivilTransition change;
  for (absl::Time at = begin; zone.NextTransition(at, &change);) {
    at = absl::FromCivil(change.from, zone);
    if (at >= end) break;
    if (offsetAt(at) != changes.back().offset) changes.push_back({wallOf(at), offsetAt(at)});
  }
  return core::Zone(std::move(changes));
}

}  // namespace heald::config
