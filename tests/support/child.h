#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace heald::test {

// A program in the background, in a session of its own, its output in a file. It is killed, with
// its session's process group, and buried when the object goes, and dies with the test. A
// TestDaemon that outlives it takes it for one of heald's own: declare the TestDaemon first.
class Child {
 public:
  // `environment` is all that it has besides PATH.
  Child(const std::vector<std::string>& command, std::string output_file,
        const std::vector<std::pair<std::string, std::string>>& environment = {});
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { kill(); }

  pid_t pid() const { return pid_; }
  bool running();
  std::string output() const;
  // TERM to all of its process group; whether it has ended in time.
  bool terminate(std::chrono::milliseconds limit);
  void kill();

 private:
  std::string output_file_;
  pid_t pid_ = 0;
};

}  // namespace heald::test
