#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "io/children.h"
#include "io/pidfd.h"
#include "io/proc.h"
#include "io/run.h"
#include "io/spawn.h"
#include "io/supervisor.h"
#include "io/tree.h"

namespace heald::io {
namespace {

constexpr std::chrono::nanoseconds kLeftoverGrace(kLeftoverGraceNs);

bool isOwned(pid_t pid, void*) {
  return ChildRegister::ofThisProcess().owns(pid);
}

// The child cannot be watched without a descriptor for it.
ProcessResult abandon(const ProcessSpec& spec, pid_t pid, int error) {
  kill(-pid, SIGKILL);
  siginfo_t info;
  waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED);
  return cannotStart(spec, error);
}

ProcessResult resultOf(const ProcessSpec& spec, Wake wake, int pidfd) {
  siginfo_t info{};
  waitPidfd(pidfd, &info, WEXITED | WNOHANG);
  if (wake == Wake::kTimeout) return endedEarly(ProcessEnd::kTimeout, spec);
  if (wake == Wake::kCancelled) return endedEarly(ProcessEnd::kCancelled, spec);
  return endedByItself(info.si_code, info.si_status);
}

}  // namespace

ProcessResult runDirect(const ProcessSpec& spec, const CancelToken& cancel) {
  Output output(spec.output_limit);
  if (const int error = output.open()) return cannotStart(spec, error);
  ChildRegister::Run run;
  const SpawnPlan plan(spec, run.mark(), output.writer());
  pid_t pid = 0;
  const int error = plan.error() ? plan.error() : plan.spawn(pid);
  if (error) return cannotStart(spec, error);
  run.forked(pid);
  output.closeWriter();
  const UniqueFd pidfd(pidfd_open(pid, 0));
  if (!pidfd.valid()) return abandon(spec, pid, errno);

  const Wake wake = takeUntil(pidfd.get(), output, cancel, deadlineAfter(spec.timeout));
  if (wake != Wake::kReady || hasOtherChildren(isOwned, nullptr)) {
    ProcessTree tree(pid, run.mark());
    endTree(tree, output, wake == Wake::kReady ? kLeftoverGrace : spec.kill_after);
    kill(-pid, SIGKILL);  // needs no descriptor, so it works when the walk over /proc could not
    takeUntil(pidfd.get(), output, CancelToken(), deadlineAfter(kKillPatience));
  }
  output.take();
  ProcessResult result = resultOf(spec, wake, pidfd.get());
  result.output = std::move(output.text);
  result.truncated = output.truncated;
  return result;
}

}  // namespace heald::io
