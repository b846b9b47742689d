#include "process/foreground.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "process/output.h"
#include "process/pidfd.h"
#include "process/proc.h"
#include "process/run.h"
#include "process/spawn.h"
#include "process/supervisor.h"

namespace heald::process {
namespace {

constexpr std::chrono::seconds kLookAtClock(1);  // a suspend ends no poll()

core::Duration bootNow() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

sigset_t heldSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) sigaddset(&signals, number);
  return signals;
}

// The command's stderr: passed through, its end kept.
class Stderr {
 public:
  explicit Stderr(std::size_t limit) : limit_(limit) {}

  int open() { return openPipe(reader_, writer_); }
  int writer() const { return writer_.get(); }
  void closeWriter() { writer_.reset(); }
  int fd() const { return reader_.get(); }

  // Takes what poll() has announced.
  void take() {
    char chunk[4096];
    const ssize_t got = read(reader_.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) return;
    if (got <= 0) {
      reader_.reset();
      return;
    }
    pass(chunk, static_cast<std::size_t>(got));
    tail.append(chunk, static_cast<std::size_t>(got));
    if (tail.size() > limit_) tail.erase(0, tail.size() - limit_);
  }
  // What was written before the end and is still in the pipe.
  void takeRest() {
    pollfd more{reader_.get(), POLLIN, 0};
    while (reader_.valid() && poll(&more, 1, 0) > 0) take();
  }

  std::string tail;

 private:
  static void pass(const char* bytes, std::size_t count) {
    while (count > 0) {
      const ssize_t put = write(STDERR_FILENO, bytes, count);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return;  // nobody reads it any more
      bytes += put;
      count -= static_cast<std::size_t>(put);
    }
  }

  std::size_t limit_;
  io::UniqueFd reader_, writer_;
};

struct Pipes {
  explicit Pipes(std::size_t limit) : errors(limit) {}
  int open() {
    if (const int error = errors.open()) return error;
    if (const int error = openPipe(lifeline_reader, lifeline)) return error;
    return openPipe(report, report_writer);
  }

  Stderr errors;
  io::UniqueFd lifeline_reader, lifeline, report, report_writer;
};

void passOn(int signals, int supervisor) {
  signalfd_siginfo seen;
  if (read(signals, &seen, sizeof seen) != sizeof seen || seen.ssi_code == SI_KERNEL) return;
  pidfd_send_signal(supervisor, static_cast<int>(seen.ssi_signo), nullptr, 0);
}

// The supervisor keeps the time as well, but not that of a suspend.
bool watch(Pipes& pipes, int supervisor, core::Duration deadline) {
  const sigset_t held = heldSignals();
  const io::UniqueFd signals(signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK));
  bool in_time = true;
  while (true) {
    const core::Duration left = deadline - bootNow();
    if (left <= left.zero() && pipes.lifeline.valid()) {
      pipes.lifeline.reset();
      in_time = false;
    }
    const auto wait = std::clamp<core::Duration>(left, std::chrono::milliseconds(1), kLookAtClock);
    pollfd fds[] = {
        {supervisor, POLLIN, 0}, {pipes.errors.fd(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(
        pipes.lifeline.valid() ? wait : core::Duration(kLookAtClock));
    if (poll(fds, 3, static_cast<int>(wait_ms.count())) <= 0) continue;
    if (fds[1].revents != 0) pipes.errors.take();
    if (fds[2].revents != 0) passOn(signals.get(), supervisor);
    if (fds[0].revents != 0) return in_time;
  }
}

// Somebody killed the supervisor: what it had adopted is this process's now.
void killOrphans() {
  const pid_t self = getpid();
  while (true) {
    forEachProcess([self](pid_t pid) {
      if (childAbove(pid, self) != 0) kill(pid, SIGKILL);
    });
    if (waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
  }
}

SupervisorReport notStartedBecause(int error) {
  return {SupervisorReport::kNotStarted, {LaunchFailure::kFork, error}, 0, 0};
}

ForegroundResult resultOf(const ForegroundSpec& spec, const SupervisorReport& report,
                          bool in_time) {
  ProcessResult result;
  ProcessSpec words;
  words.command = spec.command;
  words.working_directory = ".";
  words.timeout = spec.timeout;
  const bool ended = report.cause == SupervisorReport::kEnded;
  if (report.cause == SupervisorReport::kNotStarted) {
    result = cannotStart(words, report.failure);
  } else if (ended && in_time) {
    result = endedByItself(report.wait_code, report.wait_status);
  } else {
    result = endedEarly(ProcessEnd::kTimeout, words);
  }
  return {result.end, result.code, result.reason, ""};
}

ForegroundResult superviseUntilEnd(const ForegroundSpec& spec, Pipes& pipes, pid_t pid,
                                   core::Duration deadline) {
  const io::UniqueFd pidfd(pidfd_open(pid, 0));
  const bool in_time = watch(pipes, pidfd.get(), deadline);
  SupervisorReport report;
  pollfd ready{pipes.report.get(), POLLIN, 0};
  const bool told =
      poll(&ready, 1, 0) == 1 && read(pipes.report.get(), &report, sizeof report) == sizeof report;
  siginfo_t info{};
  waitPidfd(pidfd.get(), &info, WEXITED);
  if (told) return resultOf(spec, report, in_time);
  killOrphans();
  return {ProcessEnd::kSignaled, SIGKILL, "its supervisor was lost", ""};
}

}  // namespace

void holdSignals() {
  sigset_t held = heldSignals();
  sigaddset(&held, SIGPIPE);  // nobody reads stderr any more: no reason to end the command
  pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

int awaitSignal(core::Duration patience) {
  const sigset_t held = heldSignals();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
  const timespec wait{seconds.count(), (patience - seconds).count()};
  const int number = sigtimedwait(&held, nullptr, &wait);
  return number > 0 ? number : 0;
}

ForegroundResult runForeground(const ForegroundSpec& spec) {
  const core::Duration deadline = bootNow() + spec.timeout;
  ProcessSpec process;
  process.command = spec.command;
  process.environment = spec.environment;
  process.foreground = true;
  Pipes pipes(spec.tail_limit);
  int error = pipes.open();
  const SpawnPlan plan(process, "");
  if (error == 0) error = plan.error();
  if (error != 0) {
    return resultOf(spec, notStartedBecause(error), true);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const ForegroundRun run{&plan.launch(),
                          pipes.errors.writer(),
                          pipes.lifeline_reader.get(),
                          pipes.report_writer.get(),
                          spec.timeout.count(),
                          spec.kill_after.count()};
  const pid_t pid = fork();
  if (pid < 0) return resultOf(spec, notStartedBecause(errno), true);
  if (pid == 0) superviseForeground(run);
  pipes.errors.closeWriter();
  pipes.lifeline_reader.reset();
  pipes.report_writer.reset();
  ForegroundResult result = superviseUntilEnd(spec, pipes, pid, deadline);
  pipes.errors.takeRest();
  result.tail = std::move(pipes.errors.tail);
  return result;
}

}  // namespace heald::process
