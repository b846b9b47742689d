#include <poll.h>
#include <sys/wait.h>

#include <cerrno>

#include "process/run.h"
#include "process/spawn.h"
#include "process/supervisor.h"
#include "process/supervisors.h"
#include "process/tree.h"

namespace heald::process {
namespace {

using Supervised = std::unique_ptr<SupervisorProcess>;

// Until the run is reported, or the supervisor is gone. It ends by itself; what comes after the
// second wait is for one that was stopped or hangs.
void waitForReport(const ProcessSpec& spec, const io::CancelToken& cancel,
                   SupervisorProcess& supervisor, Output& output) {
  const io::CancelToken never;
  Wake wake = takeUntil(supervisor.line(), output, cancel, deadlineAfter(spec.timeout));
  if (wake == Wake::kReady) return;
  if (wake == Wake::kCancelled) supervisor.cancel();
  wake =
      takeUntil(supervisor.line(), output, never, deadlineAfter(spec.kill_after + kKillPatience));
  if (wake == Wake::kReady) return;
  supervisor.kill();
  takeUntil(supervisor.pidfd(), output, never, deadlineAfter(kKillPatience));
}

ProcessResult resultOf(const ProcessSpec& spec, const SupervisorReport& report) {
  switch (report.cause) {
    case SupervisorReport::kNotStarted:
      return cannotStart(spec, report.failure);
    case SupervisorReport::kEnded:
      return endedByItself(report.wait_code, report.wait_status);
    case SupervisorReport::kTimeout:
      return endedEarly(ProcessEnd::kTimeout, spec);
    case SupervisorReport::kCancelled:
      return endedEarly(ProcessEnd::kCancelled, spec);
    case SupervisorReport::kLeaseOver: {
      ProcessResult result = endedEarly(ProcessEnd::kCancelled, spec);
      result.reason = "ended, as this replica's lease was over";
      return result;
    }
  }
  return cannotStart(spec, EINVAL);
}

// Somebody killed the supervisor: what it had adopted is this process's now.
ProcessResult endWithoutReport(SupervisorProcess& supervisor, Output& output) {
  // What it has adopted is handed on when it is dead, which its line tells too early.
  takeUntil(supervisor.pidfd(), output, io::CancelToken(), deadlineAfter(kKillPatience));
  ProcessTree tree(supervisor.pid(), supervisor.mark());
  endTree(tree, output, core::Duration::zero());
  supervisor.kill();
  const siginfo_t info = supervisor.bury();
  ProcessResult result = endedByItself(info.si_code, info.si_status);
  result.end = ProcessEnd::kSignaled;
  result.reason = "its supervisor was lost: " + result.reason;
  return result;
}

// Idle ones that have died meanwhile are passed over.
int beginRun(const ProcessSpec& spec, int output, Supervised& supervisor) {
  while (true) {
    supervisor = IdleSupervisors::ofThisProcess().take();
    const bool fresh = !supervisor;
    if (fresh) {
      auto started = std::make_unique<SupervisorProcess>();
      if (const int error = started->start()) return error;
      supervisor = std::move(started);
    }
    const SpawnPlan plan(spec, supervisor->mark());
    if (plan.error()) return plan.error();
    const int error = supervisor->begin(
        plan, {spec.timeout.count(), spec.kill_after.count(), spec.ends_with_lease}, output);
    if (error != EPIPE || fresh) return error;
  }
}

}  // namespace

ProcessResult runSupervised(const ProcessSpec& spec, const io::CancelToken& cancel) {
  Output output(spec.output_limit);
  if (const int error = output.open()) return cannotStart(spec, error);
  Supervised supervisor;
  const int error = beginRun(spec, output.writer(), supervisor);
  if (error) {
    if (supervisor && error != EPIPE)
      IdleSupervisors::ofThisProcess().giveBack(std::move(supervisor));
    return cannotStart(spec, error);
  }
  output.closeWriter();
  waitForReport(spec, cancel, *supervisor, output);
  SupervisorReport report;
  const bool reported = supervisor->readReport(report);
  ProcessResult result = reported ? resultOf(spec, report) : endWithoutReport(*supervisor, output);
  output.take();
  result.output = std::move(output.text);
  result.truncated = output.truncated;
  const bool cancelled = reported && report.cause == SupervisorReport::kCancelled;
  if (reported && !cancelled) IdleSupervisors::ofThisProcess().giveBack(std::move(supervisor));
  return result;
}

void endIdleSupervisors() {
  IdleSupervisors::ofThisProcess().end();
}

}  // namespace heald::process
