#include "process/run.h"

#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "io/text.h"

namespace heald::process {
namespace {

using Clock = std::chrono::steady_clock;

// Rounded up, so that a deadline has passed when poll() says so.
int waitMs(Deadline deadline, const io::CancelToken& cancel) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  const bool blind = cancel.cancellable() && cancel.fd() < 0;
  return static_cast<int>(
      std::clamp<decltype(left)>(left, 0, blind ? io::CancelToken::kBlindWaitMs : 3'600'000));
}

std::string signalName(int signal) {
  const char* name = sigabbrev_np(signal);
  return name ? "SIG" + std::string(name) : std::to_string(signal);
}

constexpr std::chrono::milliseconds kRound(50);  // of KILL, between two looks for new members

}  // namespace

ProcessResult notStarted(int error, std::string reason) {
  ProcessResult result;
  result.code = error;
  result.reason = core::oneLine(reason);
  return result;
}

ProcessResult cannotStart(const ProcessSpec& spec, int error) {
  return cannotStart(spec, {LaunchFailure::kProgram, error});
}

ProcessResult cannotStart(const ProcessSpec& spec, const LaunchFailure& failure) {
  const std::string as = spec.run_as ? " as " + spec.run_as->name : "";
  const bool nowhere = failure.step == LaunchFailure::kDirectory;
  const std::string where = nowhere ? " in " + spec.working_directory : "";
  const std::string become =
      failure.step == LaunchFailure::kUser ? "cannot become that user: " : "";
  return notStarted(failure.error, "cannot start " + spec.command.front() + where + as + ": " +
                                       become + strerror(failure.error));
}

ProcessResult endedEarly(ProcessEnd end, const ProcessSpec& spec) {
  ProcessResult result;
  result.end = end;
  result.reason = end == ProcessEnd::kTimeout ? "timed out after " + io::shortDuration(spec.timeout)
                                              : "cancelled";
  return result;
}

ProcessResult endedByItself(int wait_code, int wait_status) {
  ProcessResult result;
  const bool exited = wait_code == CLD_EXITED;
  result.end = exited ? ProcessEnd::kExited : ProcessEnd::kSignaled;
  result.code = wait_status;
  result.reason = exited ? "exit code " + std::to_string(wait_status)
                         : "killed by signal " + signalName(wait_status);
  return result;
}

Deadline deadlineAfter(core::Duration wait) {
  const auto now = Clock::now();
  return wait > Deadline::max() - now ? Deadline::max() : now + wait;
}

Wake takeUntil(int fd, Output& output, const io::CancelToken& cancel, Deadline deadline) {
  while (true) {
    if (cancel.cancelled()) return Wake::kCancelled;
    pollfd fds[] = {{fd, POLLIN, 0}, {output.fd(), POLLIN, 0}, {cancel.fd(), POLLIN, 0}};
    const int ready = poll(fds, 3, waitMs(deadline, cancel));
    if (ready > 0 && fds[1].revents) output.take();
    if (ready > 0 && fds[0].revents) return Wake::kReady;
    if (Clock::now() >= deadline) return Wake::kTimeout;
  }
}

// One member after the other is waited for; what they started meanwhile shows at the next look.
void endTree(ProcessTree& tree, Output& output, core::Duration grace) {
  const Deadline kill_at = deadlineAfter(grace);
  const Deadline give_up_at = deadlineAfter(grace + kKillPatience);
  int signal = grace > core::Duration::zero() ? SIGTERM : SIGKILL;
  while (tree.signalAll(signal) && Clock::now() < give_up_at) {
    for (const auto& member : tree.members()) {
      const Deadline until = signal == SIGKILL ? deadlineAfter(kRound) : kill_at;
      if (takeUntil(member.pidfd.get(), output, io::CancelToken(), until) == Wake::kTimeout) break;
    }
    if (Clock::now() >= kill_at) signal = SIGKILL;
  }
}

}  // namespace heald::process
