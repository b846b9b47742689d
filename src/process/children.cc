#include "process/children.h"

#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "io/fd.h"
#include "process/pidfd.h"
#include "process/proc.h"

namespace heald::process {

ChildRegister& ChildRegister::ofThisProcess() {
  static ChildRegister instance;
  return instance;
}

std::string ChildRegister::begin() {
  std::lock_guard lock(mutex_);
  ++forking_;
  std::string mark = "HEALD_RUN=" + std::to_string(getpid()) + "." + std::to_string(++runs_);
  marks_.insert(mark);
  return mark;
}

void ChildRegister::settle(pid_t pid) {
  std::lock_guard lock(mutex_);
  --forking_;
  if (pid > 0) children_.insert(pid);
}

ChildRegister::View ChildRegister::view() const {
  std::lock_guard lock(mutex_);
  return {forking_ > 0, children_, marks_};
}

bool ChildRegister::owns(pid_t pid) const {
  std::lock_guard lock(mutex_);
  return children_.contains(pid);
}

ChildRegister::Run::Run() : mark_(ofThisProcess().begin()) {}

void ChildRegister::Run::forked(pid_t pid) {
  ofThisProcess().settle(pid);
  forking_ = false;
  pid_ = pid;
}

ChildRegister::Run::~Run() {
  if (forking_) forked(0);
  auto& all = ofThisProcess();
  std::lock_guard lock(all.mutex_);
  all.children_.erase(pid_);
  all.marks_.erase(mark_);
}

namespace {

struct Child {
  pid_t pid;
  io::UniqueFd pidfd;
  ProcStat stat;
};

// Each pinned by its pidfd, so that no later process can be mistaken for it.
std::vector<Child> childrenOfThisProcess() {
  std::vector<Child> children;
  const pid_t self = getpid();
  forEachProcess([&](pid_t pid) {
    ProcStat stat;
    if (!readProcStat(pid, stat) || stat.parent != self) return;
    io::UniqueFd pidfd(pidfd_open(pid, 0));
    if (!pidfd.valid() || !readProcStat(pid, stat) || stat.parent != self) return;
    children.push_back({pid, std::move(pidfd), stat});
  });
  return children;
}

// A moment without a fork under way; they are short.
ChildRegister::View settledView() {
  constexpr int kTries = 1000;
  auto view = ChildRegister::ofThisProcess().view();
  for (int i = 0; view.forking && i < kTries; ++i) {
    std::this_thread::yield();
    view = ChildRegister::ofThisProcess().view();
  }
  return view;
}

bool endsWithItsRun(const Child& child, const ChildRegister::View& view) {
  if (view.children.contains(child.stat.session)) return true;
  for (const std::string& mark : view.marks) {
    if (hasEnvironment(child.pid, mark.c_str())) return true;
  }
  return false;
}

}  // namespace

StrayCounts killStrays() {
  StrayCounts counts;
  const auto children = childrenOfThisProcess();
  // Taken after the pidfds: who is not in it now belongs to no run, unless one is just forking.
  const auto view = settledView();
  if (view.forking) return counts;
  for (const Child& child : children) {
    if (view.children.contains(child.pid)) continue;
    const bool dead = child.stat.state == 'Z';
    if (!dead && endsWithItsRun(child, view)) continue;
    ++counts.found;
    if (!dead && pidfd_send_signal(child.pidfd.get(), SIGKILL, nullptr, 0) == 0) ++counts.killed;
    siginfo_t info{};
    if (waitPidfd(child.pidfd.get(), &info, WEXITED | WNOHANG) == 0 && info.si_pid) {
      ++counts.reaped;
    }
  }
  return counts;
}

}  // namespace heald::process
