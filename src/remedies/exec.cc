#include "remedies/exec.h"

#include <algorithm>

#include "config/placeholders.h"
#include "core/label_pattern.h"
#include "heald/result.h"
#include "io/process.h"
#include "remedies/remedy.h"

namespace heald::remedies {
namespace {

struct UserOptions {
  std::string user, group;
  std::string place, command_place;  // where they stand in the file
};

void describeUser(config::Fields& f, UserOptions& o) {
  f.text("user", o.user, {.check = io::userNameProblem},
         "the user that it runs as, by name or number, with the groups of that user; heald's own "
         "when absent. heald has to be root for another one");
  f.text("group", o.group, {.check = io::groupNameProblem},
         "the group that it runs as, instead of the user's first one");
  o.command_place = f.place("command");
  o.place = f.place(o.user.empty() ? "group" : "user");
}

void describe(config::Fields& f, io::ProcessSpec& o) {
  f.texts("command", o.command, {.required = true},
          "the program and its arguments; there is no shell. {{NAME}} in an argument is the value "
          "of an alert's label that the remedy declares in labels");
  if (!o.command.empty() && !config::namesIn(o.command.front()).empty()) {
    f.fail("command", "takes its program from a label (a label can be an argument only)");
  }
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

std::optional<int> exitCodeOf(const io::ProcessResult& result) {
  return result.end == io::ProcessEnd::kExited ? std::optional(result.code) : std::nullopt;
}

class ExecRemedy : public Remedy {
 public:
  ExecRemedy(io::ProcessSpec spec, const UserOptions& user)
      : spec_(std::move(spec)),
        user_(user.user, user.group),
        user_key_(user.user.empty() ? "group" : "user"),
        user_place_(user.place),
        command_place_(user.command_place) {}

  core::Duration timeout() const override { return spec_.timeout; }
  std::vector<std::string> command() const override { return spec_.command; }

  std::vector<std::string> labels() const override {
    std::vector<std::string> labels;
    for (const std::string& argument : spec_.command) {
      for (std::string& label : config::namesIn(argument)) labels.push_back(std::move(label));
    }
    return labels;
  }

  std::vector<config::HostProblem> problemsOfHost() const override {
    const auto user = user_.get();
    if (user) return {};
    return {{user_place_, user_key_, user.error().message}};
  }

  std::vector<config::HostProblem> warningsOfHost() const override {
    const auto user = user_.get();
    const std::string problem = user ? io::programProblem(spec_.command, user->get()) : "";
    if (problem.empty()) return {};
    return {{command_place_, "command", problem}};
  }

  void start(io::Services& services, const ActionRun& run, Done done) const override {
    const auto user = user_.get();
    if (!user) return done({ActionOutcome::kFailed, user.error().message, ""});
    io::ProcessSpec spec = spec_;
    spec.run_as = *user;
    if (const auto filled = fill(spec.command, run); !filled) {
      done({ActionOutcome::kFailed, filled.error().message, ""});
      return;
    }
    spec.environment.insert(spec.environment.end(), run.environment.begin(), run.environment.end());
    const bool accepted =
        services.workers.post([spec = std::move(spec), cancel = run.cancel, done] {
          io::ProcessResult result = io::runProcess(spec, cancel);
          done({outcomeOf(result), result.reason, std::move(result.output), exitCodeOf(result)});
        });
    if (!accepted) done({ActionOutcome::kFailed, "too much work is waiting", ""});
  }

 private:
  const io::ProcessSpec spec_;
  const io::ConfiguredUser user_;
  const std::string user_key_, user_place_, command_place_;
};

}  // namespace

config::Kind execKind() {
  return {"exec", "a command", [](config::Fields& f) {
            io::ProcessSpec spec;
            spec.timeout = std::chrono::seconds(30);
            spec.kill_after = std::chrono::seconds(5);
            describe(f, spec);
            UserOptions user;
            describeUser(f, user);
            return std::make_shared<const ExecRemedy>(std::move(spec), user);
          }};
}

}  // namespace heald::remedies
