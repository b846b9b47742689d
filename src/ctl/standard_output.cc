#include "ctl/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace heald::ctl {

StandardOutput::StandardOutput(int fd) : fd_(fd) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

StandardOutput::~StandardOutput() {
  finish();
}

int StandardOutput::finish() {
  sync();
  return failure_;
}

StandardOutput::int_type StandardOutput::overflow(int_type c) {
  if (sync() != 0) return traits_type::eof();
  if (!traits_type::eq_int_type(c, traits_type::eof())) {
    *pptr() = traits_type::to_char_type(c);
    pbump(1);
  }
  return traits_type::not_eof(c);
}

int StandardOutput::sync() {
  const char* from = pbase();
  while (failure_ == 0 && from < pptr()) {
    const ssize_t written =
        TEMP_FAILURE_RETRY(::write(fd_, from, static_cast<std::size_t>(pptr() - from)));
    if (written < 0) {
      failure_ = errno;
    } else {
      from += written;
    }
  }
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return failure_ == 0 ? 0 : -1;
}

void occupyStandardDescriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1) continue;
    // The lowest free number is taken. Writing to what is open for reading fails, as it should.
    ::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
  }
}

}  // namespace heald::ctl
