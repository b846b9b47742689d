#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "heald/result.h"
#include "process/process_table.h"

namespace heald::process {

// Which processes are meant. What is given must all hold; at least one has to be given.
struct ProcessSelector {
  std::string match = {};     // see CommandPattern
  std::string user = {};      // name or number of the user they run as (the effective one)
  std::string pid_file = {};  // absolute path of a file with the pid of the one that is meant

  bool empty() const { return match.empty() && user.empty() && pid_file.empty(); }
  friend bool operator==(const ProcessSelector&, const ProcessSelector&) = default;
};

struct SelectedProcess {
  ProcessInfo process;
  bool orphan = false;
};

struct Selection {
  std::vector<SelectedProcess> alive;
  int zombies = 0;
  std::string note;  // why the pid file names no process, or ""

  int orphans() const;
};

// Those of the table that are meant. heald itself and what it runs at this moment are never among
// them. A zombie has no command line any more: it is told by its name, the first 15 bytes of the
// program's.
//
// An orphan is one whose parent is not the process that started it. That is certain when it is in a
// session that its parent is not in and that it does not lead, for a session is inherited. And it
// is taken to be so when its parent is process 1 or a `systemd --user`, unless systemd says that it
// started it (SYSTEMD_EXEC_PID in its environment; where that tells nothing, one that leads its
// session counts as started). The child of a process that is itself selected is none.
//
// The process of a pid file must have started before the file was written (2 s for the clocks):
// a later one has the number by chance. Where a user may write the file it is hers as well: nobody
// has heald signal another's process.
//
// Fails with kNotFound when there is no such user, and kUnavailable when it cannot be told: the
// pid file cannot be read or holds no pid, or processes of other users are hidden.
Result<Selection> selectProcesses(const ProcessTable& table, const ProcessSelector& selector);
// The same with a table of this moment. May hang, as readProcesses() may.
Result<Selection> selectProcesses(const ProcessSelector& selector);

// What is wrong with a pid file in a configuration, or "".
std::string pidFileProblem(const std::string& path);

}  // namespace heald::process
