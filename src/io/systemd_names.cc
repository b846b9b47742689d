#include <algorithm>
#include <array>

#include "io/systemd.h"

namespace heald::io {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::array<std::string_view, 11> kSuffixes = {
    ".service", ".socket", ".target", ".device", ".mount", ".automount",
    ".swap",    ".timer",  ".path",   ".slice",  ".scope"};

bool hasSuffix(const std::string& unit) {
  return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [&](std::string_view suffix) { return unit.ends_with(suffix); });
}

bool allowed(char c) {
  const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alnum || std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

}  // namespace

std::string unitName(const std::string& unit) {
  return hasSuffix(unit) ? unit : unit + ".service";
}

std::string unitProblem(const std::string& unit) {
  const std::string name = unitName(unit);
  const bool plain = std::all_of(unit.begin(), unit.end(), allowed);
  if (!plain || name.size() > kLongestName || name.starts_with('.') || name.starts_with('@')) {
    return "is not the name of a unit (examples: nginx.service, worker@3.service)";
  }
  if (name.find("@.") != std::string::npos) {
    return "is a template (a unit made of it is needed; example: worker@3.service)";
  }
  return "";
}

std::string busProblem(const std::string& address) {
  for (std::size_t at = 0; at <= address.size();) {
    if (address.compare(at, 5, "unix:") != 0) {
      return "is not the address of a bus on this machine (example: "
             "unix:path=/run/dbus/system_bus_socket)";
    }
    const auto next = address.find(';', at);
    at = next == std::string::npos ? address.size() + 1 : next + 1;
  }
  return "";
}

std::string unitStateText(const UnitState& state) {
  if (state.load == "not-found") return "no such unit";
  const bool failed = state.active == "failed" && !state.result.empty();
  std::string text = state.active + " (" + (failed ? state.result : state.sub) + ")";
  if (state.sub == "auto-restart" && !state.result.empty()) text += " after " + state.result;
  if (state.load != "loaded") text += ", " + state.load;
  return text;
}

}  // namespace heald::io
