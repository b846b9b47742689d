#include "metrics/family.h"

namespace heald::metrics {

Family Families::begin(prometheus::MetricType type, std::string_view name, std::string_view help) {
  open(type, name, help);
  return {this, ++number_};
}

std::string Families::nameOf(std::string_view name) {
  return std::string(name.starts_with("process_") ? "" : "heald_").append(name);
}

double seconds(core::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}
double seconds(core::WallTime time) {
  return seconds(time.time_since_epoch());
}
double seconds(std::optional<core::WallTime> time) {
  return time ? seconds(*time) : 0;
}

}  // namespace heald::metrics
