#include "demo/guardian.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

namespace heald::demo {
namespace {

volatile sig_atomic_t asked = 0;
volatile pid_t child = 0;

void remember(int number) {
  asked = number;
}
void passOn(int number) {
  asked = number;
  if (child > 0) ::kill(child, number);
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

// Whoever is left last removes it.
void remove(const std::string& folder) {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

[[noreturn]] void tell(const std::function<int()>& story, const std::string& folder) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  handle(remember);
  ::setenv("TMPDIR", folder.c_str(), 1);
  const int code = story();
  remove(folder);
  std::fflush(stdout);
  ::_exit(asked != 0 ? 128 + asked : code);
}

}  // namespace

int guarded(const std::function<int()>& story) {
  std::string folder = (std::filesystem::temp_directory_path() / "heald-demo-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    std::perror(folder.c_str());
    return 1;
  }
  handle(passOn);
  child = ::fork();
  if (child == 0) tell(story, folder);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  remove(folder);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int askedToEnd() {
  return asked;
}

}  // namespace heald::demo
