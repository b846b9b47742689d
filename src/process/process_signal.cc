#include "process/process_signal.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <set>

#include "io/fd.h"
#include "process/pidfd.h"
#include "process/run.h"

namespace heald::process {
namespace {

struct Target {
  ProcessInfo process;
  io::UniqueFd pidfd;
};

// What the first look finds; it may hang, and outlive the call then.
struct Matches {
  Result<Selection> selection = Error{ErrorCode::kUnavailable, "not looked at"};
  std::set<pid_t> spared;  // those that heald descends from, and process 1
};

std::set<pid_t> ancestorsOfThisProcess() {
  std::set<pid_t> spared = {1};
  pid_t pid = getpid();
  while (pid > 1 && spared.insert(pid).second) {
    const auto process = readProcess(pid);
    pid = process ? process->parent : 0;
  }
  return spared;
}

void find(const ProcessSelector& selector, Matches& found) {
  found.spared = ancestorsOfThisProcess();
  found.selection = selectProcesses(selector);
}

std::vector<ProcessInfo> chosen(const Matches& found, const SignalOrder& order) {
  std::vector<ProcessInfo> processes;
  for (const auto& [process, orphan] : found.selection->alive) {
    if (order.orphans && !orphan) continue;
    if (!found.spared.contains(process.pid)) processes.push_back(process);
  }
  std::sort(processes.begin(), processes.end(),
            [](const ProcessInfo& a, const ProcessInfo& b) { return a.started < b.started; });
  return processes;
}

// Whether what the pidfd pins is what was selected. A program that has become another since, or an
// orphan that has found a parent, is not.
bool isStill(const ProcessInfo& selected) {
  const auto now = readProcess(selected.pid);
  return now && !now->dead() && now->started == selected.started &&
         now->parent == selected.parent && now->arguments == selected.arguments &&
         now->user == selected.user;
}

std::vector<pid_t> pidsOf(const std::vector<Target>& targets) {
  std::vector<pid_t> pids;
  for (const Target& target : targets) pids.push_back(target.process.pid);
  return pids;
}

// Pins each, and sends the signal to those that are still the same.
std::vector<Target> signalEach(std::vector<ProcessInfo> processes, int signal,
                               SignalReport& report) {
  std::vector<Target> targets;
  for (ProcessInfo& process : processes) {
    io::UniqueFd pidfd(pidfd_open(process.pid, 0));
    if (!pidfd.valid() && errno != ESRCH) {
      report.problem = std::string("cannot watch a process: ") + std::strerror(errno);
      ++report.left_out;
    }
    if (!pidfd.valid() || !isStill(process)) continue;
    if (pidfd_send_signal(pidfd.get(), signal, nullptr, 0) == 0) {
      // One that is stopped would take the TERM only when it goes on.
      if (signal == SIGTERM) pidfd_send_signal(pidfd.get(), SIGCONT, nullptr, 0);
      report.signalled.push_back(process.pid);
      targets.push_back({std::move(process), std::move(pidfd)});
    } else if (errno == EPERM) {
      report.forbidden.push_back(process.pid);
    }
  }
  return targets;
}

// Until all have ended, somebody cancels, or the deadline. Those that have ended are taken out.
bool awaitEnd(std::vector<Target>& targets, const io::CancelToken& cancel, Deadline deadline) {
  while (!targets.empty()) {
    Output nothing(0);  // never opened: there is none to take
    const Wake wake = takeUntil(targets.back().pidfd.get(), nothing, cancel, deadline);
    if (wake == Wake::kCancelled) return false;
    if (wake == Wake::kTimeout) break;
    targets.pop_back();
  }
  std::erase_if(targets, [](const Target& target) {
    pollfd fd{target.pidfd.get(), POLLIN, 0};
    return poll(&fd, 1, 0) == 1;
  });
  return true;
}

void endThem(std::vector<Target> targets, const SignalOrder& order, const io::CancelToken& cancel,
             Deadline start_deadline, SignalReport& report) {
  const Deadline kill_at = order.kill_after
                               ? std::min(start_deadline, deadlineAfter(*order.kill_after))
                               : start_deadline;
  report.cancelled = !awaitEnd(targets, cancel, kill_at);
  if (!report.cancelled && order.kill_after && !targets.empty()) {
    for (const Target& target : targets) {
      pidfd_send_signal(target.pidfd.get(), SIGKILL, nullptr, 0);
    }
    report.killed = pidsOf(targets);
    report.cancelled = !awaitEnd(targets, cancel, start_deadline);
  }
  report.surviving = pidsOf(targets);
}

}  // namespace

SignalReport signalProcesses(io::Looks& looks, const ProcessSelector& selector,
                             const SignalOrder& order, const io::CancelToken& cancel) {
  SignalReport report;
  const Deadline deadline = deadlineAfter(order.timeout);
  const auto found = std::make_shared<Matches>();
  const io::LookEnd end =
      looks.run({}, order.timeout, cancel, [selector, found] { find(selector, *found); });
  report.cancelled = end == io::LookEnd::kCancelled;
  if (end != io::LookEnd::kDone) {
    report.problem = end == io::LookEnd::kTimeout ? "the look at the processes takes too long"
                                                  : "no look at the processes";
    return report;
  }
  if (!found->selection) {
    report.problem = found->selection.error().message;
    return report;
  }
  std::vector<ProcessInfo> processes = chosen(*found, order);
  if (processes.size() > kMaxSignalled) {
    report.left_out = processes.size() - kMaxSignalled;
    processes.resize(kMaxSignalled);
  }
  std::vector<Target> targets = signalEach(std::move(processes), order.signal, report);
  if (order.ends) endThem(std::move(targets), order, cancel, deadline, report);
  return report;
}

}  // namespace heald::process
