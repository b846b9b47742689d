#include "io/systemd.h"

// A build without libsystemd.
namespace heald::io {
namespace {

constexpr const char* kAbsent = "this heald was built without libsystemd";

}  // namespace

bool systemdSupported() {
  return false;
}

UnitLook lookAtUnit(const SystemdPlace&, const std::string&, core::Duration, const CancelToken&) {
  return {UnitEnd::kUnavailable, kAbsent, {}};
}

UnitReport runUnitJob(const UnitOrder&, const CancelToken&) {
  UnitReport report;
  report.error = kAbsent;
  return report;
}

}  // namespace heald::io
