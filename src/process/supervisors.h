#pragma once

#include <sys/wait.h>

#include <memory>
#include <mutex>
#include <vector>

#include "io/fd.h"
#include "process/children.h"
#include "process/spawn.h"
#include "process/supervisor.h"

namespace heald::process {

// A supervisor, seen from heald: its process, and the line to it. One run, and one thread, at a
// time. It ends with this object, and with it whatever it still runs.
class SupervisorProcess {
 public:
  SupervisorProcess() = default;
  SupervisorProcess(const SupervisorProcess&) = delete;
  SupervisorProcess& operator=(const SupervisorProcess&) = delete;
  ~SupervisorProcess();

  // Forks it. 0, or errno.
  int start();
  const std::string& mark() const { return run_.mark(); }
  pid_t pid() const { return pid_; }
  // Readable when the report of the run has come, or when the supervisor is gone.
  int line() const { return line_.get(); }
  // Readable when it is gone.
  int pidfd() const { return pidfd_.get(); }

  // Hands it a run; 0, or errno: EPIPE when it is gone, E2BIG when the command is too long.
  int begin(const SpawnPlan& plan, const RunOrder& order, int output);
  // The tree is to end at once; the report comes then. The last run of this one.
  void cancel();
  // False when there is none: it is gone, or not done.
  bool readReport(SupervisorReport& report);
  void kill();
  // Buries it and tells how it has died; waits until it has.
  siginfo_t bury();

 private:
  ChildRegister::Run run_;  // no stray, as long as it lives
  SharedRun* shared_ = nullptr;
  io::UniqueFd line_;
  io::UniqueFd pidfd_;
  pid_t pid_ = 0;
};

// Those that serve no run at this moment. Thread-safe; one for the process, and of no use to a
// child forked from it, which makes its own.
class IdleSupervisors {
 public:
  static IdleSupervisors& ofThisProcess();

  // One that waits for a run, or nullptr.
  std::unique_ptr<SupervisorProcess> take();
  void giveBack(std::unique_ptr<SupervisorProcess> supervisor);
  void end();

 private:
  IdleSupervisors();
  ~IdleSupervisors();
  // Of the process that this one was forked from: not its children, and not to be ended by it.
  void forgetThoseOfParent();

  std::mutex mutex_;
  pid_t owner_ = 0;
  std::vector<std::unique_ptr<SupervisorProcess>> idle_;
};

}  // namespace heald::process
