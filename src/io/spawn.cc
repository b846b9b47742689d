#include "io/spawn.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace heald::io {
namespace {

// The program's path, or errno in `error`.
std::string findProgram(const std::string& name, std::string_view rest, int& error) {
  if (name.find('/') != std::string::npos) return name;
  error = ENOENT;
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    std::string path = std::string(rest.substr(0, colon)) + "/" + name;
    rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (access(path.c_str(), X_OK) == 0) {
      error = 0;
      return path;
    }
    error = EACCES;
  }
  return name;
}

void setVariable(std::vector<std::string>& environment, const std::string& name,
                 const std::string& value) {
  const std::string prefix = name + "=";
  std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(prefix); });
  environment.push_back(prefix + value);
}

std::string_view pathFor(const ProcessSpec& spec) {
  const char* own = spec.foreground ? std::getenv("PATH") : nullptr;
  return own != nullptr ? own : kProcessPath;
}

std::vector<std::string> ownEnvironment(const ProcessSpec& spec) {
  std::vector<std::string> environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    environment.emplace_back(*entry);
  }
  for (const auto& [name, value] : spec.environment) setVariable(environment, name, value);
  return environment;
}

std::vector<std::string> cleanEnvironment(const ProcessSpec& spec, const std::string& run_mark) {
  std::vector<std::string> environment = {std::string("PATH=") + kProcessPath, "LANG=C.UTF-8"};
  if (const char* home = std::getenv("HOME")) setVariable(environment, "HOME", home);
  for (const auto& [name, value] : spec.environment) setVariable(environment, name, value);
  environment.push_back(run_mark);
  return environment;
}

}  // namespace

SpawnPlan::SpawnPlan(const ProcessSpec& spec, const std::string& run_mark, int output)
    : path_(findProgram(spec.command.front(), pathFor(spec), error_)),
      environment_(spec.foreground ? ownEnvironment(spec) : cleanEnvironment(spec, run_mark)) {
  for (const auto& word : spec.command) argv_.push_back(const_cast<char*>(word.c_str()));
  for (const auto& entry : environment_) envp_.push_back(const_cast<char*>(entry.c_str()));
  argv_.push_back(nullptr);
  envp_.push_back(nullptr);
  if (spec.foreground) {
    buildForeground(output);
  } else {
    buildActions(spec, output);
    buildAttributes();
  }
}

SpawnPlan::~SpawnPlan() {
  posix_spawn_file_actions_destroy(&actions_);
  posix_spawnattr_destroy(&attributes_);
}

void SpawnPlan::buildActions(const ProcessSpec& spec, int output) {
  posix_spawn_file_actions_init(&actions_);
  const int failures[] = {
      posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0),
      posix_spawn_file_actions_adddup2(&actions_, output, 1),
      posix_spawn_file_actions_adddup2(&actions_, output, 2),
      posix_spawn_file_actions_addchdir_np(&actions_, spec.working_directory.c_str()),
      posix_spawn_file_actions_addclosefrom_np(&actions_, 3),
  };
  for (const int failure : failures) {
    if (error_ == 0) error_ = failure;
  }
}

void SpawnPlan::buildForeground(int output) {
  posix_spawn_file_actions_init(&actions_);
  const int failure = posix_spawn_file_actions_adddup2(&actions_, output, 2);
  const int other = posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
  if (error_ == 0) error_ = failure != 0 ? failure : other;
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_init(&attributes_);
  posix_spawnattr_setsigmask(&attributes_, &none);
  posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
}

void SpawnPlan::buildAttributes() {
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_init(&attributes_);
  posix_spawnattr_setsigdefault(&attributes_, &all);
  posix_spawnattr_setsigmask(&attributes_, &none);
  posix_spawnattr_setflags(&attributes_,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int SpawnPlan::spawn(pid_t& pid) const {
  return posix_spawn(&pid, path_.c_str(), &actions_, &attributes_, argv_.data(), envp_.data());
}

}  // namespace heald::io
