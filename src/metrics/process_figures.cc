#include "metrics/process_figures.h"

#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

namespace heald::metrics {
namespace {

std::string contentOf(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The fields of /proc/PID/stat that count, by their numbers in proc(5), where the first is 1.
struct Stat {
  std::uint64_t user = 0;           // 14, in ticks
  std::uint64_t system = 0;         // 15, in ticks
  std::uint64_t threads = 0;        // 20
  std::uint64_t started = 0;        // 22, in ticks since boot
  std::uint64_t virtual_bytes = 0;  // 23
  std::uint64_t resident = 0;       // 24, in pages
};

std::optional<Stat> parseStat(const std::string& text) {
  // Field 2 is the name of the program, which may hold blanks and parentheses: count from its end.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  std::istringstream in(text.substr(name_end + 1));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(in), {}};
  const auto number = [&](std::size_t field) { return std::stoull("0" + fields[field - 3]); };
  if (fields.size() < 22) {
    return std::nullopt;
  }
  return Stat{number(14), number(15), number(20), number(22), number(23), number(24)};
}

double bootTimeSeconds(const std::string& proc) {
  std::ifstream in(proc + "/stat");
  for (std::string word; in >> word;) {
    if (word == "btime") {
      double seconds = 0;
      in >> seconds;
      return seconds;
    }
  }
  return 0;
}

// Since 6.2 the kernel tells how many there are; before, or elsewhere, they have to be listed.
std::uint64_t openFds(const std::string& proc) {
  struct ::stat folder = {};
  struct ::statfs system = {};
  if (::statfs(proc.c_str(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC &&
      ::stat((proc + "/self/fd").c_str(), &folder) == 0 && folder.st_size > 0) {
    return static_cast<std::uint64_t>(folder.st_size);
  }
  std::error_code error;
  std::filesystem::directory_iterator entries(proc + "/self/fd", error);
  const auto count = error ? 0 : std::distance(begin(entries), end(entries));
  return count > 0 ? static_cast<std::uint64_t>(count - 1) : 0;  // without the one that counts
}

double maxFds() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return 0;
  }
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                         : static_cast<double>(limit.rlim_cur);
}

}  // namespace

ProcessReader::ProcessReader(std::string proc)
    : proc_(std::move(proc)), boot_time_(bootTimeSeconds(proc_)) {}

std::optional<ProcessFigures> ProcessReader::read() const {
  const auto stat = parseStat(contentOf(proc_ + "/self/stat"));
  if (!stat) {
    return std::nullopt;
  }
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  ProcessFigures figures;
  figures.cpu_seconds = static_cast<double>(stat->user + stat->system) / ticks;
  figures.start_time_seconds = boot_time_ + static_cast<double>(stat->started) / ticks;
  figures.resident_bytes = stat->resident * page;
  figures.virtual_bytes = stat->virtual_bytes;
  figures.open_fds = openFds(proc_);
  figures.max_fds = maxFds();
  figures.threads = stat->threads;
  return figures;
}

}  // namespace heald::metrics
