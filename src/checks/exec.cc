#include "checks/exec.h"

#include "checks/check.h"
#include "io/process.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

struct ExecOptions {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string working_directory = "/";
};

void describe(config::Fields& f, ExecOptions& o) {
  f.texts("command", o.command, {.required = true},
          "the program and its arguments; there is no shell");
  f.textMap("environment", o.environment, "added to a clean environment");
  f.text("working_directory", o.working_directory, {.check = io::directoryProblem},
         "where the command runs");
  const std::string problem = io::commandProblem(o.command);
  if (!o.command.empty() && !problem.empty()) f.fail("command", problem);
  for (const auto& [name, value] : o.environment) {
    const std::string wrong = io::variableProblem(name, value);
    if (!wrong.empty()) f.fail("environment", wrong);
  }
}

// What stands before the performance data on the first line.
std::string messageOf(const io::ProcessResult& result) {
  const std::string_view line = io::firstLine(result.output);
  return io::oneLine(line.substr(0, line.find('|')));
}

CheckResult judgeExit(const io::ProcessResult& result) {
  const std::string message = messageOf(result);
  if (result.code < 0 || result.code > 3) {
    const std::string tail = message.empty() ? "" : ": " + message;
    return {CheckStatus::kUnknown, io::oneLine(result.reason + tail)};
  }
  return {core::kCheckStatuses[result.code], message.empty() ? result.reason : message};
}

CheckResult judge(const io::ProcessResult& result) {
  switch (result.end) {
    case io::ProcessEnd::kExited:
      return judgeExit(result);
    case io::ProcessEnd::kTimeout:
      return {CheckStatus::kCritical, result.reason};
    case io::ProcessEnd::kSignaled:
    case io::ProcessEnd::kCancelled:
    case io::ProcessEnd::kNotStarted:
      return {CheckStatus::kUnknown, result.reason};
  }
  return {};
}

class ExecCheck : public Check {
 public:
  explicit ExecCheck(ExecOptions options) : options_(std::move(options)) {}

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    io::ProcessSpec spec;
    spec.command = options_.command;
    spec.environment = options_.environment;
    spec.environment.emplace_back("HEALD_CHECK", run.check);
    spec.working_directory = options_.working_directory;
    spec.timeout = run.timeout;
    const bool accepted =
        services.workers.post([spec = std::move(spec), cancel = run.cancel, done] {
          done(judge(io::runProcess(spec, cancel)));
        });
    if (!accepted) done({CheckStatus::kUnknown, "too much work is waiting"});
  }

 private:
  const ExecOptions options_;
};

}  // namespace

config::Kind execKind() {
  return {"exec", "a command, after the Nagios convention", [](config::Fields& f) {
            ExecOptions options;
            describe(f, options);
            return std::make_shared<const ExecCheck>(std::move(options));
          }};
}

}  // namespace heald::checks
