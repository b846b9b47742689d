#pragma once

#include <sys/types.h>
#include <sys/wait.h>

// glibc 2.36 declares these without C linkage.
extern "C" {
#include <sys/pidfd.h>
}

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace heald::process {

// waitid() on a pidfd: the process meant cannot be mistaken for a later one with its number.
inline int waitPidfd(int pidfd, siginfo_t* info, int options) {
  info->si_pid = 0;
  return waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), info, options);
}

}  // namespace heald::process
