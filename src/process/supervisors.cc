#include "process/supervisors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include "process/pidfd.h"
#include "process/proc.h"
#include "process/run_deadline.h"

namespace heald::process {
namespace {

// Where the kernel has the arguments of this process, for what lists processes.
std::span<char> argumentsOfThisProcess() {
  const io::UniqueFd file(open("/proc/self/stat", O_RDONLY | O_CLOEXEC));
  char text[2048];
  const ssize_t got = file.valid() ? read(file.get(), text, sizeof text - 1) : 0;
  if (got <= 0) return {};
  text[got] = '\0';
  const char* at = std::strrchr(text, ')');
  constexpr int kFieldsBefore = 46;  // of arg_start, from the bracket on
  for (int field = 0; at && field < kFieldsBefore; ++field) at = std::strchr(at + 1, ' ');
  if (!at) return {};
  char* rest = nullptr;
  const unsigned long begin = std::strtoul(at, &rest, 10);
  const unsigned long end = std::strtoul(rest, nullptr, 10);
  if (begin == 0 || end <= begin) return {};
  return {reinterpret_cast<char*>(begin), end - begin};
}

}  // namespace

SupervisorProcess::~SupervisorProcess() {
  if (pid_ > 0) {
    kill();
    bury();
  }
  if (shared_) munmap(shared_, sizeof(SharedRun));
}

// What the two ends share is mapped before the fork, so that it has one address in both. Later
// forks get none of it.
int SupervisorProcess::start() {
  static const std::span<char> title = argumentsOfThisProcess();
  void* memory = mmap(nullptr, sizeof(SharedRun), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return errno;
  shared_ = static_cast<SharedRun*>(memory);
  runDeadline();  // shared with the fork from its beginning
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  line_.reset(ends[0]);
  io::UniqueFd other(ends[1]);
  if (other.get() <= 2) {  // these are about to be replaced there
    other.reset(fcntl(other.get(), F_DUPFD_CLOEXEC, 3));
    if (!other.valid()) return errno;
  }
  const pid_t pid = fork();
  if (pid < 0) return errno;
  if (pid == 0) superviseRuns(other.get(), *shared_, title);
  run_.forked(pid);
  madvise(memory, sizeof(SharedRun), MADV_DONTFORK);
  pidfd_.reset(pidfd_open(pid, 0));
  if (!pidfd_.valid()) {
    const int error = errno;
    ::kill(pid, SIGKILL);
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED);
    return error;
  }
  pid_ = pid;
  return 0;
}

int SupervisorProcess::begin(const SpawnPlan& plan, const RunOrder& order, int output) {
  if (!plan.copyTo(shared_->launch, shared_->memory, sizeof shared_->memory)) return E2BIG;
  pidfd_send_signal(pidfd_.get(), SIGCONT, nullptr, 0);  // somebody may have stopped it
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  RunOrder sent = order;
  iovec bytes{&sent, sizeof sent};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &output, sizeof output);
  const ssize_t put = sendmsg(line_.get(), &message, MSG_NOSIGNAL);
  if (put == sizeof sent) return 0;
  return put < 0 && errno != ECONNRESET ? errno : EPIPE;
}

void SupervisorProcess::cancel() {
  shutdown(line_.get(), SHUT_WR);
}

bool SupervisorProcess::readReport(SupervisorReport& report) {
  return recv(line_.get(), &report, sizeof report, MSG_DONTWAIT) == sizeof report;
}

void SupervisorProcess::kill() {
  pidfd_send_signal(pidfd_.get(), SIGKILL, nullptr, 0);
}

siginfo_t SupervisorProcess::bury() {
  siginfo_t info{};
  while (waitPidfd(pidfd_.get(), &info, WEXITED) != 0 && errno == EINTR) continue;
  pid_ = 0;
  return info;
}

// The register has to outlive those that are in it.
IdleSupervisors::IdleSupervisors() {
  ChildRegister::ofThisProcess();
}

IdleSupervisors::~IdleSupervisors() {
  end();
}

IdleSupervisors& IdleSupervisors::ofThisProcess() {
  static IdleSupervisors instance;
  return instance;
}

void IdleSupervisors::forgetThoseOfParent() {
  const pid_t self = getpid();
  if (owner_ == self) return;
  for (auto& each : idle_) static_cast<void>(each.release());
  idle_.clear();
  owner_ = self;
}

std::unique_ptr<SupervisorProcess> IdleSupervisors::take() {
  const std::lock_guard lock(mutex_);
  forgetThoseOfParent();
  if (idle_.empty()) return nullptr;
  auto supervisor = std::move(idle_.back());
  idle_.pop_back();
  return supervisor;
}

void IdleSupervisors::giveBack(std::unique_ptr<SupervisorProcess> supervisor) {
  const std::lock_guard lock(mutex_);
  forgetThoseOfParent();
  idle_.push_back(std::move(supervisor));
}

void IdleSupervisors::end() {
  std::vector<std::unique_ptr<SupervisorProcess>> ended;
  const std::lock_guard lock(mutex_);
  forgetThoseOfParent();
  ended.swap(idle_);
}

}  // namespace heald::process
