#include "ctl/usage.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "config/wording.h"

namespace heald::ctl {
namespace {

using Words = std::vector<std::string>;

std::vector<CLI::App*> below(CLI::App& app) {
  return app.get_subcommands([](CLI::App*) { return true; });
}

CLI::App* subNamed(CLI::App& app, const std::string& name) {
  const auto subs = below(app);
  const auto found = std::find_if(subs.begin(), subs.end(),
                                  [&](const CLI::App* sub) { return sub->get_name() == name; });
  return found == subs.end() ? nullptr : *found;
}

// The command that the arguments name, as far as they do.
CLI::App* chosen(CLI::App& root) {
  CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

// "run check: " of the command; nothing of healdctl itself.
std::string placeOf(const CLI::App* app) {
  std::string words;
  for (; app->get_parent() != nullptr; app = app->get_parent()) {
    words = app->get_name() + (words.empty() ? "" : " ") + words;
  }
  return words;
}

// Without the hidden ones.
Words namesBelow(CLI::App& app) {
  Words names;
  for (const CLI::App* sub : below(app)) {
    if (!sub->get_group().empty()) names.push_back(sub->get_name());
  }
  return names;
}

Words optionsOf(CLI::App& app) {
  Words options;
  for (CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
      for (const std::string& name : option->get_snames()) options.push_back("-" + name);
    }
  }
  return options;
}

std::string meant(const std::string& word, const Words& candidates, bool in_quotes) {
  const std::string near = config::nearest(word, candidates);
  if (near.empty()) return "";
  return " (did you mean " + (in_quotes ? config::quoted(near) : near) + "?)";
}

std::string unknownCommand(CLI::App& app, const std::string& word) {
  const std::string near = meant(word, namesBelow(app), true);
  const std::string kind = app.get_parent() == nullptr ? "unknown command " : "no such command: ";
  return kind + config::quoted(word) +
         (near.empty() ? " (there are: " + config::joined(namesBelow(app)) + ")" : near);
}

std::string leftOver(CLI::App& app, const std::string& word) {
  if (word.starts_with('-') && word != "-") {
    const std::string name = word.substr(0, word.find('='));
    const bool letter = name.size() <= 2;  // as near to every other
    return "unknown option " + config::shortened(name) +
           (letter ? "" : meant(name, optionsOf(app), false));
  }
  if (!below(app).empty()) return unknownCommand(app, word);
  return "unexpected argument " + config::quoted(word);
}

}  // namespace

std::string usageProblem(CLI::App& root, const CLI::ParseError& error) {
  CLI::App& app = *chosen(root);
  const std::string place = placeOf(&app);
  const Words rest = root.remaining(true);
  std::string what = error.what();
  if (!rest.empty()) {
    what = leftOver(app, rest.front());
  } else if (!below(app).empty() && app.get_subcommands().empty()) {
    what = place.empty() ? "a command is needed"
                         : "it needs to know what: " + config::joined(namesBelow(app));
  }
  return (place.empty() ? "" : place + ": ") + what + "\nsee: healdctl help" +
         (place.empty() ? "" : " " + place);
}

bool helpFor(CLI::App& root, const Words& words, std::string& text) {
  CLI::App* app = &root;
  std::string before;
  for (const std::string& word : words) {
    CLI::App* sub = subNamed(*app, word);
    if (sub == nullptr) {
      text = below(*app).empty() ? app->get_name() + " has no part " + config::quoted(word)
                                 : unknownCommand(*app, word);
      return false;
    }
    before += (before.empty() ? "" : " ") + app->get_name();
    app = sub;
  }
  // The root would hand over to the command that was parsed: to `help` itself.
  text = words.empty()
             ? root.get_formatter()->make_help(&root, "healdctl", CLI::AppFormatMode::Normal)
             : app->help(before);
  return true;
}

std::vector<std::string> commandsOf(CLI::App& app) {
  Words commands;
  for (CLI::App* sub : below(app)) {
    if (sub->get_group().empty()) continue;  // hidden
    const Words deeper = commandsOf(*sub);
    if (deeper.empty()) commands.push_back(placeOf(sub));
    commands.insert(commands.end(), deeper.begin(), deeper.end());
  }
  return commands;
}

}  // namespace heald::ctl
