// The command line. The only place that knows CLI11.
#include "ctl/run.h"

#include <CLI/CLI.hpp>
#include <functional>

#include "app/version.h"
#include "config/scalars.h"
#include "core/text.h"
#include "ctl/backtest.h"
#include "ctl/bound_command.h"
#include "ctl/config_commands.h"
#include "ctl/console.h"
#include "ctl/exec.h"
#include "ctl/help.h"
#include "ctl/history.h"
#include "ctl/run_checks.h"
#include "ctl/simulate.h"
#include "ctl/watch.h"
#include "io/address.h"
#include "io/foreground.h"
#include "io/text.h"

namespace heald::ctl {
namespace {

struct Arguments {
  std::string url;
  std::string token_file;
  double timeout_seconds = 10;
  Target target;
  std::string reason;
  bool force = false;
  bool as_json = false;
  bool check = false;
  std::string name;
  std::string setting;
  std::string length;
  std::string file = kDefaultConfigFile;
};

using Command = std::function<ExitCode(const Console&)>;

class CommandLine {
 public:
  explicit CommandLine(const Surroundings& surroundings) : at_(surroundings) {
    app_.name("healdctl");
    app_.footer(kFooter);
    app_.set_version_flag("--version", std::string("healdctl ") + app::kVersion);
    app_.require_subcommand(1);
    app_.fallthrough();
    args_.url = at_.environment("HEALD_URL").value_or("");
    if (args_.url.empty()) args_.url = ClientOptions{}.url;
    addGlobals();
    addReads();
    addHumanActions();
    addRuns();
    addPauses();
    addExplain();
    addHistory();
    addWatch();
    addReload();
    addExec();
    addConfiguration();
    addSimulate();
    addBacktest();
  }

  int run(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error, at_.out, at_.err) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
    }
    return static_cast<int>(offline_ ? offline_() : askDaemon());
  }

 private:
  void addGlobals() {
    app_.add_option("--url", args_.url, "Where heald's control plane is; or HEALD_URL")
        ->capture_default_str();
    app_.add_option("--token-file", args_.token_file,
                    "File with the control token; or HEALD_TOKEN_FILE, or where heald keeps it");
    app_.add_option("--timeout", args_.timeout_seconds, "Seconds to wait for an answer")
        ->check(CLI::Range(0.001, 3600.0))
        ->capture_default_str();
  }

  CLI::App* add(CLI::App* parent, const char* name, const char* help, Command command) {
    CLI::App* sub = parent->add_subcommand(name, help);
    sub->callback([this, command = std::move(command)] { command_ = command; });
    return sub;
  }

  CLI::App* addOffline(CLI::App* parent, const char* name, const char* help,
                       std::function<ExitCode()> command) {
    CLI::App* sub = parent->add_subcommand(name, help);
    sub->callback([this, command = std::move(command)] { offline_ = command; });
    return sub;
  }

  CLI::Option* addReason(CLI::App* sub, const char* help) {
    return sub->add_option("--reason", args_.reason, help)
        ->check(CLI::Validator(
            [](const std::string& text) {
              return std::string(io::trim(text).empty() ? "a reason must not be blank" : "");
            },
            ""));
  }

  void addReads() {
    CLI::App* status =
        add(&app_, "status", "What is the state, what is wrong, what helps",
            [this](const Console& s) { return showStatus(s, args_.as_json, args_.check); });
    status->add_flag("--json", args_.as_json, "Print the answer as it came");
    status->add_flag("--check", args_.check, "Exit 10 when degraded, 11 dormant, 12 disabled");
    CLI::App* flag = add(&app_, "flag", "List the kill switches, or move one",
                         [this](const Console& s) { return moveOrListFlags(s); });
    flag->add_option("name", args_.name, "auto_healing, auto_detection, …");
    flag->add_option("setting", args_.setting, "on or off")->check(CLI::IsMember({"on", "off"}));
    addReason(flag, "Why; needed to move one");
  }

