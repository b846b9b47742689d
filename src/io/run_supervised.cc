#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "io/children.h"
#include "io/pidfd.h"
#include "io/run.h"
#include "io/spawn.h"
#include "io/supervisor.h"
#include "io/tree.h"

namespace heald::io {
namespace {

struct Pipes {
  explicit Pipes(std::size_t limit) : output(limit) {}
  int open() {
    if (const int error = output.open()) return error;
    if (const int error = openPipe(lifeline_reader, lifeline)) return error;
    return openPipe(report, report_writer);
  }
  void closeOtherEnds() {
    output.closeWriter();
    lifeline_reader.reset();
    report_writer.reset();
  }

  Output output;
  UniqueFd lifeline_reader, lifeline;
  UniqueFd report, report_writer;
};

// Until the supervisor is gone. It ends by itself; what comes after the second wait is for one that
// was stopped or hangs.
void waitForSupervisor(const ProcessSpec& spec, const CancelToken& cancel, Pipes& pipes,
                       int pidfd) {
  const CancelToken never;
  Wake wake = takeUntil(pidfd, pipes.output, cancel, deadlineAfter(spec.timeout));
  if (wake == Wake::kCancelled) pipes.lifeline.reset();
  if (wake == Wake::kReady) return;
  wake = takeUntil(pidfd, pipes.output, never, deadlineAfter(spec.kill_after + kKillPatience));
  if (wake == Wake::kReady) return;
  pidfd_send_signal(pidfd, SIGKILL, nullptr, 0);
  takeUntil(pidfd, pipes.output, never, deadlineAfter(kKillPatience));
}

ProcessResult resultOf(const ProcessSpec& spec, const SupervisorReport& report) {
  switch (report.cause) {
    case SupervisorReport::kNotStarted:
      return cannotStart(spec, report.error);
    case SupervisorReport::kEnded:
      return endedByItself(report.wait_code, report.wait_status);
    case SupervisorReport::kTimeout:
      return endedEarly(ProcessEnd::kTimeout, spec);
    case SupervisorReport::kCancelled:
      return endedEarly(ProcessEnd::kCancelled, spec);
  }
  return cannotStart(spec, EINVAL);
}

bool readReport(int fd, SupervisorReport& report) {
  pollfd ready{fd, POLLIN, 0};
  return poll(&ready, 1, 0) == 1 && read(fd, &report, sizeof report) == sizeof report;
}

// Somebody killed the supervisor: what it had adopted is this process's now.
ProcessResult endWithoutReport(ProcessTree& tree, Output& output, int pidfd) {
  endTree(tree, output, core::Duration::zero());
  siginfo_t info{};
  waitPidfd(pidfd, &info, WEXITED | WNOWAIT | WNOHANG);
  ProcessResult result = endedByItself(info.si_code, info.si_status);
  result.end = ProcessEnd::kSignaled;
  result.reason = "its supervisor was lost: " + result.reason;
  return result;
}

ProcessResult superviseUntilEnd(const ProcessSpec& spec, const CancelToken& cancel, Pipes& pipes,
                                const ChildRegister::Run& run, pid_t pid) {
  const UniqueFd pidfd(pidfd_open(pid, 0));
  siginfo_t info{};
  if (!pidfd.valid()) {
    const int error = errno;
    pipes.lifeline.reset();
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED);
    return cannotStart(spec, error);
  }
  waitForSupervisor(spec, cancel, pipes, pidfd.get());
  SupervisorReport report;
  ProcessTree tree(pid, run.mark());
  ProcessResult result = readReport(pipes.report.get(), report)
                             ? resultOf(spec, report)
                             : endWithoutReport(tree, pipes.output, pidfd.get());
  waitPidfd(pidfd.get(), &info, WEXITED | WNOHANG);
  return result;
}

}  // namespace

ProcessResult runSupervised(const ProcessSpec& spec, const CancelToken& cancel) {
  Pipes pipes(spec.output_limit);
  if (const int error = pipes.open()) return cannotStart(spec, error);
  ChildRegister::Run run;
  const SpawnPlan plan(spec, run.mark(), pipes.output.writer());
  if (plan.error()) return cannotStart(spec, plan.error());
  const Supervision job{&plan,
                        pipes.output.writer(),
                        pipes.lifeline_reader.get(),
                        pipes.report_writer.get(),
                        spec.timeout.count(),
                        spec.kill_after.count()};
  const pid_t pid = fork();
  if (pid < 0) return cannotStart(spec, errno);
  if (pid == 0) supervise(job);
  run.forked(pid);
  pipes.closeOtherEnds();
  ProcessResult result = superviseUntilEnd(spec, cancel, pipes, run, pid);
  pipes.output.take();
  result.output = std::move(pipes.output.text);
  result.truncated = pipes.output.truncated;
  return result;
}

}  // namespace heald::io
