#include "support/descendants.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>

namespace heald::test {
namespace {

// A process may end while it is read about: then there is nothing.
std::string contentOf(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string content;
  char chunk[4096];
  for (ssize_t size = 0; file >= 0 && (size = ::read(file, chunk, sizeof chunk)) > 0;) {
    content.append(chunk, static_cast<std::size_t>(size));
  }
  if (file >= 0) ::close(file);
  return content;
}

std::string commandLineOf(pid_t pid) {
  std::string line = contentOf("/proc/" + std::to_string(pid) + "/cmdline");
  std::replace(line.begin(), line.end(), '\0', ' ');
  return line;
}

// The name in /proc/PID/stat stands in brackets and may hold anything.
std::optional<Process> processOf(pid_t pid) {
  const std::string stat = contentOf("/proc/" + std::to_string(pid) + "/stat");
  const auto bracket = stat.rfind(')');
  if (bracket == std::string::npos) return std::nullopt;
  Process process;
  process.pid = pid;
  std::istringstream(stat.substr(bracket + 1)) >> process.state >> process.parent;
  return process;
}

std::vector<Process> allProcesses() {
  std::vector<Process> all;
  DIR* folder = ::opendir("/proc");
  while (const dirent* entry = ::readdir(folder)) {
    const pid_t pid = std::atoi(entry->d_name);
    if (pid <= 0) continue;
    if (auto process = processOf(pid)) all.push_back(*process);
  }
  ::closedir(folder);
  return all;
}

bool dead(const Process& process) {
  return process.state == 'Z' || process.state == 'X';
}

}  // namespace

void adoptOrphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

std::vector<Process> descendantsOf(pid_t root) {
  const std::vector<Process> all = allProcesses();
  std::vector<pid_t> parents = {root};
  std::vector<Process> found;
  for (std::size_t i = 0; i < parents.size(); ++i) {
    for (const Process& process : all) {
      if (process.parent != parents[i]) continue;
      parents.push_back(process.pid);
      if (!dead(process)) found.push_back(process);
    }
  }
  for (Process& process : found) process.command = commandLineOf(process.pid);
  return found;
}

std::string toString(const std::vector<Process>& processes) {
  std::string text;
  for (const Process& process : processes) {
    text += (text.empty() ? "" : ", ") + std::to_string(process.pid) + " " + process.command;
  }
  return text;
}

bool isAlive(pid_t pid) {
  const auto process = processOf(pid);
  return process && !dead(*process);
}

void reapOrphans(const std::set<pid_t>& awaited) {
  for (const Process& process : allProcesses()) {
    if (process.parent == ::getpid() && dead(process) && !awaited.contains(process.pid)) {
      ::waitpid(process.pid, nullptr, WNOHANG);
    }
  }
}

}  // namespace heald::test
