#include "metrics/process_figures.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

namespace heald::metrics {
namespace {

// The fields of /proc/PID/stat that count, by their numbers in proc(5), where the first is 1.
struct Stat {
  std::uint64_t user = 0;           // 14, in ticks
  std::uint64_t system = 0;         // 15, in ticks
  std::uint64_t threads = 0;        // 20
  std::uint64_t started = 0;        // 22, in ticks since boot
  std::uint64_t virtual_bytes = 0;  // 23
  std::uint64_t resident = 0;       // 24, in pages
};

constexpr std::size_t kFirstField = 3;  // behind the name
constexpr std::size_t kLastField = 24;

std::optional<Stat> parseStat(std::string_view text) {
  // Field 2 is the name of the program, which may hold blanks and parentheses: count from its end.
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos) {
    return std::nullopt;
  }
  text.remove_prefix(name_end + 1);
  std::array<std::uint64_t, kLastField + 1> fields{};
  for (std::size_t field = kFirstField; field <= kLastField; ++field) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) {
      return std::nullopt;
    }
    const std::string_view one = text.substr(0, text.find_first_of(" \n"));
    std::from_chars(one.data(), one.data() + one.size(), fields[field]);  // else 0: a letter, -1
    text.remove_prefix(one.size());
  }
  return Stat{fields[14], fields[15], fields[20], fields[22], fields[23], fields[24]};
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

// Since 6.2 the kernel tells by the size of the folder how many there are.
bool tellsOpenFds(int folder) {
  struct ::stat status = {};
  struct ::statfs system = {};
  return ::fstatfs(folder, &system) == 0 && system.f_type == PROC_SUPER_MAGIC &&
         ::fstat(folder, &status) == 0 && status.st_size > 0;
}

std::uint64_t listedFds(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
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

ProcessReader::ProcessReader(const std::string& proc)
    : fds_(proc + "/self/fd"),
      boot_time_(bootTimeSeconds(proc)),
      stat_(::open((proc + "/self/stat").c_str(), O_RDONLY | O_CLOEXEC)),
      folder_(::open(fds_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  if (!tellsOpenFds(folder_.get())) folder_.reset();
}

std::uint64_t ProcessReader::openFds() const {
  struct ::stat status = {};
  return folder_.valid() && ::fstat(folder_.get(), &status) == 0
             ? static_cast<std::uint64_t>(status.st_size)
             : listedFds(fds_);
}

std::optional<ProcessFigures> ProcessReader::read() const {
  std::array<char, 4096> text;
  const ssize_t size = ::pread(stat_.get(), text.data(), text.size(), 0);
  if (size <= 0) {
    return std::nullopt;
  }
  const auto stat = parseStat({text.data(), static_cast<std::size_t>(size)});
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
  figures.open_fds = openFds();
  figures.max_fds = maxFds();
  figures.threads = stat->threads;
  return figures;
}

}  // namespace heald::metrics
