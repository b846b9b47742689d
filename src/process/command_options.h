#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "heald/result.h"
#include "io/user.h"
#include "process/process.h"

namespace heald::process {

// What a configuration says of a command that heald runs, for a check and for a remedy alike.
struct CommandOptions {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string working_directory = "/";
  std::string user, group;
  std::string command_place, user_place;  // where they stand in the file
};

// Describes its keys in a configuration (config::Fields, which has the same rank as this room).
template <class Fields>
void describeCommand(Fields& f, CommandOptions& o, const std::string& command_help) {
  f.texts("command", o.command, {.required = true}, command_help);
  f.textMap("environment", o.environment, "added to a clean environment");
  f.text("working_directory", o.working_directory, {.check = directoryProblem},
         "where the command runs");
  f.text("user", o.user, {.check = io::userNameProblem},
         "the user that it runs as, by name or number, with the groups of that user; heald's own "
         "when absent. heald has to be root for another one");
  f.text("group", o.group, {.check = io::groupNameProblem},
         "the group that it runs as, instead of the user's first one");
  o.command_place = f.place("command");
  o.user_place = f.place(o.user.empty() ? "group" : "user");
  const std::string problem = commandProblem(o.command);
  if (!o.command.empty() && !problem.empty()) f.fail("command", problem);
  for (const auto& [name, value] : o.environment) {
    const std::string wrong = variableProblem(name, value);
    if (!wrong.empty()) f.failAt("environment", name, wrong);
  }
}

// Such a command, with the user that it names. Thread-safe.
class ConfiguredCommand {
 public:
  explicit ConfiguredCommand(CommandOptions options)
      : options_(std::move(options)), user_(options_.user, options_.group) {}

  const std::vector<std::string>& command() const { return options_.command; }

  // What runProcess needs, without a timeout; or why the user cannot be had.
  Result<ProcessSpec> spec() const {
    const auto user = user_.get();
    if (!user) return user.error();
    ProcessSpec spec;
    spec.command = options_.command;
    spec.environment = options_.environment;
    spec.working_directory = options_.working_directory;
    spec.run_as = *user;
    return spec;
  }

  // Why this machine cannot run it, and what is dangerous about it there. `Problem` is
  // config::HostProblem.
  template <class Problem>
  std::vector<Problem> problems() const {
    const auto user = user_.get();
    if (user) return {};
    return {{options_.user_place, options_.user.empty() ? "group" : "user", user.error().message}};
  }
  template <class Problem>
  std::vector<Problem> warnings() const {
    const auto user = user_.get();
    const std::string problem = user ? programProblem(options_.command, user->get()) : "";
    if (problem.empty()) return {};
    return {{options_.command_place, "command", problem}};
  }

 private:
  const CommandOptions options_;
  const io::ConfiguredUser user_;
};

}  // namespace heald::process
