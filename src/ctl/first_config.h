#pragma once

#include <string>
#include <vector>

namespace heald::ctl {

// What a first configuration watches: units, addresses (host:port), commands of one word (Nagios
// plugins), addresses of Prometheus. Disk, memory and load are always watched.
struct FirstConfig {
  std::vector<std::string> services;
  std::vector<std::string> addresses;
  std::vector<std::string> plugins;
  std::vector<std::string> prometheus;
};

// A small commented heald.yml in observe mode. A service gets a remedy that restarts it; everything
// else is only watched.
std::string firstConfigText(const FirstConfig& config);

}  // namespace heald::ctl
