#include "process/process_monitor.h"

#include <algorithm>
#include <memory>
#include <optional>

namespace heald::process {
namespace {

constexpr std::chrono::seconds kPatience(30);

// Made by a look that may hang, and that outlives the monitor then.
struct Found {
  std::uint64_t at = 0;
  struct One {
    WatchedProcess watched;
    std::optional<Selection> selection = {};  // nothing: could not be told
  };
  std::vector<One> all;

  void find(const std::string& proc) {
    at = ticksSinceBoot();
    const auto table = readProcesses(proc);
    if (!table) return;
    for (One& one : all) {
      auto selection = selectProcesses(*table, one.watched.selector);
      if (selection) one.selection = std::move(*selection);
    }
  }
};

}  // namespace

void ProcessMonitor::watch(std::vector<WatchedProcess> processes) {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> entries;
  for (WatchedProcess& process : processes) {
    const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.watched.name == process.name && entry.watched.selector == process.selector;
    });
    if (same != entries_.end()) {
      entries.push_back(std::move(*same));
    } else {
      Entry entry;
      entry.figures.name = process.name;
      entry.watched = std::move(process);
      entries.push_back(std::move(entry));
    }
  }
  entries_ = std::move(entries);
}

bool ProcessMonitor::look(const std::string& proc) {
  const auto found = std::make_shared<Found>();
  {
    const std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) found->all.push_back({entry.watched});
  }
  if (found->all.empty()) return true;
  const io::LookEnd end =
      looks_.run(processes_, kPatience, {}, [found, proc] { found->find(proc); });
  if (end != io::LookEnd::kDone) return false;
  const std::lock_guard lock(mutex_);
  bool all = true;
  for (const auto& [watched, selection] : found->all) {
    all = all && selection;
    for (Entry& entry : entries_) {
      const bool same =
          entry.watched.name == watched.name && entry.watched.selector == watched.selector;
      if (same && selection) update(entry, *selection, last_look_);
    }
  }
  last_look_ = found->at;
  return all;
}

// What was there before it was watched is not counted; what started since the last look is.
std::uint64_t ProcessMonitor::newTicks(const Entry& entry, const ProcessInfo& process,
                                       std::uint64_t last_look) {
  const auto known = entry.cpu_ticks.find({process.pid, process.started});
  if (known != entry.cpu_ticks.end()) {
    return process.cpu_ticks - std::min(process.cpu_ticks, known->second);
  }
  return entry.looked && process.started >= last_look ? process.cpu_ticks : 0;
}

void ProcessMonitor::update(Entry& entry, const Selection& selection, std::uint64_t last_look) {
  MonitoredProcess& figures = entry.figures;
  std::map<Identity, std::uint64_t> cpu_ticks;
  std::set<Identity> identities;
  std::uint64_t oldest = UINT64_MAX;
  bool one_is_known = entry.last_up.empty();
  figures.instances = static_cast<int>(selection.alive.size());
  figures.orphans = selection.orphans();
  figures.resident_bytes = 0;
  for (const auto& [process, orphan] : selection.alive) {
    const Identity identity{process.pid, process.started};
    figures.resident_bytes += process.resident_bytes;
    figures.cpu_seconds += secondsOfTicks(newTicks(entry, process, last_look));
    cpu_ticks.emplace(identity, process.cpu_ticks);
    identities.insert(identity);
    oldest = std::min(oldest, process.started);
    one_is_known = one_is_known || entry.last_up.contains(identity);
  }
  const bool up = !selection.alive.empty();
  if (up && !one_is_known) ++figures.restarts;
  figures.start_time_seconds =
      up ? std::chrono::duration<double>(wallTimeOfTicks(oldest).time_since_epoch()).count() : 0;
  if (up) entry.last_up = identities;
  entry.cpu_ticks = std::move(cpu_ticks);
  entry.looked = true;
}

std::vector<MonitoredProcess> ProcessMonitor::figures() const {
  const std::lock_guard lock(mutex_);
  std::vector<MonitoredProcess> all;
  all.reserve(entries_.size());
  for (const Entry& entry : entries_) all.push_back(entry.figures);
  return all;
}

}  // namespace heald::process