  ExitCode moveOrListFlags(const Console& console) {
    if (args_.name.empty()) return showFlags(console);
    if (args_.setting.empty() || args_.reason.empty()) {
      return console.fail(ExitCode::kUsage,
                          "to move a flag: healdctl flag " + args_.name + " on|off --reason TEXT");
    }
    return setFlag(console, args_.name, args_.setting == "on", args_.reason);
  }

  void addTarget(CLI::App* sub, const char* help) {
    CLI::Option* name = sub->add_option("governor", args_.target.name, help);
    sub->add_flag("--all", args_.target.all, "Every one of them")->excludes(name);
  }

  void addHumanActions() {
    CLI::App* resumed = add(&app_, "resume", "Leave dormant mode", [this](const Console& s) {
      return resume(s, args_.target, args_.reason);
    });
    addTarget(resumed, "Its name; without one, the only dormant governor");
    addReason(resumed, "What was found and fixed")->required();
    CLI::App* dormant =
        add(&app_, "dormant", "Enter dormant mode by hand",
            [this](const Console& s) { return enterDormant(s, args_.target, args_.reason); });
    addTarget(dormant, "Its name; without one, the only governor");
    addReason(dormant, "Why heald has to keep still")->required();
    CLI::App* closed = add(&app_, "reset", "Close a circuit breaker",
                           [this](const Console& s) { return reset(s, args_.name, args_.force); });
    closed->add_option("governor", args_.name, "Its name; without one, the only governor");
    closed->add_flag("--force", args_.force, "Also out of PERMANENT_OPEN");
  }

  void addReload() {
    add(&app_, "reload", "Have heald read its configuration file again; a mistake changes nothing",
        [](const Console& s) { return reloadConfiguration(s); });
  }

  void addRuns() {
    CLI::App* runs = app_.add_subcommand("run", "Run a check, or want a remedy, now");
    runs->require_subcommand(1);
    CLI::App* check = add(runs, "check", "Run checks now, and wait for their results",
                          [this](const Console& s) { return runTheChecks(s); });
    CLI::Option* names = check->add_option("name", checks_.names, "Their names");
    check->add_flag("--all", checks_.all, "Every one of them")->excludes(names);
    check->add_flag("--no-wait", checks_.no_wait, "Do not wait for the results");
    add(runs, "remedy", "Want a remedy now; its governor is still asked",
        [this](const Console& s) { return runRemedy(s, args_.name); })
        ->add_option("name", args_.name, "Its name")
        ->required();
  }

  ExitCode runTheChecks(const Console& console) {
    if (checks_.names.empty() && !checks_.all) {
      return console.fail(ExitCode::kUsage, "name a check, or say --all");
    }
    if (at_.terminal && at_.environment("TERM").value_or("dumb") != "dumb") {
      checks_.terminal = terminalSize();
    }
    return runChecks(console, checks_);
  }

  void addHistory() {
    CLI::App* sub = app_.add_subcommand("history", "What has happened, the oldest first");
    const auto choice = [&](const char* option, const char* key, const char* help) {
      return sub->add_option_function<std::string>(
          option, [this, key](const std::string& value) { history_.query[key] = value; }, help);
    };
    CLI::Option* since = choice("--since", "since", "From then on: 2h ago, or a time");
    CLI::Option* until = choice("--until", "until", "Before then");
    choice("--governor", "governor", "Only of this governor and its targets");
    choice("--remedy", "remedy", "Only of this remedy");
    choice("--check", "check", "Only of this check");
    choice("--kind", "kind", "Only of these kinds: attempt,breaker,human …");
    CLI::Option* limit = sub->add_option("--limit", history_.limit,
                                         "The newest so many (100 unless since or until); 0: all");
    sub->add_flag("--json", history_.as_json, "A line of JSON for each");
    CLI::Option* follow =
        sub->add_flag("-f,--follow", history_.follow, "And then what happens, until Ctrl-C");
    CLI::Option* store =
        sub->add_option("--store", history_.store, "Read this file, without a heald");
    store->excludes(follow);
    sub->callback([this, since, until, limit, store] {
      const bool bounded = since->count() + until->count() + limit->count() > 0;
      if (!bounded) history_.limit = 100;
      if (store->count() > 0) {
        offline_ = [this] { return showStoredHistory(history_, at_.out, at_.err, colours()); };
      } else {
        command_ = [this](const Console& s) { return showHistory(s, history_); };
      }
    });
  }

