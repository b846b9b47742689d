#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace heald::test {

// A folder that looks like /proc, with process 1 in it.
class FakeProc {
 public:
  struct Process {
    pid_t pid = 0;
    pid_t parent = 1;
    pid_t session = 0;
    std::vector<std::string> arguments = {};
    std::string name = "sleep";
    char state = 'S';
    std::uint64_t started = 100;
    std::uint64_t cpu_ticks = 0;
    std::uint64_t pages = 1;
    std::vector<std::string> environment = {};
  };

  FakeProc() { add({.pid = 1, .parent = 0, .session = 1, .arguments = {"/sbin/init"}}); }

  const std::string& path() const { return dir_.path(); }
  // Adds it, or makes it what it is now.
  void add(const Process& p) const {
    const std::string folder = std::to_string(p.pid);
    std::filesystem::create_directories(dir_.file(folder));
    dir_.write(folder + "/stat", folder + " (" + p.name + ") " + p.state + " " +
                                     std::to_string(p.parent) + " 7 " + std::to_string(p.session) +
                                     " 0 -1 4194304 1 2 3 4 " + std::to_string(p.cpu_ticks) +
                                     " 0 0 0 20 0 1 0 " + std::to_string(p.started) + " 4096 " +
                                     std::to_string(p.pages) + " 18446744073709551615 1 1\n");
    dir_.write(folder + "/cmdline", terminated(p.arguments));
    dir_.write(folder + "/environ", terminated(p.environment));
  }
  void remove(pid_t pid) const { std::filesystem::remove_all(dir_.file(std::to_string(pid))); }

 private:
  static std::string terminated(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += text + '\0';
    return all;
  }

  TempDir dir_;
};

}  // namespace heald::test
