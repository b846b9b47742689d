#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "io/fd.h"
#include "process/pidfd.h"
#include "support/temp_dir.h"

namespace heald::test {

// A service that starts workers, and loses some of them: they stay behind as orphans. The program
// of the workers has a name of its own, so that they can be told from all other processes of the
// machine. None outlives this object.
class LeakyService {
 public:
  // `ignoring` is a signal that the workers ignore.
  explicit LeakyService(int ignoring = 0) : ignoring_(ignoring) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // what is left behind is this process's to bury
    static std::atomic<int> services = 0;
    program_ = dir_.file("wk" + std::to_string(::getpid()) + "." + std::to_string(++services));
    std::filesystem::copy_file("/bin/sleep", program_);
  }
  LeakyService(const LeakyService&) = delete;
  LeakyService& operator=(const LeakyService&) = delete;
  ~LeakyService() {
    for (const Worker& worker : workers_) {
      ::pidfd_send_signal(worker.pidfd.get(), SIGKILL, nullptr, 0);
      siginfo_t info{};
      process::waitPidfd(worker.pidfd.get(), &info, WEXITED);
    }
  }

  const std::string& program() const { return program_; }

  // Workers with a parent: this process.
  std::vector<pid_t> keep(int count) {
    return started([&](int report) { startWorkers(count, report); });
  }
  // Workers whose parent, the leader of their session, has ended.
  std::vector<pid_t> leak(int count) {
    return started([&](int report) {
      const pid_t parent = fork([&] {
        ::setsid();
        startWorkers(count, report);
        ::_exit(0);
      });
      ::waitpid(parent, nullptr, 0);
    });
  }

  bool isAlive(pid_t pid) const {
    for (const Worker& worker : workers_) {
      if (worker.pid == pid) return !hasEnded(worker);
    }
    return false;
  }
  int alive(const std::vector<pid_t>& pids) const {
    int count = 0;
    for (const pid_t pid : pids) count += isAlive(pid);
    return count;
  }

 private:
  struct Worker {
    pid_t pid;
    io::UniqueFd pidfd;
  };

  template <class Child>
  static pid_t fork(Child child) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    child();
    ::_exit(127);
  }
  void becomeWorker() const {
    if (ignoring_ != 0) ::signal(ignoring_, SIG_IGN);
    ::execl(program_.c_str(), program_.c_str(), "300", nullptr);
  }
  static bool hasEnded(const Worker& worker) {
    siginfo_t info{};
    return process::waitPidfd(worker.pidfd.get(), &info, WEXITED | WNOWAIT | WNOHANG) != 0 ||
           info.si_pid != 0;
  }
  void startWorkers(int count, int report) const {
    for (int i = 0; i < count; ++i) {
      const pid_t pid = fork([this] { becomeWorker(); });
      if (::write(report, &pid, sizeof pid) != sizeof pid) ::_exit(1);
    }
  }
  // The pids that `start` writes into a pipe. It ends when each of them has become a worker.
  template <class Start>
  std::vector<pid_t> started(Start start) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    start(ends[1]);
    ::close(ends[1]);
    std::vector<pid_t> pids;
    for (pid_t pid = 0; ::read(ends[0], &pid, sizeof pid) == sizeof pid;) {
      pids.push_back(pid);
      workers_.push_back({pid, io::UniqueFd(::pidfd_open(pid, 0))});
    }
    ::close(ends[0]);
    return pids;
  }

  TempDir dir_;
  std::string program_;
  const int ignoring_;
  std::vector<Worker> workers_;
};

}  // namespace heald::test
