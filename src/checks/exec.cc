#include "checks/exec.h"

#include "checks/check.h"
#include "checks/nagios.h"
#include "io/process.h"

namespace heald::checks {
namespace {

struct ExecOptions {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string working_directory = "/";
  bool nonzero_is_critical = false;
  std::string user, group;
  std::string command_place, user_place;  // where they stand in the file
};

void describe(config::Fields& f, ExecOptions& o) {
  f.texts("command", o.command, {.required = true},
          "the program and its arguments; there is no shell");
  f.textMap("environment", o.environment, "added to a clean environment");
  f.text("working_directory", o.working_directory, {.check = io::directoryProblem},
         "where the command runs");
  f.boolean("nonzero_is_critical", o.nonzero_is_critical,
            "for a command that is no plugin: exit code 0 is ok, and any other critical");
  f.text("user", o.user, {.check = io::userNameProblem},
         "the user that it runs as, by name or number, with the groups of that user; heald's own "
         "when absent. heald has to be root for another one");
  f.text("group", o.group, {.check = io::groupNameProblem},
         "the group that it runs as, instead of the user's first one");
  o.command_place = f.place("command");
  o.user_place = f.place(o.user.empty() ? "group" : "user");
  const std::string problem = io::commandProblem(o.command);
  if (!o.command.empty() && !problem.empty()) f.fail("command", problem);
  for (const auto& [name, value] : o.environment) {
    const std::string wrong = io::variableProblem(name, value);
    if (!wrong.empty()) f.fail("environment", wrong);
  }
}

class ExecCheck : public Check {
 public:
  explicit ExecCheck(ExecOptions options)
      : options_(std::move(options)), user_(options_.user, options_.group) {}

  std::vector<config::HostProblem> problemsOfHost() const override {
    const auto user = user_.get();
    if (user) return {};
    return {{options_.user_place, options_.user.empty() ? "group" : "user", user.error().message}};
  }

  std::vector<std::string> command() const override { return options_.command; }
  core::AnswersTo findings() const override {
    return {.warning = !options_.nonzero_is_critical, .critical = true};
  }

  std::vector<config::HostProblem> warningsOfHost() const override {
    const auto user = user_.get();
    const std::string problem = user ? io::programProblem(options_.command, user->get()) : "";
    if (problem.empty()) return {};
    return {{options_.command_place, "command", problem}};
  }

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    const auto user = user_.get();
    if (!user) return done({core::CheckStatus::kUnknown, user.error().message});
    io::ProcessSpec spec;
    spec.run_as = *user;
    spec.command = options_.command;
    spec.environment = options_.environment;
    spec.environment.emplace_back("HEALD_CHECK", run.check);
    spec.working_directory = options_.working_directory;
    spec.timeout = run.timeout;
    const bool accepted =
        services.workers.post([spec = std::move(spec), cancel = run.cancel, done,
                               judge = options_.nonzero_is_critical ? judgeCommand : judgePlugin] {
          done(judge(io::runProcess(spec, cancel)));
        });
    if (!accepted) done({core::CheckStatus::kUnknown, "too much work is waiting"});
  }

 private:
  const ExecOptions options_;
  const io::ConfiguredUser user_;
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
