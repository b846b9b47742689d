#pragma once

#include <cstdint>

#include "io/spawn.h"

namespace heald::io {

// The small process between heald and a remedy's command. It is the subreaper of all that the
// command starts, so nothing escapes it; it enforces the timeout by itself; and it holds the
// reading end of a life line to heald: when that closes (heald cancels, or heald is dead), it ends
// the tree at once. It leaves only when the tree is gone.
struct Supervision {
  const SpawnPlan* plan;
  int output;    // the command's, to close once the command has it
  int lifeline;  // reading end
  int report;    // writing end: one SupervisorReport
  std::int64_t timeout_ns;
  std::int64_t kill_after_ns;
  // Of runForeground(): stays in its session and keeps 0, 1 and 2; passes on to the command what it
  // is sent of the signals that ask a program to end; leaves alone what a command that ended
  // without such a signal has left running.
  bool foreground = false;
};

struct SupervisorReport {
  enum Cause { kNotStarted, kEnded, kTimeout, kCancelled };
  Cause cause;
  int error;      // errno of kNotStarted
  int wait_code;  // CLD_EXITED or a signal's, as waitid() says it
  int wait_status;
};

// What a command that ended by itself leaves running gets from TERM to KILL.
inline constexpr std::int64_t kLeftoverGraceNs = 200'000'000;

// To be called in a child forked from a program with threads: uses async-signal-safe calls only,
// allocates nothing, never returns.
[[noreturn]] void supervise(const Supervision& job);

}  // namespace heald::io
