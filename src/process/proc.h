#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace heald::process {

// What /proc tells of processes. All of it is async-signal-safe and allocates nothing, for the
// supervisor runs it in a child forked from a program with threads.

struct ProcStat {
  pid_t parent = 0;
  pid_t session = 0;
  char state = 0;  // 'Z' is dead and not yet reaped
};
// False when there is no such process (any more).
bool readProcStat(pid_t pid, ProcStat& stat);

// The child of `self` that is `pid` or one of its ancestors; 0 when pid does not descend from self.
pid_t childAbove(pid_t pid, pid_t self);

// Whether the process was started with this environment entry ("NAME=value"). False when that
// cannot be read: another user's, or dead.
bool hasEnvironment(pid_t pid, const char* entry);

// A number from the beginning of a text; 0 when there is none.
pid_t parsePid(const char* text);

// visit(pid) for every process.
template <class Visit>
void forEachProcess(Visit&& visit) {
  struct Entry {  // linux_dirent64
    unsigned long long inode;
    long long offset;
    unsigned short length;
    unsigned char type;
    char name[1];
  };
  const int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) return;
  alignas(Entry) char buffer[8192];
  long bytes;
  while ((bytes = syscall(SYS_getdents64, proc, buffer, sizeof buffer)) > 0) {
    for (long at = 0; at < bytes;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      at += entry->length;
      const pid_t pid = parsePid(&entry->name[0]);
      if (pid > 0) visit(pid);
    }
  }
  close(proc);
}

}  // namespace heald::process
