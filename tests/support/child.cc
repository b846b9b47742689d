#include "support/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "support/argv.h"
#include "support/eventually.h"

namespace heald::test {
namespace {

// Between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(int output, const std::vector<char*>& argv,
                         const std::vector<char*>& environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setsid();
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  ::execvpe(argv[0], argv.data(), environment.data());
  ::_exit(127);
}

}  // namespace

Child::Child(const std::vector<std::string>& command, std::string output_file,
             const std::vector<std::pair<std::string, std::string>>& environment)
    : output_file_(std::move(output_file)) {
  const int output =
      ::open(output_file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  std::vector<std::string> variables = {"PATH=/usr/bin:/bin:/usr/sbin:/sbin"};
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  const std::vector<char*> argv = pointersTo(command);
  const std::vector<char*> envp = pointersTo(variables);
  pid_ = ::fork();
  if (pid_ == 0) become(output, argv, envp);
  ::close(output);
}

bool Child::running() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ > 0;
}

std::string Child::output() const {
  std::ifstream in(output_file_, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool Child::terminate(std::chrono::milliseconds limit) {
  if (running()) ::kill(-pid_, SIGTERM);
  return eventually([this] { return !running(); }, limit);
}

void Child::kill() {
  if (!running()) return;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace heald::test
