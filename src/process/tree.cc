#include "process/tree.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "process/children.h"
#include "process/pidfd.h"
#include "process/proc.h"

namespace heald::process {
namespace {

bool isDead(const ProcessTree::Member& member) {
  pollfd fd{member.pidfd.get(), POLLIN, 0};
  return poll(&fd, 1, 0) == 1;
}

}  // namespace

bool ProcessTree::isMember(pid_t pid) const {
  return std::any_of(members_.begin(), members_.end(),
                     [pid](const Member& member) { return member.pid == pid; });
}

// `root` is a child of this process. Members known from before count, for one may have shed session
// and mark and only now have lost the parent that told whose it is.
bool ProcessTree::belongs(pid_t root) const {
  if (root == leader_ || isMember(root)) return true;
  if (ChildRegister::ofThisProcess().owns(root)) return false;
  ProcStat stat;
  if (readProcStat(root, stat) && stat.session == leader_) return true;
  return hasEnvironment(root, mark_.c_str());
}

void ProcessTree::add(pid_t pid, pid_t self) {
  if (isMember(pid)) return;
  const pid_t root = childAbove(pid, self);
  if (root == 0 || !belongs(root)) return;
  io::UniqueFd pidfd(pidfd_open(pid, 0));
  // Without a descriptor left, a child of ours can still be hit: its number stays its own until
  // it is reaped.
  if (!pidfd.valid() && errno == EMFILE && pid == root) kill(pid, SIGKILL);
  // Looked at again now that it is pinned: the number may have been used anew meanwhile.
  if (!pidfd.valid() || childAbove(pid, self) != root) return;
  members_.push_back({pid, std::move(pidfd)});
}

void ProcessTree::look() {
  const pid_t self = getpid();
  forEachProcess([this, self](pid_t pid) { add(pid, self); });
  std::erase_if(members_, [this](const Member& member) {
    if (!isDead(member)) return false;
    siginfo_t info{};
    if (member.pid != leader_) waitPidfd(member.pidfd.get(), &info, WEXITED | WNOHANG);
    return true;
  });
}

bool ProcessTree::signalAll(int signal) {
  look();                  // before the signal: whose parent has died is harder to tell
  kill(-leader_, signal);  // at once for all in its group, those forked since included
  for (const Member& member : members_) {
    pidfd_send_signal(member.pidfd.get(), signal, nullptr, 0);
    if (signal == SIGTERM) pidfd_send_signal(member.pidfd.get(), SIGCONT, nullptr, 0);
  }
  return !members_.empty();
}

}  // namespace heald::process
