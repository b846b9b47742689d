#include "process/output.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace heald::process {
namespace {

constexpr int kRoundsATime = 64;  // a flood must not keep the caller from its deadline

int moveUp(io::UniqueFd& fd) {
  if (fd.get() > 2) return 0;
  const int up = fcntl(fd.get(), F_DUPFD_CLOEXEC, 3);
  if (up < 0) return errno;
  fd.reset(up);
  return 0;
}

}  // namespace

int openPipe(io::UniqueFd& reader, io::UniqueFd& writer) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  reader.reset(ends[0]);
  writer.reset(ends[1]);
  const int error = moveUp(reader);
  return error ? error : moveUp(writer);
}

int Output::open() {
  const int error = openPipe(reader_, writer_);
  if (error) return error;
  return fcntl(reader_.get(), F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
}

void Output::take() {
  char chunk[8192];
  for (int round = 0; round < kRoundsATime && reader_.valid(); ++round) {
    const ssize_t got = read(reader_.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      reader_.reset();
      return;
    }
    const std::size_t kept = std::min(static_cast<std::size_t>(got), limit_ - text.size());
    text.append(chunk, kept);
    if (kept < static_cast<std::size_t>(got)) truncated = true;
  }
}

}  // namespace heald::process
