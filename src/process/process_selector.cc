#include "process/process_selector.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "io/text.h"
#include "io/user.h"
#include "process/children.h"
#include "process/command_pattern.h"
#include "process/pid_file.h"

namespace heald::process {
namespace {

constexpr std::chrono::seconds kClockTolerance(2);
constexpr int kMaxAncestors = 4096;

// What a selector asks for, with its names looked up.
struct Wanted {
  std::optional<CommandPattern> pattern;
  std::optional<uid_t> user;
  std::optional<pid_t> pid;
  core::WallTime written{};      // the pid file
  std::optional<uid_t> only_of;  // its owner, where that is not root
  bool nothing = false;
  std::string note;
};

void wantPidOf(const std::string& file, const Result<PidFile>& read, Wanted& wanted) {
  wanted.nothing = !read.ok();
  wanted.note = read ? "" : read.error().message;
  if (!read) return;
  wanted.pid = read->pid;
  wanted.written = read->written;
  wanted.only_of = read->only_of;
  wanted.note = "no process " + std::to_string(read->pid) + ", which " + file + " names";
}

Result<Wanted> wantedBy(const ProcessSelector& selector) {
  Wanted wanted;
  if (!selector.match.empty()) wanted.pattern.emplace(selector.match);
  if (!selector.user.empty()) {
    const auto user = io::userNumber(selector.user);
    if (!user) return user.error();
    wanted.user = *user;
  }
  if (!selector.pid_file.empty()) {
    const auto read = readPidFile(selector.pid_file);
    if (!read && read.error().code != ErrorCode::kNotFound) return read.error();
    wantPidOf(selector.pid_file, read, wanted);
  }
  return wanted;
}

bool isWanted(const ProcessInfo& process, Wanted& wanted) {
  if (wanted.pid && *wanted.pid != process.pid) return false;
  if (wanted.user && *wanted.user != process.user) return false;
  if (wanted.pattern && !wanted.pattern->matches(process)) {
    if (wanted.pid) wanted.note = "process " + std::to_string(*wanted.pid) + " is another program";
    return false;
  }
  if (wanted.only_of && *wanted.only_of != process.user) {
    wanted.note = "process " + std::to_string(*wanted.pid) + " runs as " +
                  io::userName(process.user) + ", and " + io::userName(*wanted.only_of) +
                  " may write the pid file";
    return false;
  }
  if (wanted.pid && wallTimeOfTicks(process.started) > wanted.written + kClockTolerance) {
    wanted.note = "process " + std::to_string(*wanted.pid) + " is newer than the pid file";
    return false;
  }
  return true;
}

// heald itself, and everything below the commands and supervisors that it runs at this moment.
class Own {
 public:
  explicit Own(const ProcessTable& table)
      : table_(table), children_(ChildRegister::ofThisProcess().view().children) {}

  bool has(const ProcessInfo& process) const {
    if (process.pid == getpid()) return true;
    const ProcessInfo* at = children_.empty() ? nullptr : &process;
    for (int depth = 0; at && depth < kMaxAncestors; ++depth) {
      if (children_.contains(at->pid)) return true;
      at = table_.find(at->parent);
    }
    return false;
  }

 private:
  const ProcessTable& table_;
  const std::set<pid_t> children_;
};

bool startedBySystemd(const ProcessTable& table, const ProcessInfo& process) {
  const auto started = environmentOf(process.pid, "SYSTEMD_EXEC_PID", table.proc);
  return started ? *started == std::to_string(process.pid) : process.session == process.pid;
}

bool isOrphan(const ProcessTable& table, const ProcessInfo& process, const std::set<pid_t>& meant) {
  const ProcessInfo* parent = table.find(process.parent);
  if (!parent || meant.contains(parent->pid)) return false;
  const bool inherited =
      process.session == 0 || process.session == process.pid || process.session == parent->session;
  if (!inherited) return true;
  const bool systemd = parent->name == "systemd";
  if (parent->pid != 1 && !systemd) return false;
  return !(systemd && startedBySystemd(table, process));
}

void markOrphans(const ProcessTable& table, std::vector<SelectedProcess>& alive) {
  std::set<pid_t> meant;
  for (const SelectedProcess& selected : alive) meant.insert(selected.process.pid);
  for (SelectedProcess& selected : alive) {
    selected.orphan = isOrphan(table, selected.process, meant);
  }
}

}  // namespace

int Selection::orphans() const {
  return static_cast<int>(std::count_if(alive.begin(), alive.end(),
                                        [](const SelectedProcess& each) { return each.orphan; }));
}

Result<Selection> selectProcesses(const ProcessTable& table, const ProcessSelector& selector) {
  auto wanted = wantedBy(selector);
  if (!wanted) return wanted.error();
  if (!table.complete && wanted->user != geteuid()) {
    return Error{ErrorCode::kUnavailable,
                 "processes of other users are hidden from heald (/proc is mounted with hidepid)"};
  }
  Selection selection;
  const Own own(table);
  for (const ProcessInfo& process : table.processes) {
    if (wanted->nothing || !isWanted(process, *wanted) || own.has(process)) continue;
    if (process.dead()) {
      ++selection.zombies;
    } else {
      selection.alive.push_back({process, false});
    }
  }
  markOrphans(table, selection.alive);
  if (selection.alive.empty()) selection.note = wanted->note;
  return selection;
}

Result<Selection> selectProcesses(const ProcessSelector& selector) {
  const auto table = readProcesses();
  if (!table) return table.error();
  return selectProcesses(*table, selector);
}

std::string pidFileProblem(const std::string& path) {
  return path.starts_with('/') ? "" : "is not an absolute path (example: /run/app.pid)";
}

}  // namespace heald::process
