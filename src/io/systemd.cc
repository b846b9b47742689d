#include "io/systemd.h"

#include <cctype>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "io/bus.h"
#include "io/text.h"
#include "io/uri.h"

namespace heald::io {
namespace {

constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";

// As an address has it (D-Bus specification, "Server Addresses").
std::string escaped(const std::string& path) {
  return percentEncode(path, "-_/.\\*");
}

// "" when there is none.
std::string addressOf(const SystemdPlace& place) {
  if (!place.bus.empty()) return place.bus;
  const char* named =
      std::getenv(place.user ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS");
  if (named && *named) return named;
  if (!place.user) return "unix:path=/run/dbus/system_bus_socket";
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  return folder && *folder ? "unix:path=" + escaped(folder) + "/bus" : "";
}

Bus::Outcome openAt(Bus& bus, const SystemdPlace& place) {
  const std::string address = addressOf(place);
  if (address.empty()) {
    return {UnitEnd::kUnavailable,
            "no D-Bus: neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set"};
  }
  const std::string problem = busProblem(address);
  if (!problem.empty()) {
    return {UnitEnd::kUnavailable, oneLine("no D-Bus: \"" + address + "\" " + problem)};
  }
  return bus.open(address);
}

bool readText(sd_bus_message* message, std::string& text) {
  const char* value = nullptr;
  if (sd_bus_message_read(message, "v", "s", &value) < 0) return false;
  text = oneLine(value, 64);
  return true;
}

bool readBytes(sd_bus_message* message, std::string& text) {
  const void* bytes = nullptr;
  std::size_t size = 0;
  if (sd_bus_message_enter_container(message, 'v', "ay") < 0) return false;
  if (sd_bus_message_read_array(message, 'y', &bytes, &size) < 0) return false;
  text.assign(static_cast<const char*>(bytes), size);
  return sd_bus_message_exit_container(message) >= 0;
}

bool readProperty(sd_bus_message* message, UnitState& state) {
  const char* name = nullptr;
  if (sd_bus_message_read(message, "s", &name) < 0) return false;
  const std::pair<std::string_view, std::string*> texts[] = {{"LoadState", &state.load},
                                                             {"ActiveState", &state.active},
                                                             {"SubState", &state.sub},
                                                             {"Result", &state.result},
                                                             {"Type", &state.type}};
  for (const auto& [known, text] : texts) {
    if (name == known) return readText(message, *text);
  }
  if (std::string_view(name) == "InvocationID") return readBytes(message, state.invocation);
  return sd_bus_message_skip(message, "v") >= 0;
}

bool readState(sd_bus_message* message, UnitState& state) {
  if (sd_bus_message_enter_container(message, 'a', "{sv}") < 0) return false;
  while (sd_bus_message_enter_container(message, 'e', "sv") > 0) {
    if (!readProperty(message, state)) return false;
    if (sd_bus_message_exit_container(message) < 0) return false;
  }
  return !state.load.empty() && !state.active.empty();
}

// The path of a unit that is not loaded makes systemd load it.
Bus::Outcome look(Bus& bus, const std::string& unit, UnitState& state) {
  char* path = nullptr;
  if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path) < 0) {
    return {UnitEnd::kUnavailable, "no memory"};
  }
  const std::string object = path;
  std::free(path);
  return bus.call(
      object, kProperties, "GetAll",
      [](sd_bus_message* message) { return sd_bus_message_append(message, "s", ""); },
      [&](sd_bus_message* message) { return readState(message, state); });
}

using Ended = std::vector<std::pair<std::string, std::string>>;  // jobs with their results

bool noteEnd(sd_bus_message* message, Ended& ended) {
  std::uint32_t id = 0;
  const char *job = nullptr, *unit = nullptr, *result = nullptr;
  if (sd_bus_message_read(message, "uoss", &id, &job, &unit, &result) < 0) return false;
  ended.emplace_back(job, oneLine(result, 64));
  return true;
}

const char* methodOf(const std::string& action) {
  if (action == "start") return "StartUnit";
  if (action == "stop") return "StopUnit";
  return action == "reload" ? "ReloadUnit" : "RestartUnit";
}

Bus::Outcome askForJob(Bus& bus, const UnitOrder& order, std::string& job) {
  return bus.call(
      kManagerPath, kManager, methodOf(order.action),
      [&](sd_bus_message* message) {
        return sd_bus_message_append(message, "ss", order.unit.c_str(), "replace");
      },
      [&](sd_bus_message* message) {
        const char* path = nullptr;
        if (sd_bus_message_read(message, "o", &path) < 0) return false;
        job = path;
        return true;
      });
}

Bus::Outcome runJob(Bus& bus, const UnitOrder& order, std::string& result) {
  const auto ended = std::make_shared<Ended>();  // shared with a reader that outlives this call
  std::string job;
  const auto nothing = [](sd_bus_message*) { return 0; };
  // Without a subscriber systemd keeps the ends of jobs to itself.
  Bus::Outcome outcome = bus.listen(kManagerPath, kManager, "JobRemoved",
                                    [ended](sd_bus_message* m) { return noteEnd(m, *ended); });
  if (outcome) {
    outcome = bus.call(kManagerPath, kManager, "Subscribe", nothing,
                       [](sd_bus_message*) { return true; });
  }
  if (outcome) outcome = askForJob(bus, order, job);
  if (!outcome) return outcome;
  outcome = bus.await([&] {
    for (const auto& [path, how] : *ended) {
      if (path == job) result = how;
    }
    return !result.empty();
  });
  if (outcome.end == UnitEnd::kTimeout) {
    outcome.error = "systemd has not finished the job after " + shortDuration(order.timeout) +
                    ", and goes on with it";
  }
  return outcome;
}

Bus::Outcome run(Bus& bus, const UnitOrder& order, UnitReport& report) {
  Bus::Outcome outcome = openAt(bus, order.place);
  if (outcome) outcome = runJob(bus, order, report.job);
  if (!outcome || report.job != "done") return outcome;
  outcome = look(bus, order.unit, report.at_once);
  if (outcome) outcome = bus.pass(order.settle);
  if (outcome) outcome = look(bus, order.unit, report.settled);
  return outcome;
}

}  // namespace

bool systemdSupported() {
  return true;
}

UnitLook lookAtUnit(const SystemdPlace& place, const std::string& unit, core::Duration timeout,
                    const CancelToken& cancel) {
  UnitLook result;
  Bus bus(timeout, cancel);
  Bus::Outcome outcome = openAt(bus, place);
  if (outcome) outcome = look(bus, unit, result.state);
  result.end = outcome.end;
  result.error = outcome.error;
  return result;
}

UnitReport runUnitJob(const UnitOrder& order, const CancelToken& cancel) {
  UnitReport report;
  Bus bus(order.timeout, cancel);
  const Bus::Outcome outcome = run(bus, order, report);
  report.end = outcome.end;
  report.error = outcome.error;
  return report;
}

}  // namespace heald::io
