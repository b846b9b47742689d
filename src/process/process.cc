#include "process/process.h"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "io/text.h"
#include "io/trusted_file.h"
#include "process/command_pattern.h"
#include "process/run.h"
#include "process/spawn.h"

namespace heald::process {
namespace {

bool hasNul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

std::string specProblem(const ProcessSpec& spec) {
  const std::string command = commandProblem(spec.command);
  if (!command.empty()) return "the command " + command;
  for (const auto& [name, value] : spec.environment) {
    const std::string problem = variableProblem(name, value);
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace

std::string commandProblem(const std::vector<std::string>& command) {
  if (command.empty() || command.front().empty())
    return "must name a program (example: [/usr/bin/test, -s, /etc/key])";
  if (std::any_of(command.begin(), command.end(), hasNul)) return "has a NUL byte";
  const std::string& program = command.front();
  if (program.find('/') != std::string::npos && program.front() != '/') {
    return "must be absolute, or a name without '/' (example: /usr/bin/systemctl)";
  }
  return "";
}

std::string variableProblem(const std::string& name, const std::string& value) {
  if (name.empty() || name.find('=') != std::string::npos || hasNul(name)) {
    return "\"" + core::oneLine(name) + "\" is not the name of a variable (example: LOG_LEVEL)";
  }
  return hasNul(value) ? "\"" + core::oneLine(name) + "\" has a value with a NUL byte" : "";
}

std::string directoryProblem(const std::string& path) {
  return path.starts_with('/') ? "" : "is not an absolute path (example: /var/lib/app)";
}

std::string programProblem(const std::vector<std::string>& command, const io::RunAs* run_as) {
  int error = 0;
  const std::string program = findProgram(command.front(), kProcessPath, error);
  if (error != 0) return "";
  const auto also = run_as ? std::optional(run_as->uid) : std::nullopt;
  const std::string problem = io::pathProblem(program, also);
  const std::string script = scriptOf(command);
  return problem.empty() && script.starts_with('/') ? io::pathProblem(script, also) : problem;
}

ProcessResult runProcess(const ProcessSpec& spec, const io::CancelToken& cancel) {
  const std::string problem = specProblem(spec);
  if (!problem.empty()) return notStarted(EINVAL, problem);
  if (cancel.cancelled()) return endedEarly(ProcessEnd::kCancelled, spec);
  // For what a lost supervisor leaves; again each time, as fork() does not inherit it.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  return runSupervised(spec, cancel);
}

}  // namespace heald::process
