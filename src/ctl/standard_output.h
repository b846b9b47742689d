#pragma once

#include <array>
#include <streambuf>

namespace heald::ctl {

// Writes to a file descriptor, and remembers why it could not. A stream of the standard library
// only knows that something went wrong.
class StandardOutput : public std::streambuf {
 public:
  explicit StandardOutput(int fd);
  ~StandardOutput() override;
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

  // errno of the first write that failed, after everything has been written; 0: all is written.
  int finish();

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  int fd_;
  int failure_ = 0;
  std::array<char, 16 * 1024> buffer_{};
};

// Opens what is closed of 0, 1 and 2 on /dev/null, so that no file or socket gets its number and is
// written to by mistake. A closed stdout cannot be written to afterwards either.
void occupyStandardDescriptors();

}  // namespace heald::ctl
