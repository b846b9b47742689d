#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/listen_address.h"
#include "heald/result.h"
#include "io/fd.h"

namespace heald::app {

// A listening socket that systemd has opened for heald (systemd.socket(5)).
struct InheritedSocket {
  std::string plane;  // "control" or "metrics", by FileDescriptorName=
  io::UniqueFd socket;
  std::optional<config::ListenAddress> address;  // of TCP
  std::string path;                              // of a Unix socket
};

// All that there are, by LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, which are taken out of the
// environment: commands are not to see them. An Error names the one that has no such name, or is no
// listening socket. Once in a process, before its second thread.
Result<std::vector<InheritedSocket>> inheritedSockets();

}  // namespace heald::app
