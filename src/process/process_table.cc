#include "process/process_table.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "io/fd.h"
#include "process/proc.h"

namespace heald::process {
namespace {

constexpr std::size_t kStatBytes = 1024;
constexpr std::size_t kArgumentBytes = 4096;
constexpr std::size_t kEnvironmentBytes = 256 * 1024;

std::string folderOf(const std::string& proc, pid_t pid) {
  return proc + "/" + std::to_string(pid);
}

// As much of a file of /proc as is wanted; "" when it cannot be read.
std::string beginningOf(const std::string& path, std::size_t limit) {
  const io::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(fd.valid() ? limit : 0, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t got = read(fd.get(), text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

// Fields are counted as in proc(5), where the first is 1; those behind the name begin at 3.
class StatFields {
 public:
  explicit StatFields(const char* text) {
    while (*text == ' ') ++text;
    state = *text;
    if (*text) ++text;
    for (std::uint64_t& value : values_) {
      char* end = nullptr;
      value = std::strtoull(text, &end, 10);  // a negative one wraps, and is none of ours
      if (end == text) return;
      text = end;
      ++count_;
    }
  }

  bool whole() const { return count_ == values_.size(); }
  std::uint64_t operator[](std::size_t field) const { return values_[field - 4]; }
  char state = '?';

 private:
  std::array<std::uint64_t, 21> values_{};  // 4 to 24
  std::size_t count_ = 0;
};

// The name may hold anything, brackets and blanks included.
bool readStat(const std::string& text, ProcessInfo& process) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return false;
  const StatFields fields(text.c_str() + close + 1);
  if (!fields.whole()) return false;
  process.name = text.substr(open + 1, close - open - 1);
  process.state = fields.state;
  process.parent = static_cast<pid_t>(fields[4]);
  process.session = static_cast<pid_t>(fields[6]);
  process.cpu_ticks = fields[14] + fields[15];
  process.started = fields[22];
  process.resident_bytes = fields[24] * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return true;
}

std::vector<std::string> split(std::string text) {
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::string programOf(const std::string& folder) {
  char target[4096];
  const ssize_t length = readlink((folder + "/exe").c_str(), target, sizeof target);
  std::string path(target, length > 0 ? static_cast<std::size_t>(length) : 0);
  const std::string_view replaced = " (deleted)";  // by a newer version, say
  if (path.ends_with(replaced)) path.resize(path.size() - replaced.size());
  return path;
}

}  // namespace

const ProcessInfo* ProcessTable::find(pid_t pid) const {
  const auto at = std::lower_bound(
      processes.begin(), processes.end(), pid,
      [](const ProcessInfo& process, pid_t wanted) { return process.pid < wanted; });
  return at == processes.end() || at->pid != pid ? nullptr : &*at;
}

std::optional<ProcessInfo> readProcess(pid_t pid, const std::string& proc) {
  const std::string folder = folderOf(proc, pid);
  ProcessInfo process;
  process.pid = pid;
  struct stat owner {};
  if (stat(folder.c_str(), &owner) != 0) return std::nullopt;
  process.user = owner.st_uid;
  process.arguments = split(beginningOf(folder + "/cmdline", kArgumentBytes));
  if (!process.arguments.empty() && !process.arguments.front().starts_with('/')) {
    process.program = programOf(folder);
  }
  // Last, so that one that ended meanwhile shows as dead.
  if (!readStat(beginningOf(folder + "/stat", kStatBytes), process)) return std::nullopt;
  return process;
}

Result<ProcessTable> readProcesses(const std::string& proc) {
  ProcessTable table;
  table.proc = proc;
  std::error_code error;
  for (std::filesystem::directory_iterator entries(proc, error), end; !error && entries != end;
       entries.increment(error)) {
    const pid_t pid = parsePid(entries->path().filename().c_str());
    if (pid <= 0) continue;
    if (auto process = readProcess(pid, proc)) table.processes.push_back(std::move(*process));
  }
  if (error) return Error{ErrorCode::kUnavailable, proc + ": " + error.message()};
  if (table.processes.empty()) {
    return Error{ErrorCode::kUnavailable, proc + " shows no processes (is it mounted?)"};
  }
  std::sort(table.processes.begin(), table.processes.end(),
            [](const ProcessInfo& a, const ProcessInfo& b) { return a.pid < b.pid; });
  table.complete = table.processes.front().pid == 1;
  return table;
}

std::optional<std::string> environmentOf(pid_t pid, const std::string& variable,
                                         const std::string& proc) {
  const std::string begin = variable + "=";
  for (std::string& entry :
       split(beginningOf(folderOf(proc, pid) + "/environ", kEnvironmentBytes))) {
    if (entry.starts_with(begin)) return entry.substr(begin.size());
  }
  return std::nullopt;
}

double secondsOfTicks(std::uint64_t ticks) {
  static const auto kPerSecond = static_cast<double>(sysconf(_SC_CLK_TCK));
  return static_cast<double>(ticks) / kPerSecond;
}

std::uint64_t ticksSinceBoot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  static const auto kPerSecond = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return static_cast<std::uint64_t>(now.tv_sec) * kPerSecond +
         static_cast<std::uint64_t>(now.tv_nsec) * kPerSecond / 1'000'000'000;
}

core::WallTime wallTimeOfTicks(std::uint64_t ticks) {
  timespec boot{}, wall{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  clock_gettime(CLOCK_REALTIME, &wall);
  const double since_boot =
      static_cast<double>(boot.tv_sec) + static_cast<double>(boot.tv_nsec) / 1e9;
  const double since_1970 =
      static_cast<double>(wall.tv_sec) + static_cast<double>(wall.tv_nsec) / 1e9;
  const std::chrono::duration<double> started(since_1970 - since_boot + secondsOfTicks(ticks));
  return core::WallTime(std::chrono::duration_cast<core::Duration>(started));
}

}  // namespace heald::process
