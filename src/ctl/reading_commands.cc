#include "ctl/reading_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "config/scalars.h"
#include "ctl/explain_command.h"
#include "ctl/history.h"
#include "ctl/open_command.h"
#include "ctl/status_command.h"
#include "ctl/terminal.h"
#include "ctl/watch.h"

namespace heald::ctl {

struct ReadingCommands::Options {
  StatusOptions status;
  std::string name;
  HistoryOptions history;
  double watch_seconds = 2;
  OpenOptions open;
};

ReadingCommands::ReadingCommands(CLI::App& app, Invocation& chosen, const Process& at)
    : chosen_(chosen), at_(at), options_(std::make_unique<Options>()) {
  addStatus(app);
  addExplain(app);
  addHistory(app);
  addWatch(app);
  addOpen(app);
}

ReadingCommands::~ReadingCommands() = default;

void ReadingCommands::addStatus(CLI::App& app) {
  StatusOptions& status = options_->status;
  CLI::App* sub = addCommand(app, chosen_, "status", "What is the state, what is wrong, what to do",
                             [this, &status](const Console& console) {
                               if (at_.terminal) status.terminal = at_.size;
                               return showStatus(console, status);
                             });
  sub->add_option("name", status.choice.patterns,
                  "Only what is named so, with what belongs to it; patterns too: 'web-*'");
  sub->add_flag("--all", status.all, "On a terminal too, everything: fold nothing");
  sub->add_flag("--problems", status.choice.problems, "Only what is not well, all of it");
  sub->add_flag("--check", status.check, "Exit 10 when degraded, 11 dormant, 12 disabled");
}

void ReadingCommands::addExplain(CLI::App& app) {
  addCommand(app, chosen_, "explain", "Why an attempt may start now, or may not",
             [this](const Console& console) {
               const auto columns = static_cast<std::size_t>(at_.size.columns);
               return explain(console, options_->name, at_.terminal ? columns : 0);
             })
      ->add_option("name", options_->name, "Of a governor, a remedy, a check or a target")
      ->required();
}

void ReadingCommands::addHistory(CLI::App& app) {
  HistoryOptions& history = options_->history;
  CLI::App* sub = app.add_subcommand("history", "What has happened, the oldest first");
  addJson(*sub, chosen_);
  const auto choice = [&](const char* option, const char* key, const char* help) {
    return sub->add_option_function<std::string>(
        option, [&history, key](const std::string& value) { history.query[key] = value; }, help);
  };
  CLI::Option* since =
      choice("--since", "since", "From then on: 2h ago, 2026-11-28, 2026-11-28T14:30 (UTC)");
  CLI::Option* until = choice("--until", "until", "Before then");
  choice("--governor", "governor", "Only of this governor and its targets");
  choice("--remedy", "remedy", "Only of this remedy");
  choice("--check", "check", "Only of this check");
  choice("--kind", "kind", "Only of these kinds: attempt,breaker,human …");
  CLI::Option* limit = sub->add_option_function<std::string>(
      "--limit",
      [&history](const std::string& text) {
        const auto number = config::parseInteger(text);
        if (!number || *number < 0) {
          throw CLI::ValidationError("--limit " + text + " is not a number from 0 (0: all)");
        }
        history.limit = static_cast<std::size_t>(*number);
      },
      "The newest so many (100 unless since or until); 0: all");
  CLI::Option* follow =
      sub->add_flag("-f,--follow", history.follow, "And then what happens, until Ctrl-C");
  choice("--text", "text", "Only what says this, in whatever case")->excludes(follow);
  CLI::Option* store = sub->add_option("--store", history.store, "Read this file, without a heald");
  store->excludes(follow);
  sub->callback([this, &history, since, until, limit, store] {
    const bool bounded = since->count() + until->count() + limit->count() > 0;
    if (!bounded) history.limit = 100;
    history.as_json = chosen_.as_json;
    if (store->count() > 0) {
      chosen_.offline = [this, &history] {
        return showStoredHistory(history, at_.out, at_.err, at_.colours());
      };
    } else {
      chosen_.ask = [&history](const Console& console) { return showHistory(console, history); };
    }
  });
}

void ReadingCommands::addOpen(CLI::App& app) {
  OpenOptions& open = options_->open;
  CLI::App* sub = addCommand(app, chosen_, "open", "The admin page in your browser, with the token",
                             [&open](const Console& console) { return openPage(console, open); });
  sub->add_option("governor", open.governor, "The page of this one");
  sub->add_flag("--print", open.print, "Only print its address, with the token in it");
}

void ReadingCommands::addWatch(CLI::App& app) {
  CLI::App* sub = app.add_subcommand("watch", "The status, kept up to date, until q or Ctrl-C");
  sub->add_option("--interval", options_->watch_seconds, "Seconds between two looks")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  sub->callback([this] {
    chosen_.ask = [this](const Console& console) {
      const auto interval = std::chrono::duration<double>(options_->watch_seconds);
      return static_cast<ExitCode>(
          watch(console, std::chrono::duration_cast<core::Duration>(interval)));
    };
    // It has to take keys meanwhile.
    chosen_.timeout_seconds = std::min(chosen_.timeout_seconds, 2.0);
    chosen_.problem = watchProblem(at_.environment);
    if (chosen_.problem.empty()) Screen::holdSignals();  // before the client makes its thread
  });
}

}  // namespace heald::ctl