  void addWatch() {
    CLI::App* sub = app_.add_subcommand("watch", "The status, kept up to date, until q or Ctrl-C");
    sub->add_option("--interval", watch_seconds_, "Seconds between two looks")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    sub->callback([this] {
      command_ = [this](const Console& s) {
        const auto interval = std::chrono::duration<double>(watch_seconds_);
        return static_cast<ExitCode>(
            watch(s, std::chrono::duration_cast<core::Duration>(interval)));
      };
      args_.timeout_seconds = std::min(args_.timeout_seconds, 2.0);  // it has to hear its keys
      problem_ = watchProblem(at_.environment);
      if (problem_.empty()) Screen::holdSignals();  // before the client makes its thread
    });
  }

  void addPauses() {
    const auto target = [this](CLI::App* sub, const char* all) {
      CLI::Option* name = sub->add_option("remedy", args_.target.name, "Its name");
      sub->add_flag("--all", args_.target.all, all)->excludes(name);
    };
    CLI::App* paused = add(
        &app_, "pause", "Start nothing for a remedy for a while: maintenance",
        [this](const Console& s) { return pause(s, args_.target, args_.length, args_.reason); });
    target(paused, "Every remedy, and permits too");
    paused->add_option("--for", args_.length, "How long, at most 30d: 90s, 10m, 2h; ends by itself")
        ->required()
        ->check(CLI::Validator(
            [](const std::string& text) {
              const auto length = config::parseDuration(text);
              return length ? std::string() : text + " " + length.error().message;
            },
            ""));
    addReason(paused, "What is being done")->required();
    target(add(&app_, "unpause", "End the pause of a remedy",
               [this](const Console& s) { return unpause(s, args_.target); }),
           "End every pause");
  }

  void addExplain() {
    CLI::App* explained =
        add(&app_, "explain", "Why an attempt under a governor may start now, or may not",
            [this](const Console& s) { return explain(s, args_.name, args_.as_json); });
    explained->add_option("governor", args_.name, "Its name")->required();
    explained->add_flag("--json", args_.as_json, "Print the answer as it came");
  }

  void addExec() {
    const auto duration = [](core::Duration& into, core::Duration least, core::Duration most) {
      return [&into, least, most](const std::string& text) {
        const auto read = config::parseDuration(text);
        if (!read) throw CLI::ValidationError(text + " " + read.error().message);
        if (*read < least || *read > most) {
          throw CLI::ValidationError(text + " is not from " + core::toText(least) + " to " +
                                     core::toText(most));
        }
        into = *read;
      };
    };
    CLI::App* sub = app_.add_subcommand(
        "exec", "Run a command under a governor: ask, run, report how it ended");
    sub->add_option("--governor", exec_.governor, "Who is asked")->required();
    sub->add_option_function<std::string>(
        "--deadline", duration(exec_.deadline, std::chrono::seconds(1), std::chrono::hours(24)),
        "What it may take, at most 24h; then it is ended (default 10m)");
    sub->add_option_function<std::string>(
        "--wait", duration(exec_.wait, core::Duration{}, std::chrono::hours(24)),
        "Wait so long for a permit, while it is one that time or another attempt's end gives");
    sub->add_option("command", exec_.command, "The command, after --")->required();
    sub->callback([this] {
      io::holdSignals();  // before the client makes its thread
      command_ = [this](const Console& s) { return static_cast<ExitCode>(exec(s, exec_)); };
    });
  }

