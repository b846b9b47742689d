#include "remedies/exec.h"

#include <algorithm>

#include "config/placeholders.h"
#include "core/label_pattern.h"
#include "heald/result.h"
#include "process/command_options.h"
#include "remedies/remedy.h"

namespace heald::remedies {
namespace {

struct ExecOptions {
  process::CommandOptions command;
  core::Duration timeout = std::chrono::seconds(30);
  core::Duration kill_after = std::chrono::seconds(5);
};

void describe(config::Fields& f, ExecOptions& o) {
  process::describeCommand(
      f, o.command,
      "the program and its arguments; there is no shell. {{NAME}} in an argument "
      "is the value of an alert's label that the remedy declares in labels");
  const std::vector<std::string>& command = o.command.command;
  if (!command.empty() && !config::namesIn(command.front()).empty()) {
    f.fail("command", "takes its program from a label (a label can be an argument only)");
  }
  f.duration("timeout", o.timeout, {}, "how long it may take");
  f.duration("kill_after", o.kill_after, {.max = std::chrono::minutes(10)},
             "from TERM to KILL when its time is over");
}

// Puts the labels in; a label that is not there, or that would be read as an option, is an error.
Result<void> fill(std::vector<std::string>& command, const ActionRun& run) {
  for (std::string& argument : command) {
    std::string filled;
    std::size_t at = 0;
    for (const config::Placeholder& placeholder : config::placeholdersIn(argument)) {
      if (!placeholder.name) continue;
      const auto named = [&](const auto& entry) { return entry.first == placeholder.inside; };
      const auto found = std::find_if(run.labels.begin(), run.labels.end(), named);
      if (found == run.labels.end() || !core::isPlainLabelValue(found->second)) {
        return Error{ErrorCode::kInvalid, "label \"" + std::string(placeholder.inside) +
                                              "\" is missing or is no argument: nothing started"};
      }
      filled += argument.substr(at, placeholder.begin - at) + found->second;
      at = placeholder.end;
    }
    argument = filled + argument.substr(at);
  }
  return {};
}

ActionOutcome outcomeOf(const process::ProcessResult& result) {
  switch (result.end) {
    case process::ProcessEnd::kExited:
      return result.code == 0 ? ActionOutcome::kOk : ActionOutcome::kFailed;
    case process::ProcessEnd::kTimeout:
      return ActionOutcome::kTimeout;
    case process::ProcessEnd::kCancelled:
      return ActionOutcome::kCancelled;
    case process::ProcessEnd::kSignaled:
    case process::ProcessEnd::kNotStarted:
      return ActionOutcome::kFailed;
  }
  return ActionOutcome::kFailed;
}

std::optional<int> exitCodeOf(const process::ProcessResult& result) {
  return result.end == process::ProcessEnd::kExited ? std::optional(result.code) : std::nullopt;
}

class ExecRemedy : public Remedy {
 public:
  explicit ExecRemedy(ExecOptions options)
      : command_(std::move(options.command)),
        timeout_(options.timeout),
        kill_after_(options.kill_after) {}

  core::Duration timeout() const override { return timeout_; }
  std::vector<std::string> command() const override { return command_.command(); }

  std::vector<std::string> labels() const override {
    std::vector<std::string> labels;
    for (const std::string& argument : command_.command()) {
      for (std::string& label : config::namesIn(argument)) labels.push_back(std::move(label));
    }
    return labels;
  }

  std::vector<config::HostProblem> problemsOfHost() const override {
    return command_.problems<config::HostProblem>();
  }
  std::vector<config::HostProblem> warningsOfHost() const override {
    return command_.warnings<config::HostProblem>();
  }

  void start(io::Services& services, const ActionRun& run, Done done) const override {
    auto spec = command_.spec();
    if (!spec) return done({ActionOutcome::kFailed, spec.error().message, ""});
    spec->timeout = timeout_;
    spec->kill_after = kill_after_;
    spec->ends_with_lease = true;
    if (const auto filled = fill(spec->command, run); !filled) {
      done({ActionOutcome::kFailed, filled.error().message, ""});
      return;
    }
    spec->environment.insert(spec->environment.end(), run.environment.begin(),
                             run.environment.end());
    const bool accepted =
        services.workers.post([spec = std::move(*spec), cancel = run.cancel, done] {
          process::ProcessResult result = process::runProcess(spec, cancel);
          done({outcomeOf(result), result.reason, std::move(result.output), exitCodeOf(result)});
        });
    if (!accepted) done({ActionOutcome::kFailed, "too much work is waiting", ""});
  }

 private:
  const process::ConfiguredCommand command_;
  const core::Duration timeout_, kill_after_;
};

}  // namespace

config::Kind execKind() {
  return {"exec", "a command", [](config::Fields& f) {
            ExecOptions options;
            describe(f, options);
            return std::make_shared<const ExecRemedy>(std::move(options));
          }};
}

}  // namespace heald::remedies
