#include "io/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <ctime>

#include "io/pidfd.h"
#include "io/proc.h"

namespace heald::io {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr int kPassedOn[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
constexpr std::int64_t kWakeNs = 200'000'000;
constexpr std::int64_t kKillRoundNs = 10'000'000;  // between two walks over what is still alive

std::int64_t nowNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecondNs + now.tv_nsec;
}

// Adding a very long wait must not overflow.
std::int64_t after(std::int64_t ns) {
  const std::int64_t now = nowNs();
  return ns > INT64_MAX - now ? INT64_MAX : now + ns;
}

// The state of the one supervision of this process.
struct Supervisor {
  const Supervision& job;
  int signals = -1;
  pid_t command = 0;
  SupervisorReport report{SupervisorReport::kEnded, 0, 0, 0};
  bool command_ended = false;
  bool asked_to_end = false;  // by a signal, in the foreground
};

// Closes all from 3 up but the descriptors named.
void closeOthers(const int (&kept)[3]) {
  unsigned from = 3;
  while (true) {
    unsigned next = UINT_MAX;
    for (const int fd : kept) {
      const auto number = static_cast<unsigned>(fd);
      if (number >= from && number < next) next = number;
    }
    if (next > from) close_range(from, next == UINT_MAX ? UINT_MAX : next - 1, 0);
    if (next == UINT_MAX) return;
    from = next + 1;
  }
}

void leaveTerminal() {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd <= 2; ++fd) dup2(null, fd);
  if (null > 2) close(null);
}

// The command can stop this process, but cannot keep it stopped: a timer sends it SIGCONT.
void wakeRegularly() {
  struct sigaction woken {};
  woken.sa_handler = [](int) {};  // not ignored, or the timer would not go on
  woken.sa_flags = SA_RESTART;
  sigaction(SIGCONT, &woken, nullptr);
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGCONT;
  timer_t timer{};
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return;
  const itimerspec every{{0, kWakeNs}, {0, kWakeNs}};
  timer_settime(timer, 0, &every, nullptr);
}

// heald's terminal, journal pipe and signals are no longer this process's business.
void leaveHeald(Supervisor& s) {
  if (!s.job.foreground) setsid();
  prctl(PR_SET_NAME, "heald-supervise");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t all, child;
  sigfillset(&all);
  if (!s.job.foreground) {
    sigdelset(&all, SIGCONT);
    wakeRegularly();
  }
  sigprocmask(SIG_SETMASK, &all, nullptr);
  signal(SIGCHLD, SIG_DFL);  // ignored, children would vanish unseen
  closeOthers({s.job.output, s.job.lifeline, s.job.report});
  if (!s.job.foreground) leaveTerminal();
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  if (s.job.foreground) {
    for (const int number : kPassedOn) sigaddset(&child, number);
  }
  s.signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Reaps all that is dead. False when no child is left: as this process is their subreaper, then
// no descendant is.
bool reap(Supervisor& s) {
  while (true) {
    siginfo_t info;
    info.si_pid = 0;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0) return errno != ECHILD;
    if (info.si_pid == 0) return true;
    if (info.si_pid != s.command) continue;
    s.command_ended = true;
    s.report.wait_code = info.si_code;
    s.report.wait_status = info.si_status;
  }
}

// What a terminal sends, it has sent to the command as well.
void takeSignals(Supervisor& s) {
  signalfd_siginfo seen;
  while (read(s.signals, &seen, sizeof seen) == sizeof seen) {
    if (seen.ssi_signo == SIGCHLD) continue;
    s.asked_to_end = true;
    if (seen.ssi_code != SI_KERNEL && s.command > 0 && !s.command_ended) {
      kill(s.command, static_cast<int>(seen.ssi_signo));
    }
  }
}

// Waits for a death, or for the life line when `lifeline` is its descriptor and not -1. Returns
// whether the life line was cut.
bool waitUntil(Supervisor& s, int lifeline, std::int64_t deadline) {
  const std::int64_t left = deadline - nowNs();
  if (left <= 0) return false;
  const timespec wait{left / kSecondNs, left % kSecondNs};
  pollfd fds[] = {{s.signals, POLLIN, 0}, {lifeline, POLLIN, 0}};
  if (ppoll(fds, 2, &wait, nullptr) <= 0) return false;
  takeSignals(s);
  return fds[1].revents != 0;
}

SupervisorReport::Cause watch(Supervisor& s) {
  const std::int64_t deadline = after(s.job.timeout_ns);
  while (true) {
    reap(s);
    if (s.command_ended) return SupervisorReport::kEnded;
    if (nowNs() >= deadline) return SupervisorReport::kTimeout;
    if (waitUntil(s, s.job.lifeline, deadline)) return SupervisorReport::kCancelled;
  }
}

// Pinned by a pidfd and then looked at again, so that a number used anew is not hit.
void signalTree(int signal_number) {
  const pid_t self = getpid();
  forEachProcess([self, signal_number](pid_t pid) {
    if (childAbove(pid, self) == 0) return;
    const int pidfd = pidfd_open(pid, 0);
    if (pidfd < 0) return;
    if (childAbove(pid, self) != 0) {
      pidfd_send_signal(pidfd, signal_number, nullptr, 0);
      if (signal_number == SIGTERM) pidfd_send_signal(pidfd, SIGCONT, nullptr, 0);
    }
    close(pidfd);
  });
}

void endTree(Supervisor& s, std::int64_t grace_ns) {
  if (!reap(s)) return;
  signalTree(SIGTERM);
  const std::int64_t deadline = after(grace_ns);
  while (nowNs() < deadline) {
    if (!reap(s)) return;
    waitUntil(s, -1, deadline);
  }
  while (reap(s)) {
    signalTree(SIGKILL);
    waitUntil(s, -1, after(kKillRoundNs));
  }
}

void startAndWatch(Supervisor& s) {
  s.report.error = s.job.plan->spawn(s.command);
  close(s.job.output);
  if (s.report.error) {
    s.report.cause = SupervisorReport::kNotStarted;
    return;
  }
  s.report.cause = watch(s);
  const bool by_itself = s.report.cause == SupervisorReport::kEnded;
  if (by_itself && s.job.foreground && !s.asked_to_end) return;
  endTree(s, by_itself ? kLeftoverGraceNs : s.job.kill_after_ns);
}

}  // namespace

void supervise(const Supervision& job) {
  Supervisor s{job};
  leaveHeald(s);
  startAndWatch(s);
  const ssize_t written = write(job.report, &s.report, sizeof s.report);
  _exit(written == sizeof s.report ? 0 : 1);
}

}  // namespace heald::io
