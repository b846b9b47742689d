#include "process/proc.h"

#include <cerrno>
#include <cstring>

namespace heald::process {
namespace {

constexpr int kMaxDepth = 4096;

// "/proc/42/stat" without printf, which is not async-signal-safe.
class ProcPath {
 public:
  ProcPath& add(const char* text) {
    while (*text && length_ < sizeof path_ - 1) path_[length_++] = *text++;
    return *this;
  }
  ProcPath& add(pid_t pid) {
    char digits[12];
    int at = sizeof digits - 1;
    digits[at] = '\0';
    do {
      digits[--at] = static_cast<char>('0' + pid % 10);
      pid /= 10;
    } while (pid > 0);
    return add(digits + at);
  }
  int openForReading() {
    path_[length_] = '\0';
    return open(path_, O_RDONLY | O_CLOEXEC);
  }

 private:
  char path_[64];
  unsigned length_ = 0;
};

ssize_t readSome(int fd, char* buffer, std::size_t size) {
  ssize_t got;
  do {
    got = read(fd, buffer, size);
  } while (got < 0 && errno == EINTR);
  return got;
}

// The text of a short file of /proc, ended by a zero. False when it cannot be read.
template <std::size_t size>
bool readFile(ProcPath& path, char (&buffer)[size]) {
  const int fd = path.openForReading();
  if (fd < 0) return false;
  const ssize_t got = readSome(fd, buffer, size - 1);
  close(fd);
  if (got <= 0) return false;
  buffer[got] = '\0';
  return true;
}

const char* nextField(const char* text) {
  while (*text && *text != ' ') ++text;
  while (*text == ' ') ++text;
  return text;
}

}  // namespace

pid_t parsePid(const char* text) {
  pid_t pid = 0;
  while (*text >= '0' && *text <= '9') pid = pid * 10 + (*text++ - '0');
  return pid;
}

bool readProcStat(pid_t pid, ProcStat& stat) {
  char text[512];
  ProcPath path;
  if (!readFile(path.add("/proc/").add(pid).add("/stat"), text)) return false;
  const char* field = strrchr(text, ')');  // the name before it may hold anything
  if (!field) return false;
  field = nextField(field);
  stat.state = *field;
  field = nextField(field);
  stat.parent = parsePid(field);
  field = nextField(nextField(field));
  stat.session = parsePid(field);
  return true;
}

pid_t childAbove(pid_t pid, pid_t self) {
  ProcStat stat;
  for (int depth = 0; depth < kMaxDepth && pid > 1 && pid != self; ++depth) {
    if (!readProcStat(pid, stat)) return 0;
    if (stat.parent == self) return pid;
    pid = stat.parent;
  }
  return 0;
}

bool hasEnvironment(pid_t pid, const char* entry) {
  ProcPath path;
  const int fd = path.add("/proc/").add(pid).add("/environ").openForReading();
  if (fd < 0) return false;
  const std::size_t length = strlen(entry);
  char chunk[4096];
  std::size_t matched = 0;  // npos-like: past the end means "not this entry"
  const std::size_t kMissed = length + 1;
  bool found = false;
  ssize_t got;
  while (!found && (got = readSome(fd, chunk, sizeof chunk)) > 0) {
    for (ssize_t i = 0; i < got && !found; ++i) {
      if (chunk[i] == '\0') {
        found = matched == length;
        matched = 0;
      } else {
        matched = matched < length && chunk[i] == entry[matched] ? matched + 1 : kMissed;
      }
    }
  }
  close(fd);
  return found;
}

}  // namespace heald::process
