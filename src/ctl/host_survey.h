#pragma once

#include <string>
#include <vector>

namespace heald::ctl {

// A service of systemd that is started with the machine.
struct FoundService {
  std::string unit;      // "nginx.service"
  bool running = false;  // it has a process now
};

// A TCP port of this machine that a program listens on.
struct FoundPort {
  std::string address;  // how it is reached from here: "127.0.0.1:8080", "[::1]:9090"
  int port = 0;
  std::string program;  // "nginx"; "": cannot be seen by who asks
};

// What a first configuration could watch here. Each list in the order of names, without heald's
// own.
struct Host {
  std::vector<FoundService> services;
  std::vector<FoundPort> ports;
  std::vector<std::string> plugins;     // Nagios plugins that this machine's people have put there
  std::vector<std::string> prometheus;  // addresses of one: "http://127.0.0.1:9090"
};

// Looks at /etc/systemd, /proc, /sys and the folders of plugins below `root` ("" is the machine's
// own). Changes nothing, starts nothing and asks nobody; what cannot be read is not there.
Host surveyHost(const std::string& root);

}  // namespace heald::ctl
