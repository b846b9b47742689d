#include "ctl/replica_commands.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/plain_text.h"
#include "ctl/json_access.h"
#include "ctl/table.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

constexpr const char* kReplicas = "/api/replicas";

ExitCode list(const Console& console, std::size_t width) {
  ExitCode code = ExitCode::kOk;
  const auto answer = console.read(kReplicas, code);
  if (!answer) return code;
  if (console.as_json) {
    console.out << core::escapedLines(answer->dump()) << "\n";
    return code;
  }
  const std::string leader = textOf(answer->value("leader", ordered_json::object()), "name");
  Table table({"REPLICA", "ROLE", "VERSION", "CONFIGURATION", "ADDRESS"});
  for (const ordered_json& replica : listOf(*answer, "replicas")) {
    const std::string name = textOf(replica, "name");
    const bool leads = name == leader;
    table.add({{name, Colour::kStrong},
               {leads ? "acts" : "stands by", leads ? Colour::kGood : Colour::kPlain},
               {textOf(replica, "version")},
               {textOf(replica, "config")},
               {textOf(replica, "url")}});
  }
  console.out << table.text(console.colours, width);
  if (leader.empty()) console.out << "None of them acts.\n";
  const std::string trouble = textOf(*answer, "trouble");
  if (!trouble.empty()) console.out << "etcd cannot be asked: " << printable(trouble) << "\n";
  return code;
}

ExitCode stepDown(const Console& console, const std::string& reason) {
  const ordered_json body = {{"reason", reason}};
  const Answer answer =
      console.client.send("POST", std::string(kReplicas) + "/step-down",
                          body.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  if (!answer.ok()) return console.fail(*answer.failure);
  if (console.as_json) {
    console.out << core::escapedLines(answer.body) << "\n";
  } else {
    console.out << "Another replica acts now: healdctl replicas\n";
  }
  return ExitCode::kOk;
}

}  // namespace

struct ReplicaCommands::Options {
  std::string reason;
};

ReplicaCommands::ReplicaCommands(CLI::App& app, Invocation& chosen, const Process& at)
    : options_(std::make_unique<Options>()) {
  Options& options = *options_;
  addCommand(app, chosen, "replicas", "Which of several healds acts",
             [&at](const Console& console) {
               return list(console, at.terminal ? static_cast<std::size_t>(at.size.columns) : 0);
             });
  addCommand(app, chosen, "step-down", "Let another replica act; what runs here is ended",
             [&options](const Console& console) { return stepDown(console, options.reason); })
      ->add_option("--reason", options.reason, "Why another replica is to act")
      ->required();
}

ReplicaCommands::~ReplicaCommands() = default;

}  // namespace heald::ctl
