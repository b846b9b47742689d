#include "process/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <ctime>
#include <initializer_list>
#include <string_view>

#include "process/pidfd.h"
#include "process/proc.h"
#include "process/run_deadline.h"

namespace heald::process {
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

// The state of the run under way in this process.
struct Supervisor {
  const bool foreground;
  int lifeline;
  timer_t waker{};
  bool has_waker = false;
  int signals = -1;
  pid_t command = 0;
  SupervisorReport report{};
  bool command_ended = false;
  bool asked_to_end = false;  // by a signal, in the foreground
};

// Closes all from 3 up but the descriptors named.
void closeOthers(std::initializer_list<int> kept) {
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

// heald's terminal and journal are no business of the command's.
void leaveTerminal() {
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(in, 0);
  dup2(out, 1);
  dup2(out, 2);
  if (in > 2) close(in);
  if (out > 2) close(out);
}

// The command can stop this process, but cannot keep it stopped: while it runs, a timer sends
// SIGCONT.
void makeWaker(Supervisor& s) {
  struct sigaction woken {};
  woken.sa_handler = [](int) {};  // not ignored, or the timer would not go on
  woken.sa_flags = SA_RESTART;
  sigaction(SIGCONT, &woken, nullptr);
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGCONT;
  s.has_waker = timer_create(CLOCK_MONOTONIC, &event, &s.waker) == 0;
}
void wakeRegularly(Supervisor& s, bool on) {
  const std::int64_t wait = on ? kWakeNs : 0;
  const itimerspec every{{0, wait}, {0, wait}};
  if (s.has_waker) timer_settime(s.waker, 0, &every, nullptr);
}

void takeChildren(Supervisor& s) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  signal(SIGCHLD, SIG_DFL);  // ignored, children would vanish unseen
  sigset_t seen;
  sigemptyset(&seen);
  sigaddset(&seen, SIGCHLD);
  if (s.foreground) {
    for (const int number : kPassedOn) sigaddset(&seen, number);
  }
  s.signals = signalfd(-1, &seen, SFD_CLOEXEC | SFD_NONBLOCK);
}

// heald's signals are no longer this process's business, and the commands get none of what heald
// has done with its own.
void leaveHeald(Supervisor& s) {
  setsid();
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, SIGCONT);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  makeWaker(s);
  closeOthers({s.lifeline});
  leaveTerminal();
  takeChildren(s);
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

// The deadline of a lease moves on while it is waited for.
SupervisorReport::Cause watch(Supervisor& s, const RunOrder& order) {
  const std::int64_t deadline = after(order.timeout_ns);
  while (true) {
    reap(s);
    if (s.command_ended) return SupervisorReport::kEnded;
    const std::int64_t left = deadline - nowNs();
    if (left <= 0) return SupervisorReport::kTimeout;
    const std::int64_t wait = order.ends_with_lease ? leftOfRunDeadline(left) : left;
    if (wait <= 0) return SupervisorReport::kLeaseOver;
    if (waitUntil(s, s.lifeline, after(wait))) return SupervisorReport::kCancelled;
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
  if (grace_ns > 0) signalTree(SIGTERM);  // else what it does on a TERM would be done
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

// Another replica may start the same at any moment, once a lease is over.
std::int64_t graceOf(SupervisorReport::Cause cause, const RunOrder& order) {
  return cause == SupervisorReport::kLeaseOver ? 0 : order.kill_after_ns;
}

// One run, from its start until its tree is gone.
void run(Supervisor& s, const Launch& launch, int output, const RunOrder& order,
         volatile LaunchFailure& failure) {
  s.report = {};
  s.command_ended = false;
  if (order.ends_with_lease && runDeadlinePassed()) {
    close(output);
    s.report.cause = SupervisorReport::kLeaseOver;
    return;
  }
  s.command = startCommand(launch, output, failure);
  close(output);
  s.report.cause = s.command == 0 ? SupervisorReport::kEnded : watch(s, order);
  const bool by_itself = s.report.cause == SupervisorReport::kEnded;
  const bool leaves = by_itself && s.foreground && !s.asked_to_end;
  if (!leaves) endTree(s, by_itself ? kLeftoverGraceNs : graceOf(s.report.cause, order));
  if (failure.step == LaunchFailure::kNone) return;
  s.report.cause = SupervisorReport::kNotStarted;
  s.report.failure.step = failure.step;
  s.report.failure.error = failure.error;
}

// False when heald has gone, or wants no more of this process.
bool receive(int channel, RunOrder& order, int& output) {
  while (true) {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    iovec bytes{&order, sizeof order};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    const cmsghdr* header = got == sizeof order ? CMSG_FIRSTHDR(&message) : nullptr;
    if (!header || header->cmsg_type != SCM_RIGHTS) return false;
    memcpy(&output, CMSG_DATA(header), sizeof output);
    return true;
  }
}

// Not "heald": whoever kills all of that name means heald, and would take the supervisors, which
// end what it leaves, with it.
void nameItself(std::span<char> title) {
  constexpr std::string_view kTitle = "supervisor of a command of heald";
  prctl(PR_SET_NAME, "heal-supervise");
  if (title.empty()) return;
  memset(title.data(), 0, title.size());
  memcpy(title.data(), kTitle.data(), std::min(kTitle.size(), title.size() - 1));
}

}  // namespace

void superviseForeground(const ForegroundRun& job) {
  Supervisor s{.foreground = true, .lifeline = job.lifeline};
  prctl(PR_SET_NAME, "heal-supervise");
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  closeOthers({job.output, job.lifeline, job.report});
  takeChildren(s);
  LaunchFailure failure{};
  run(s, *job.launch, job.output, {job.timeout_ns, job.kill_after_ns, false}, failure);
  const ssize_t written = write(job.report, &s.report, sizeof s.report);
  _exit(written == sizeof s.report ? 0 : 1);
}

void superviseRuns(int channel, SharedRun& shared, std::span<char> title) {
  Supervisor s{.foreground = false, .lifeline = channel};
  nameItself(title);
  leaveHeald(s);
  RunOrder order{};
  int output = -1;
  while (receive(channel, order, output)) {
    wakeRegularly(s, true);
    run(s, shared.launch, output, order, shared.failure);
    wakeRegularly(s, false);
    if (send(channel, &s.report, sizeof s.report, MSG_NOSIGNAL) != sizeof s.report) break;
  }
  _exit(0);
}

}  // namespace heald::process
