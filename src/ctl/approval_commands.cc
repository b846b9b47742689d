#include "ctl/approval_commands.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/plain_text.h"
#include "ctl/json_access.h"
#include "ctl/table.h"
#include "io/text.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

std::string thing(const ordered_json& one) {
  const std::string target = textOf(one, "target");
  const std::string name = flagOf(one, "permit")
                               ? "permit of " + textOf(one, "governor")
                               : textOf(one, "remedy") + ", step " +
                                     std::to_string(static_cast<int>(numberOf(one, "step")));
  return name + (target.empty() ? "" : ", " + target);
}

std::string commandLines(const std::vector<ordered_json>& wanted) {
  std::string text;
  for (const ordered_json& one : wanted) text += "  " + printable(textOf(one, "command")) + "\n";
  return text;
}

// What was said, with what is missing.
std::string commandFor(const ToApprove& what) {
  return "healdctl approve " + core::quotedForShell(what.name) + (what.permit ? " --permit" : "") +
         (what.target.empty() ? "" : " --target " + core::quotedForShell(what.target)) +
         (what.step == 0 ? "" : " --step " + std::to_string(what.step)) +
         (what.length.empty() ? "" : " --for " + what.length) + " --reason TEXT";
}

ExitCode listApprovals(const Console& console, std::size_t width) {
  ExitCode code = ExitCode::kOk;
  console.client.goToLeader();
  const auto answer = console.read("/api/approvals", code);
  if (!answer) return code;
  if (console.as_json) {
    console.out << core::escapedLines(answer->dump()) << "\n";
    return code;
  }
  const auto wanted = listOf(*answer, "wanted");
  const auto approved = listOf(*answer, "approvals");
  if (wanted.empty() && approved.empty()) {
    console.out << "Nothing waits for an approval, and none is in force.\n";
    return code;
  }
  if (!wanted.empty()) {
    Table table({"WAITS FOR APPROVAL", "SINCE", "REASON"});
    table.messagesIn(2);
    for (const ordered_json& one : wanted) {
      table.add({{thing(one), Colour::kStrong}, {textOf(one, "since")}, {textOf(one, "reason")}});
    }
    console.out << table.text(console.colours, width) << "\n"
                << "To approve one attempt:\n"
                << commandLines(wanted);
  }
  if (!approved.empty()) {
    Table table({"APPROVED", "UNTIL", "BY", "REASON"});
    table.messagesIn(3);
    for (const ordered_json& one : approved) {
      table.add({{thing(one), Colour::kStrong},
                 {textOf(one, "until")},
                 {textOf(one, "by")},
                 {textOf(one, "reason")}});
    }
    console.out << (wanted.empty() ? "" : "\n") << table.text(console.colours, width);
  }
  return code;
}

}  // namespace

struct ApprovalCommands::Options {
  ToApprove what;
  std::string reason;
};

ApprovalCommands::ApprovalCommands(CLI::App& app, Invocation& chosen, const Process& at)
    : options_(std::make_unique<Options>()) {
  Options& options = *options_;
  const auto what = [&options](CLI::App* sub, const char* help) {
    CLI::Option* name = sub->add_option("name", options.what.name, help);
    CLI::Option* permit =
        sub->add_flag("--permit", options.what.permit, "A permit of the governor of that name");
    sub->add_option("--target", options.what.target,
                    "Of a remedy with targets, or of a fleet: which one");
    sub->add_option("--step", options.what.step,
                    "Of an escalation, from 1; without it the only one that needs an approval")
        ->check(CLI::Range(1, 1000))
        ->excludes(permit);
    return name;
  };
  CLI::App* given = addCommand(
      app, chosen, "approve",
      "List what waits for the approval of a human, or let one attempt start",
      [&options, &at](const Console& console) {
        if (options.what.name.empty()) {
          return listApprovals(console,
                               at.terminal ? static_cast<std::size_t>(at.size.columns) : 0);
        }
        if (io::trim(options.reason).empty()) {
          return console.fail(ExitCode::kUsage,
                              "to approve: " + commandFor(options.what) + " (why it may start)");
        }
        return approve(console, options.what, options.reason);
      });
  what(given, "The remedy; with --permit the governor. Without it all that waits is listed");
  given
      ->add_option("--for", options.what.length,
                   "How long, at most 24h; without it 30m. It ends by itself, or with the attempt")
      ->check(CLI::Validator(lengthFault, ""));
  given->add_option("--reason", options.reason, "Why it may start; needed to approve");
  CLI::App* taken =
      addCommand(app, chosen, "unapprove", "Take an approval back that no attempt has used",
                 [&options](const Console& console) { return unapprove(console, options.what); });
  what(taken, "The remedy; with --permit the governor")->required();
}

ApprovalCommands::~ApprovalCommands() = default;

}  // namespace heald::ctl
