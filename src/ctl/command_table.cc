#include "ctl/command_table.h"

#include <CLI/CLI.hpp>

#include "app/options.h"
#include "config/wording.h"

namespace heald::ctl {
namespace {

// CLI11 keeps the choices of IsMember as "TEXT:{on,off}", and nowhere else.
std::vector<std::string> choicesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find(":{");
  if (open == std::string::npos || !type.ends_with('}')) return {};
  std::vector<std::string> choices;
  std::istringstream list(type.substr(open + 2, type.size() - open - 3));
  for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
  return choices;
}

ArgumentEntry argumentOf(const CLI::Option& option) {
  ArgumentEntry entry;
  entry.positional = option.get_lnames().empty() && option.get_snames().empty();
  for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
  if (entry.positional) entry.names.push_back(option.get_name(true));
  entry.help = option.get_description();
  entry.default_value = option.get_default_str();
  entry.choices = choicesOf(option);
  entry.takes_value = option.get_items_expected_max() > 0;
  entry.required = option.get_required();
  entry.many = option.get_items_expected_max() > 1;
  return entry;
}

CommandEntry entryOf(CLI::App& app, const std::vector<std::string>& before) {
  CommandEntry entry;
  entry.words = before;
  entry.words.push_back(app.get_name());
  entry.help = app.get_description();
  if (before.empty()) entry.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    entry.arguments.push_back(argumentOf(*option));
  }
  for (CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; })) {
    if (!sub->get_group().empty()) entry.commands.push_back(entryOf(*sub, entry.words));
  }
  return entry;
}

}  // namespace

std::string CommandEntry::name() const {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

CommandEntry commandTableOf(CLI::App& app) {
  return entryOf(app, {});
}

CommandEntry daemonTable() {
  CLI::App app;
  DaemonOptions options;
  app::describeOptions(app, options);
  return commandTableOf(app);
}

}  // namespace heald::ctl