  void addConfiguration() {
    addOffline(&app_, "check-config", "Read a configuration as heald would",
               [this] { return checkConfig(args_.file, at_.environment, at_.out, at_.err); })
        ->add_option("file", args_.file, "The configuration")
        ->capture_default_str();
    addBound();
    CLI::App* config = app_.add_subcommand("config", "About the configuration");
    config->require_subcommand(1);
    addOffline(config, "schema", "Print its JSON Schema, for editors",
               [this] { return printSchema(at_.out); });
  }

  void addBound() {
    CLI::App* bound = addOffline(
        &app_, "bound", "For each governor, the most attempts before a human must act", [this] {
          bound_.file = args_.file;
          bound_.progress = at_.terminal;
          return showBounds(bound_, at_.environment, at_.out, at_.err);
        });
    bound->add_option("file", args_.file, "The configuration")->capture_default_str();
    bound
        ->add_option("--max", bound_.max,
                     "Fail when a governor, or one of its targets, may make more")
        ->check(CLI::Range(1, 1'000'000));
    bound->add_flag("--json", bound_.as_json, "Print JSON");
  }

  void addSimulate() {
    CLI::App* sub = addOffline(
        &app_, "simulate", "Play scenarios on a configuration in virtual time; a test of it",
        [this] { return simulate(simulate_, at_.environment, colours(), at_.out, at_.err); });
    sub->add_option("config", simulate_.config, "The configuration")->required();
    sub->add_option("scenario", simulate_.scenarios, "What happens, and what is expected")
        ->required();
    sub->add_flag("--json", simulate_.as_json, "Print everything as JSON");
    sub->add_flag("--quiet", simulate_.quiet, "Print no timeline, only what was expected");
    sub->add_option("--svg", simulate_.svg, "Draw the picture of one scenario into this file");
  }

  void addBacktest() {
    CLI::App* sub = addOffline(
        &app_, "backtest", "What a configuration would have done with the incidents of a history",
        [this] { return backtest(backtest_, at_.environment, colours(), at_.out, at_.err); });
    sub->add_option("--history", backtest_.history,
                    "What healdctl history --json --limit 0 has printed, or a store")
        ->required();
    sub->add_option("--config", backtest_.config, "The configuration")->required();
    sub->add_flag("--json", backtest_.as_json, "Print JSON");
  }

  bool colours() const { return at_.terminal && at_.environment("NO_COLOR").value_or("").empty(); }

  ExitCode askDaemon() {
    if (!problem_.empty()) {
      at_.err << "healdctl: " << problem_ << "\n";
      return ExitCode::kUsage;
    }
    if (const std::string problem = io::urlProblem(args_.url); !problem.empty()) {
      at_.err << "healdctl: --url " << args_.url << " " << problem << "\n";
      return ExitCode::kUsage;
    }
    ClientOptions options;
    options.url = args_.url;
    options.timeout = std::chrono::duration_cast<core::Duration>(
        std::chrono::duration<double>(args_.timeout_seconds));
    options.token = findToken(args_.token_file, at_.environment);
    options.actor = at_.actor;
    Client client(std::move(options));
    return command_({client, at_.out, at_.err, colours()});
  }

  const Surroundings& at_;
  Arguments args_;
  ExecOptions exec_;
  RunChecksOptions checks_;
  HistoryOptions history_;
  double watch_seconds_ = 2;
  std::string problem_;
  BoundOptions bound_;
  SimulateOptions simulate_;
  BacktestOptions backtest_;
  Command command_;
  std::function<ExitCode()> offline_;
  CLI::App app_{kDescription};
};

}  // namespace

int run(int argc, const char* const* argv, const Surroundings& surroundings) {
  return CommandLine(surroundings).run(argc, argv);
}

}  // namespace heald::ctl
