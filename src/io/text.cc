#include "io/text.h"

#include <array>
#include <cstdio>

namespace heald::io {
namespace {

struct Unit {
  core::Duration size;
  const char* name;
};
constexpr std::array<Unit, 4> kUnits = {{{std::chrono::hours(1), "h"},
                                         {std::chrono::minutes(1), "m"},
                                         {std::chrono::seconds(1), "s"},
                                         {std::chrono::milliseconds(1), "ms"}}};

}  // namespace

std::string shortDuration(core::Duration duration) {
  for (const auto& [size, name] : kUnits) {
    if (duration >= size && duration % size == core::Duration::zero()) {
      return std::to_string(duration / size) + name;
    }
  }
  char text[32];
  const double seconds = std::chrono::duration<double>(duration).count();
  std::snprintf(text, sizeof text, "%.4gs", seconds);
  return text;
}

}  // namespace heald::io
