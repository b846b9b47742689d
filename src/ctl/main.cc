#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <iostream>

#include "config/environment.h"
#include "ctl/run.h"
#include "ctl/standard_output.h"

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

// What cannot be written is an error, whatever the command has done. A reader that has gone, as
// `head` does, knows it.
int written(heald::ctl::StandardOutput& output, int code) {
  const int failure = output.finish();
  if (failure == 0) return code;
  if (failure != EPIPE) {
    std::cerr << "healdctl: the output cannot be written: " << std::strerror(failure) << "\n";
  }
  return static_cast<int>(heald::ctl::ExitCode::kNoOutput);
}

}  // namespace

int main(int argc, char** argv) {
  heald::ctl::occupyStandardDescriptors();
  heald::ctl::StandardOutput output(STDOUT_FILENO);
  std::ostream out(&output);
  try {
    const int code =
        heald::ctl::run(argc, argv,
                        {out, std::cerr, heald::config::processEnvironment,
                         isatty(STDOUT_FILENO) == 1, userName() + "@" + hostName(),
                         heald::ctl::terminalSize().value_or(heald::ctl::TerminalSize{})});
    return written(output, code);
  } catch (const std::exception& failure) {
    std::cerr << "healdctl: " << failure.what() << "\n";
    return static_cast<int>(heald::ctl::ExitCode::kRefused);
  }
}
