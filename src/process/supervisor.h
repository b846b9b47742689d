#pragma once

#include <cstdint>
#include <span>

#include "process/spawn.h"

namespace heald::process {

// The small process between heald and a command. It is the subreaper of all that the command
// starts, so nothing escapes it; it enforces the timeout by itself; and it holds one end of a line
// to heald: when that closes (heald cancels, or heald is dead), it ends the tree at once. A run is
// over, and reported, when the tree is gone.

struct SupervisorReport {
  // kLeaseOver: runDeadline() had passed, before the start or after it.
  enum Cause { kNotStarted, kEnded, kTimeout, kCancelled, kLeaseOver };
  Cause cause;
  LaunchFailure failure;  // of kNotStarted
  int wait_code;          // CLD_EXITED or a signal's, as waitid() says it
  int wait_status;
};

// What a command that ended by itself leaves running gets from TERM to KILL.
inline constexpr std::int64_t kLeftoverGraceNs = 200'000'000;

// The one run of a supervisor of runForeground(): it stays in its session and keeps 0, 1 and 2;
// passes on to the command what it is sent of the signals that ask a program to end; leaves alone
// what a command that ended without such a signal has left running.
struct ForegroundRun {
  const Launch* launch;
  int output;    // the command's, to close once the command has it
  int lifeline;  // reading end
  int report;    // writing end: one SupervisorReport
  std::int64_t timeout_ns;
  std::int64_t kill_after_ns;
};

// What heald sends for a run, with the command's output as its one descriptor; the answer is a
// SupervisorReport.
struct RunOrder {
  std::int64_t timeout_ns;
  std::int64_t kill_after_ns;
  bool ends_with_lease;
};

// Memory that heald shares with one supervisor: the command of the run under way.
struct SharedRun {
  Launch launch;
  LaunchFailure failure;
  char memory[4 * 1024 * 1024 - sizeof(Launch) - sizeof(LaunchFailure)];  // what launch points to
};

// To be called in a child forked from a program with threads: they use async-signal-safe calls
// only, allocate nothing, never return.
[[noreturn]] void superviseForeground(const ForegroundRun& run);
// Serves the runs that come over `channel` (SOCK_SEQPACKET), until its other end closes. `title` is
// where the program's arguments are, to tell it apart from heald in a list of processes; may be
// empty.
[[noreturn]] void superviseRuns(int channel, SharedRun& run, std::span<char> title);

}  // namespace heald::process
