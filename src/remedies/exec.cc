#include "remedies/exec.h"

#include "io/process.h"
#include "remedies/remedy.h"

namespace heald::remedies {
namespace {

void describe(config::Fields& f, io::ProcessSpec& o) {
  f.texts("command", o.command, {.required = true},
          "the program and its arguments; there is no shell");
  f.duration("timeout", o.timeout, {}, "how long it may take");
  f.duration("kill_after", o.kill_after, {.max = std::chrono::minutes(10)},
             "from TERM to KILL when its time is over");
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

ActionOutcome outcomeOf(const io::ProcessResult& result) {
  switch (result.end) {
    case io::ProcessEnd::kExited:
      return result.code == 0 ? ActionOutcome::kOk : ActionOutcome::kFailed;
    case io::ProcessEnd::kTimeout:
      return ActionOutcome::kTimeout;
    case io::ProcessEnd::kCancelled:
      return ActionOutcome::kCancelled;
    case io::ProcessEnd::kSignaled:
    case io::ProcessEnd::kNotStarted:
      return ActionOutcome::kFailed;
  }
  return ActionOutcome::kFailed;
}

class ExecRemedy : public Remedy {
 public:
  explicit ExecRemedy(io::ProcessSpec spec) : spec_(std::move(spec)) {}

  core::Duration timeout() const override { return spec_.timeout; }

  void start(io::Services& services, const ActionRun& run, Done done) const override {
    io::ProcessSpec spec = spec_;
    spec.environment.insert(spec.environment.end(), run.environment.begin(), run.environment.end());
    const bool accepted =
        services.workers.post([spec = std::move(spec), cancel = run.cancel, done] {
          io::ProcessResult result = io::runProcess(spec, cancel);
          done({outcomeOf(result), result.reason, std::move(result.output)});
        });
    if (!accepted) done({ActionOutcome::kFailed, "too much work is waiting", ""});
  }

 private:
  const io::ProcessSpec spec_;
};

}  // namespace

config::Kind execKind() {
  return {"exec", "a command", [](config::Fields& f) {
            io::ProcessSpec spec;
            spec.supervised = true;
            spec.timeout = std::chrono::seconds(30);
            spec.kill_after = std::chrono::seconds(5);
            describe(f, spec);
            return std::make_shared<const ExecRemedy>(std::move(spec));
          }};
}

}  // namespace heald::remedies
