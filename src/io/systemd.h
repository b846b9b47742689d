#pragma once

#include <string>

#include "core/time.h"
#include "io/cancel.h"

namespace heald::io {

// Units of systemd, over D-Bus. Every call opens a connection of its own, waits at most its timeout
// whatever the other side does, and starts no process. It blocks: for workers. Thread-safe.

// Which systemd: the machine's, that of heald's user, or the one behind an address
// ("unix:path=/run/systemd/private" is the machine's own socket, for root, without a D-Bus daemon).
struct SystemdPlace {
  bool user = false;
  std::string bus;
};

// What systemd says of a unit; the words are its own.
struct UnitState {
  std::string load;        // loaded, not-found, masked, bad-setting, error
  std::string active;      // active, reloading, inactive, failed, activating, deactivating
  std::string sub;         // running, dead, exited, auto-restart …
  std::string result;      // of a service: success, exit-code, timeout …
  std::string type;        // of a service: simple, oneshot, notify …
  std::string invocation;  // another one after every start
};
// "active (running)", "failed (exit-code)", "inactive (dead), masked", "no such unit".
std::string unitStateText(const UnitState& state);

enum class UnitEnd {
  kDone,
  kRefused,  // systemd answered with an error
  kTimeout,  // no answer in time
  kCancelled,
  kUnavailable,  // no D-Bus, or no systemd behind it
};

struct UnitLook {
  UnitEnd end = UnitEnd::kUnavailable;
  std::string error;  // unless kDone; one line of valid UTF-8
  UnitState state;
};
UnitLook lookAtUnit(const SystemdPlace& place, const std::string& unit, core::Duration timeout,
                    const CancelToken& cancel);

struct UnitOrder {
  SystemdPlace place;
  std::string unit;
  std::string action = "restart";                    // restart, start, stop or reload
  core::Duration timeout = std::chrono::minutes(1);  // for all of it
  core::Duration settle = std::chrono::seconds(3);   // from the end of the job to the second look
};
struct UnitReport {
  UnitEnd end = UnitEnd::kUnavailable;
  std::string error;  // unless kDone
  std::string job;    // how its job ended: done, failed, timeout, canceled, dependency …
  UnitState at_once;  // when the job was done
  UnitState settled;  // and after `settle`; only of a job that is done
};
// Asks for a job and waits for its end. A job that has not ended in time is left to systemd, which
// has a time limit of its own for it.
UnitReport runUnitJob(const UnitOrder& order, const CancelToken& cancel);

// Whether heald was built with libsystemd. Without, every call is kUnavailable and says so.
bool systemdSupported();

// The full name: "nginx" is nginx.service.
std::string unitName(const std::string& unit);
// What is wrong with it ("is not the name of a unit …"), or "".
std::string unitProblem(const std::string& unit);
// Likewise for the address of a bus. Sockets of this machine alone: no host to look up, no program
// to start.
std::string busProblem(const std::string& address);

}  // namespace heald::io
