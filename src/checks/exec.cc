#include "checks/exec.h"

#include "checks/check.h"
#include "checks/nagios.h"
#include "process/command_options.h"

namespace heald::checks {
namespace {

class ExecCheck : public Check {
 public:
  ExecCheck(process::CommandOptions options, bool nonzero_is_critical)
      : command_(std::move(options)), nonzero_is_critical_(nonzero_is_critical) {}

  std::vector<config::HostProblem> problemsOfHost() const override {
    return command_.problems<config::HostProblem>();
  }
  std::vector<config::HostProblem> warningsOfHost() const override {
    return command_.warnings<config::HostProblem>();
  }
  std::vector<std::string> command() const override { return command_.command(); }
  core::AnswersTo findings() const override {
    return {.warning = !nonzero_is_critical_, .critical = true};
  }

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    auto spec = command_.spec();
    if (!spec) return done({core::CheckStatus::kUnknown, spec.error().message});
    spec->environment.emplace_back("HEALD_CHECK", run.check);
    spec->timeout = run.timeout;
    const bool accepted =
        services.workers.post([spec = std::move(*spec), cancel = run.cancel, done,
                               judge = nonzero_is_critical_ ? judgeCommand : judgePlugin] {
          done(judge(process::runProcess(spec, cancel)));
        });
    if (!accepted) done({core::CheckStatus::kUnknown, "too much work is waiting"});
  }

 private:
  const process::ConfiguredCommand command_;
  const bool nonzero_is_critical_;
};

}  // namespace

config::Kind execKind() {
  return {"exec", "a command, after the Nagios convention", [](config::Fields& f) {
            process::CommandOptions options;
            bool nonzero_is_critical = false;
            process::describeCommand(f, options,
                                     "the program and its arguments; there is no shell");
            f.boolean("nonzero_is_critical", nonzero_is_critical,
                      "for a command that is no plugin: exit code 0 is ok, and any other critical");
            return std::make_shared<const ExecCheck>(std::move(options), nonzero_is_critical);
          }};
}

}  // namespace heald::checks
