#include <pwd.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "config/environment.h"
#include "ctl/run.h"

namespace {

// Behind sudo, who it really is.
std::string userName() {
  if (const auto sudo = heald::config::processEnvironment("SUDO_USER")) return *sudo;
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr ? entry->pw_name : std::to_string(getuid());
}

std::string hostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return heald::ctl::run(argc, argv,
                           {std::cout, std::cerr, heald::config::processEnvironment,
                            isatty(STDOUT_FILENO) == 1, userName() + "@" + hostName()});
  } catch (const std::exception& failure) {
    std::cerr << "healdctl: " << failure.what() << "\n";
    return static_cast<int>(heald::ctl::ExitCode::kRefused);
  }
}
