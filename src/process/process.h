#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "io/cancel.h"
#include "io/user.h"

namespace heald::process {

// What to run, and how it ends. There is no shell anywhere: the command is a list.
struct ProcessSpec {
  // The program and its arguments. A program without '/' is looked up in kProcessPath, never in the
  // PATH of heald; one with '/' must be absolute.
  std::vector<std::string> command;
  // Added to the clean environment (PATH, LANG=C.UTF-8, HOME if heald has one); the last of two
  // with one name wins. Nothing else is inherited: no secret of heald's environment reaches a
  // command.
  std::vector<std::pair<std::string, std::string>> environment;
  std::string working_directory = "/";
  core::Duration timeout = std::chrono::seconds(10);
  // From TERM to KILL when the time is over or nobody waits any more.
  core::Duration kill_after = std::chrono::milliseconds(500);
  // The user that it becomes, with HOME, USER and LOGNAME; without, it is heald's. Shared by all
  // the runs of one command.
  std::shared_ptr<const io::RunAs> run_as = nullptr;
  // It may not run beyond runDeadline() (run_deadline.h): an action, which another replica may
  // start anew from then on.
  bool ends_with_lease = false;
  // For runForeground() alone: stdin, stdout, terminal, directory and environment are this
  // process's, and only stderr is taken; the program is looked up in this process's PATH.
  bool foreground = false;
  // Bytes of output kept, from the beginning; the rest is read and dropped.
  std::size_t output_limit = 64 * 1024;
};

inline constexpr const char* kProcessPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

enum class ProcessEnd { kExited, kSignaled, kTimeout, kCancelled, kNotStarted };

struct ProcessResult {
  ProcessEnd end = ProcessEnd::kNotStarted;
  // The exit code (kExited), the signal (kSignaled) or errno (kNotStarted).
  int code = 0;
  // One line of valid UTF-8: "exit code 3", "killed by signal SIGKILL", "timed out after 5s",
  // "cancelled", "cannot start /x: No such file or directory".
  std::string reason;
  // stdout and stderr together, in the order of arrival; bytes.
  std::string output;
  bool truncated = false;

  bool ok() const { return end == ProcessEnd::kExited && code == 0; }
};

// Runs a command to its end and returns when everything that it started is gone: children in its
// session, and descendants that forked twice, called setsid or ignore TERM. Leftovers of a command
// that ended by itself get TERM, and KILL 200 ms later: what is to stay belongs to a service
// manager. Blocks for at most timeout + kill_after + some seconds; call it from a worker. stdin is
// /dev/null; signals are at their defaults; no descriptor but 0, 1 and 2 is open. Any number may
// run at one time. Every failure, also of the system (EMFILE, ENOMEM, EAGAIN), is a result. Needs
// Linux 5.9 (pidfd, close_range).
//
// A small process of heald, a supervisor, stands between heald and the command. It enforces the
// timeout itself and ends the whole tree when heald dies, even by SIGKILL. It serves one run after
// the other, so that there are as many of them as runs were at one time, and a run costs no fork of
// heald. Makes this process a child subreaper, for what a supervisor that was killed leaves behind.
ProcessResult runProcess(const ProcessSpec& spec, const io::CancelToken& cancel);

// Ends the supervisors that serve no run. (They also end when this process does.) For one that is
// to have no children for a while.
void endIdleSupervisors();

struct StrayCounts {
  int found = 0;   // children of this process that no run owns
  int killed = 0;  // of these, alive and now killed
  int reaped = 0;  // of these, dead and now gone
};
// What is wrong with a command or with one variable of its environment, in words for a
// configuration
// ("must be absolute …"), or "". runProcess() refuses both with the same words.
std::string commandProblem(const std::vector<std::string>& command);
std::string variableProblem(const std::string& name, const std::string& value);
std::string directoryProblem(const std::string& path);

// Who may change what a command runs besides heald's user and the one that it runs as, as a text of
// pathProblem(); "" for nobody, and when there is no such program. Looks at the program, and at the
// script that it is given where it is an interpreter (/bin/sh /opt/app/tool.sh).
std::string programProblem(const std::vector<std::string>& command, const io::RunAs* run_as);

// Ends what earlier runs left behind; for a periodic task. Never touches the child of a run that is
// under way, nor what such a run may still end itself. The caller's program must have no children
// but those of runProcess(). Thread-safe; does not block.
StrayCounts killStrays();

}  // namespace heald::process
