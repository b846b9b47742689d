#include "process/spawn.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace heald::process {
namespace {

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
  if (spec.run_as) {
    setVariable(environment, "HOME", spec.run_as->home);
    setVariable(environment, "USER", spec.run_as->name);
    setVariable(environment, "LOGNAME", spec.run_as->name);
  }
  for (const auto& [name, value] : spec.environment) setVariable(environment, name, value);
  const std::size_t equals = run_mark.find('=');
  setVariable(environment, run_mark.substr(0, equals), run_mark.substr(equals + 1));
  return environment;
}

// Takes pieces of a block of memory, one after the other.
class Block {
 public:
  Block(char* memory, std::size_t size) : next_(memory), left_(size) {}

  // nullptr when there is no room.
  char* take(const void* bytes, std::size_t size) {
    const std::size_t whole = (size + alignof(char*) - 1) & ~(alignof(char*) - 1);
    if (whole > left_) return nullptr;
    char* piece = next_;
    if (size > 0) std::memcpy(piece, bytes, size);
    next_ += whole;
    left_ -= whole;
    return piece;
  }
  char* take(const char* text) { return take(text, std::strlen(text) + 1); }
  // A list of texts that ends with a nullptr.
  char** take(const std::vector<char*>& list) {
    auto** copy = reinterpret_cast<char**>(take(list.data(), list.size() * sizeof(char*)));
    for (std::size_t i = 0; copy && i + 1 < list.size(); ++i) {
      copy[i] = take(list[i]);
      if (!copy[i]) return nullptr;
    }
    return copy;
  }

 private:
  char* next_;
  std::size_t left_;
};

struct Start {
  const Launch& launch;
  const int output;
  volatile LaunchFailure& failure;
};

// The calls themselves: the C library's functions would have every thread of the process change its
// user, and this one may still share its memory with its parent. What root may do is dropped even
// where the system is told to keep it (SECBIT_NO_SETUID_FIXUP).
bool becomeUser(const Launch& launch, int output) {
  // So that it can open /dev/stderr; without it only that fails.
  (void)!fchown(output, launch.uid, launch.gid);
  if (syscall(SYS_setgroups, launch.group_count, launch.groups) != 0) return false;
  if (syscall(SYS_setresgid, launch.gid, launch.gid, launch.gid) != 0) return false;
  if (syscall(SYS_setresuid, launch.uid, launch.uid, launch.uid) != 0) return false;
  if (launch.uid == 0) return true;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

void leaveSession(int output) {
  setsid();
  dup2(output, 1);
}

// In the child; it may share the memory of its parent, which waits for the exec. The sanitizers
// have no place here: to them the two are one thread.
__attribute__((no_sanitize("address", "thread", "undefined"))) int becomeCommand(void* argument) {
  const Start& start = *static_cast<const Start*>(argument);
  const Launch& launch = start.launch;
  if (!launch.foreground) leaveSession(start.output);
  dup2(start.output, 2);
  LaunchFailure::Step step = LaunchFailure::kUser;
  if (!launch.becomes_user || becomeUser(launch, 2)) {
    step = LaunchFailure::kDirectory;
    if (!launch.directory || chdir(launch.directory) == 0) {
      step = LaunchFailure::kProgram;
      close_range(3, ~0U, 0);
      sigset_t none;
      sigemptyset(&none);
      sigprocmask(SIG_SETMASK, &none, nullptr);
      execve(launch.path, launch.argv, launch.envp);
    }
  }
  start.failure.error = errno;
  start.failure.step = step;
  _exit(127);
}

}  // namespace

std::string findProgram(const std::string& name, std::string_view rest, int& error) {
  error = 0;
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

// Another user could send a signal to a child that is his already and that still shares this
// process's memory and wait: such a child gets a copy.
pid_t startCommand(const Launch& launch, int output, volatile LaunchFailure& failure) {
  alignas(16) static char stack[64 * 1024];
  failure.step = LaunchFailure::kNone;
  failure.error = 0;
  Start start{launch, output, failure};
  const int flags = launch.becomes_user ? SIGCHLD : CLONE_VM | CLONE_VFORK | SIGCHLD;
  const pid_t pid = clone(becomeCommand, stack + sizeof stack, flags, &start);
  if (pid < 0) {
    failure.error = errno;
    failure.step = LaunchFailure::kFork;
  }
  return pid < 0 ? 0 : pid;
}

SpawnPlan::SpawnPlan(const ProcessSpec& spec, const std::string& run_mark)
    : path_(findProgram(spec.command.front(), pathFor(spec), error_)),
      directory_(spec.working_directory),
      environment_(spec.foreground ? ownEnvironment(spec) : cleanEnvironment(spec, run_mark)) {
  for (const auto& word : spec.command) argv_.push_back(const_cast<char*>(word.c_str()));
  for (const auto& entry : environment_) envp_.push_back(const_cast<char*>(entry.c_str()));
  argv_.push_back(nullptr);
  envp_.push_back(nullptr);
  launch_.path = path_.c_str();
  launch_.argv = argv_.data();
  launch_.envp = envp_.data();
  launch_.directory = spec.foreground ? nullptr : directory_.c_str();
  launch_.foreground = spec.foreground;
  if (!spec.run_as || geteuid() != 0) return;
  groups_ = spec.run_as->groups;
  launch_.becomes_user = true;
  launch_.uid = spec.run_as->uid;
  launch_.gid = spec.run_as->gid;
  launch_.groups = groups_.data();
  launch_.group_count = groups_.size();
}

bool SpawnPlan::copyTo(Launch& copy, char* memory, std::size_t size) const {
  Block block(memory, size);
  copy = launch_;
  copy.path = block.take(launch_.path);
  copy.argv = block.take(argv_);
  copy.envp = block.take(envp_);
  copy.directory = launch_.directory ? block.take(launch_.directory) : nullptr;
  copy.groups =
      reinterpret_cast<const gid_t*>(block.take(groups_.data(), groups_.size() * sizeof(gid_t)));
  return copy.path && copy.argv && copy.envp && copy.groups &&
         (copy.directory || !launch_.directory);
}

}  // namespace heald::process
