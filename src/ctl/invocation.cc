#include "ctl/invocation.h"

#include <CLI/CLI.hpp>

#include "config/scalars.h"

namespace heald::ctl {

CLI::App* addCommand(CLI::App& parent, Invocation& chosen, const char* name, const char* help,
                     std::function<ExitCode(const Console&)> ask) {
  CLI::App* sub = parent.add_subcommand(name, help);
  addJson(*sub, chosen);
  sub->callback([&chosen, ask = std::move(ask)] { chosen.ask = ask; });
  return sub;
}

CLI::App* addOfflineCommand(CLI::App& parent, Invocation& chosen, const char* name,
                            const char* help, std::function<ExitCode()> command) {
  CLI::App* sub = parent.add_subcommand(name, help);
  sub->callback([&chosen, command = std::move(command)] { chosen.offline = command; });
  return sub;
}

std::string lengthFault(const std::string& text) {
  const auto length = config::parseDuration(text);
  return length ? std::string() : text + " " + length.error().message;
}

void addJson(CLI::App& command, Invocation& chosen) {
  command.add_flag("--json", chosen.as_json, "Print JSON, errors too");
}

}  // namespace heald::ctl
