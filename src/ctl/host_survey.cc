#include "ctl/host_survey.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

namespace heald::ctl {
namespace {

namespace fs = std::filesystem;

// What belongs to the system itself: systemd looks after it, or it only runs once.
constexpr std::array kOfTheSystem = {
    std::string_view("heald"),   std::string_view("systemd-"),  std::string_view("getty"),
    std::string_view("e2scrub"), std::string_view("apt-"),      std::string_view("dpkg-"),
    std::string_view("console"), std::string_view("keyboard-"), std::string_view("networking"),
    std::string_view("cloud-"),  std::string_view("grub-"),     std::string_view("remote-fs")};

std::vector<fs::path> entriesOf(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    entries.push_back(at->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool ofTheSystem(const std::string& unit) {
  return std::any_of(kOfTheSystem.begin(), kOfTheSystem.end(),
                     [&](std::string_view prefix) { return unit.starts_with(prefix); });
}

std::string firstWordOf(const fs::path& file) {
  std::ifstream in(file);
  std::string word;
  in >> word;
  return word;
}

bool hasProcess(const std::string& root, const std::string& unit) {
  const fs::path group = root + "/sys/fs/cgroup/system.slice/" + unit;
  return !firstWordOf(group / "cgroup.procs").empty();
}

std::vector<FoundService> servicesOf(const std::string& root) {
  std::set<std::string> units;
  for (const char* target : {"multi-user", "graphical", "default"}) {
    const std::string folder = root + "/etc/systemd/system/" + target + ".target.wants";
    for (const fs::path& entry : entriesOf(folder)) {
      const std::string unit = entry.filename();
      if (unit.ends_with(".service") && !ofTheSystem(unit)) units.insert(unit);
    }
  }
  std::vector<FoundService> services;
  for (const std::string& unit : units) services.push_back({unit, hasProcess(root, unit)});
  return services;
}

// Sockets by their inode, to the name of a program that has them open.
std::map<std::string, std::string> programsOfSockets(const std::string& root) {
  constexpr std::string_view kSocket = "socket:[";
  std::map<std::string, std::string> programs;
  for (const fs::path& process : entriesOf(root + "/proc")) {
    const std::string pid = process.filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    for (const fs::path& descriptor : entriesOf(process / "fd")) {
      std::error_code error;
      const std::string target = fs::read_symlink(descriptor, error);
      if (error || !target.starts_with(kSocket)) continue;
      programs[target.substr(kSocket.size(), target.size() - kSocket.size() - 1)] =
          firstWordOf(process / "comm");
    }
  }
  return programs;
}

// "0100007F:1F90" of /proc/net/tcp: the words of an address are little-endian. Only what is
// reached from here by a loopback address; "" for others.
std::string loopbackOf(const std::string& address) {
  if (address == "00000000" || address == "0100007F") return "127.0.0.1";
  const bool any = address.find_first_not_of('0') == std::string::npos;
  if (any) return "127.0.0.1";  // [::] takes IPv4 as well, unless it was told otherwise
  return address == "00000000000000000000000001000000" ? "[::1]" : "";
}

std::vector<FoundPort> portsOf(const std::string& root) {
  constexpr std::string_view kListen = "0A";
  constexpr std::array kOwn = {3001, 9469};
  const auto programs = programsOfSockets(root);
  std::map<int, FoundPort> ports;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(root + table);
    std::string line;
    std::getline(in, line);  // titles
    while (std::getline(in, line)) {
      std::istringstream columns(line);
      std::string number, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
      columns >> number >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
          timeout >> inode;
      const auto colon = local.find(':');
      if (state != kListen || colon == std::string::npos) continue;
      const std::string host = loopbackOf(local.substr(0, colon));
      const int port = static_cast<int>(std::strtol(local.c_str() + colon + 1, nullptr, 16));
      if (host.empty() || std::find(kOwn.begin(), kOwn.end(), port) != kOwn.end()) continue;
      const auto program = programs.find(inode);
      ports.try_emplace(port, FoundPort{host + ":" + std::to_string(port), port,
                                        program == programs.end() ? "" : program->second});
    }
  }
  std::vector<FoundPort> list;
  for (const auto& [port, found] : ports) list.push_back(found);
  return list;
}

// Those of packages need arguments that only a human knows; those here were made for this machine.
std::vector<std::string> pluginsOf(const std::string& root) {
  std::vector<std::string> plugins;
  for (const char* folder : {"/usr/local/lib/nagios/plugins", "/usr/local/nagios/libexec"}) {
    for (const fs::path& entry : entriesOf(root + folder)) {
      const std::string name = entry.filename();
      if (!name.starts_with("check_") || access(entry.c_str(), X_OK) != 0) continue;
      plugins.push_back(std::string(folder) + "/" + name);
    }
  }
  return plugins;
}

}  // namespace

Host surveyHost(const std::string& root) {
  Host host{servicesOf(root), portsOf(root), pluginsOf(root), {}};
  for (const FoundPort& port : host.ports) {
    if (port.program.starts_with("prometheus") || (port.port == 9090 && port.program.empty())) {
      host.prometheus.push_back("http://" + port.address);
    }
  }
  return host;
}

}  // namespace heald::ctl
