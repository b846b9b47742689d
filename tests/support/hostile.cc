// A remedy that does not want to end, for tests/io/hostile_test.cc: `hostile MODE`. Each mode
// sleeps at last, or works, for ten minutes, which is its own end should the test fail.
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <functional>
#include <map>
#include <new>
#include <string>

namespace {

constexpr time_t kLife = 600;  // seconds

void sleepOn() {
  const time_t end = time(nullptr) + kLife;
  while (time(nullptr) < end) sleep(1);
  _exit(0);
}

void ignoreAll() {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
}

// In a child; the caller goes on.
void inChild(const std::function<void()>& work) {
  if (fork() == 0) {
    work();
    sleepOn();
  }
}

void doubleFork() {
  inChild([] {
    setsid();
    if (fork() != 0) _exit(0);
    ignoreAll();
  });
}

// As a daemon of old: no parent, no session, no directory, no descriptors, and, executed anew, no
// environment.
void daemonise(const char* self) {
  inChild([self] {
    setsid();
    if (fork() != 0) _exit(0);
    if (chdir("/") != 0) _exit(1);
    for (int fd = 0; fd < 64; ++fd) close(fd);
    char* arguments[] = {const_cast<char*>("[kworker/0:1]"), const_cast<char*>("ignore"), nullptr};
    char* nothing[] = {nullptr};
    execve(self, arguments, nothing);
    _exit(1);
  });
}

// Every process forks, in a session of its own, and sometimes leaves; 300 forks in all.
void forkStorm() {
  constexpr std::size_t kSize = sizeof(std::atomic<int>);
  void* shared = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) _exit(1);
  auto* left = new (shared) std::atomic<int>(300);
  ignoreAll();
  while (left->fetch_sub(1) > 0) {
    if (fork() == 0) setsid();
    usleep(3000);
    if (left->load() % 5 == 0 && getpid() % 2 == 0) _exit(0);
  }
}

void flood() {
  std::string line(4096, 'x');
  signal(SIGPIPE, SIG_IGN);
  const time_t end = time(nullptr) + kLife;
  while (time(nullptr) < end) (void)!write(1, line.data(), line.size());
}

// A brother of its own: the child of whoever started this process.
void adoptOut() {
  const long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) {
    setsid();
    ignoreAll();
    sleepOn();
  }
}

void stopTheParent() {
  for (int i = 0; i < 50; ++i) {
    kill(getppid(), SIGSTOP);
    usleep(1000);
  }
}

void subreaper() {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  doubleFork();
  ignoreAll();
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void()>> modes = {
      {"ignore", ignoreAll},
      {"double-fork", [] { doubleFork(), ignoreAll(); }},
      {"orphans-and-exit", [] { doubleFork(), doubleFork(), _exit(0); }},
      {"daemonise", [argv] { daemonise(argv[0]); }},
      {"fork-storm", forkStorm},
      {"closed-output", [] { close(0), close(1), close(2), ignoreAll(); }},
      {"flooded-output", flood},
      {"stop-itself", [] { ignoreAll(), raise(SIGSTOP); }},
      {"stop-the-parent", stopTheParent},
      {"adopt-out", [] { adoptOut(), ignoreAll(); }},
      {"subreaper", subreaper},
      {"undumpable", [] { prctl(PR_SET_DUMPABLE, 0), setsid(), ignoreAll(); }},
  };
  const auto mode = modes.find(argc > 1 ? argv[1] : "");
  if (mode == modes.end()) return 2;
  mode->second();
  sleepOn();
}
