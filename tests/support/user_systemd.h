#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/child.h"
#include "support/temp_dir.h"

namespace heald::test {

// A real systemd, `systemd --user`, with a D-Bus daemon of its own, in namespaces of its own and
// with a folder of its own; it and all that it has started end with the object. Needs root and the
// packages systemd and dbus. Declare the TestDaemon first.
class UserSystemd {
 public:
  // Units by their names; those of `started` are started with it. Names are best unique on the
  // machine: systemds that run at one time share the control groups.
  UserSystemd(const std::vector<std::pair<std::string, std::string>>& units,
              const std::string& started);

  UserSystemd(const UserSystemd&) = delete;
  UserSystemd& operator=(const UserSystemd&) = delete;
  ~UserSystemd();

  // Waits until it answers. "", or why there can be none here: a reason to skip.
  std::string problem();
  std::string bus() const { return "unix:path=" + dir_.file("run/bus"); }
  // The socket that needs no D-Bus daemon.
  std::string privateSocket() const { return "unix:path=" + dir_.file("run/systemd/private"); }
  // Whether `look` says so in a process of its own among those of the systemd: its private socket
  // serves no others.
  bool inside(const std::function<bool()>& look) const;
  // What systemd says of a unit.
  std::string property(const std::string& unit, const std::string& name) const;
  // Stops it as SIGSTOP does: it is there and does not answer. And goes on.
  void freeze() const;
  void thaw() const;
  void kill() { child_->kill(); }

 private:
  pid_t manager() const;

  const std::vector<std::pair<std::string, std::string>> units_;
  TempDir dir_;
  std::optional<Child> child_;
};

}  // namespace heald::test
