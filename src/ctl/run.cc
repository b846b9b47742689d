// The command line. The only place that knows CLI11.
#include "ctl/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <optional>
#include <sstream>
#include <string_view>

#include "app/version.h"
#include "config/scalars.h"
#include "core/text.h"
#include "ctl/approval_commands.h"
#include "ctl/command_table.h"
#include "ctl/config_commands.h"
#include "ctl/console.h"
#include "ctl/contexts.h"
#include "ctl/error_json.h"
#include "ctl/exec.h"
#include "ctl/help.h"
#include "ctl/invocation.h"
#include "ctl/notify_commands.h"
#include "ctl/offline_commands.h"
#include "ctl/printed_commands.h"
#include "ctl/reading_commands.h"
#include "ctl/replica_commands.h"
#include "ctl/run_checks.h"
#include "ctl/token_commands.h"
#include "ctl/usage.h"
#include "io/address.h"
#include "io/file.h"
#include "io/text.h"
#include "process/foreground.h"

namespace heald::ctl {
namespace {

struct Arguments {
  Context at;  // what was named by a flag
  std::string context;
  std::string key;
  Target target;
  std::string reason;
  bool force = false;
  std::string name;
  std::string setting;
  std::string length;
};

using Command = std::function<ExitCode(const Console&)>;

class CommandLine {
 public:
  explicit CommandLine(const Process& process) : at_(process) {
    app_.name("healdctl");
    app_.set_version_flag("--version", std::string("healdctl ") + app::kVersion);
    app_.require_subcommand(1);
    app_.fallthrough();
    addGlobals();
    reading_.emplace(app_, chosen_, at_);
    addFlags();
    addHumanActions();
    addRuns();
    addPauses();
    approvals_.emplace(app_, chosen_, at_);
    addReload();
    addExec();
    tokens_.emplace(app_, chosen_, at_);
    notify_.emplace(app_, chosen_, at_);
    replicas_.emplace(app_, chosen_, at_);
    configuration_.emplace(app_, chosen_, at_);
    offline_.emplace(app_, chosen_, at_);
    printed_.emplace(app_, chosen_, at_);
    addHelp();
    addFooters(app_, kFooter);
  }

  int run(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& answer) {  // --help, --version
      return app_.exit(answer, at_.out, at_.err);
    } catch (const CLI::ParseError& error) {
      const auto json = [](const char* word) { return std::string_view(word) == "--json"; };
      const auto end = std::find(argv, argv + argc, std::string_view("--"));
      return wrong(usageProblem(app_, error), std::any_of(argv, end, json));
    }
    return static_cast<int>(chosen_.offline ? chosen_.offline() : askDaemon());
  }

  std::vector<std::string> commands() { return commandsOf(app_); }
  CommandEntry table() { return commandTableOf(app_); }

 private:
  // Every command's help ends with a few lines, not with what `healdctl help` says once.
  static void addFooters(CLI::App& app, const char* footer) {
    app.footer(footer);
    for (CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; })) {
      addFooters(*sub, kShortFooter);
    }
  }

  int wrong(const std::string& what, bool as_json) const {
    at_.err << "healdctl: " << what << "\n";
    if (as_json) at_.out << errorJson({ExitCode::kUsage, what.substr(0, what.find('\n'))});
    return static_cast<int>(ExitCode::kUsage);
  }

  void addGlobals() {
    app_.add_option(
        "--url", args_.at.url,
        "Where heald's control plane is, or HEALD_URL: http://127.0.0.1:3001, "
        "unix:/run/heald/control.sock. "
        "Without it the socket, if heald listens there, and else port 3001 of this host");
    app_.add_option("--context", args_.context,
                    "A context of ~/.config/heald/config.yml; or HEALD_CONTEXT");
    app_.add_option(
        "--ca-file", args_.at.ca_file,
        "PEM file of the authorities to trust for heald's certificate; without it the system's");
    app_.add_option("--cert", args_.at.cert_file, "PEM file of your own certificate, with --key");
    app_.add_option("--key", args_.at.key_file, "PEM file of its key");
    app_.add_option(
        "--token-file", args_.at.token_file,
        "File with a token; or HEALD_TOKEN_FILE, or where heald keeps the control token");
    app_.add_option(
        "--idempotency-key", args_.key,
        "Key of this change: with the same key it is done once, however often it is asked for");
    app_.add_option("--timeout", chosen_.timeout_seconds, "Seconds to wait for an answer")
        ->check(CLI::Range(0.001, 3600.0))
        ->capture_default_str();
  }

  CLI::App* add(CLI::App* parent, const char* name, const char* help, Command command) {
    return addCommand(*parent, chosen_, name, help, std::move(command));
  }

  CLI::App* addOffline(CLI::App* parent, const char* name, const char* help,
                       std::function<ExitCode()> command) {
    return addOfflineCommand(*parent, chosen_, name, help, std::move(command));
  }

  void addHelp() {
    CLI::App* help = addOffline(&app_, "help", "All commands, or one with its options",
                                [this] { return showHelp(); });
    help->add_option("command", help_of_, "Its name");
  }

  ExitCode showHelp() {
    std::string text;
    if (!helpFor(app_, help_of_, text)) return static_cast<ExitCode>(wrong(text, false));
    at_.out << text;
    return ExitCode::kOk;
  }

  CLI::Option* addReason(CLI::App* sub, const char* help) {
    return sub->add_option("--reason", args_.reason, help)
        ->check(CLI::Validator(
            [](const std::string& text) {
              return std::string(io::trim(text).empty() ? "a reason must not be blank" : "");
            },
            ""));
  }

  void addFlags() {
    CLI::App* flag = add(&app_, "flag", "List the kill switches, or switch one",
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
    addReason(dormant, "Why healing must stop")->required();
    CLI::App* closed = add(&app_, "reset", "Close a circuit breaker",
                           [this](const Console& s) { return reset(s, args_.name, args_.force); });
    closed->add_option("governor", args_.name, "Its name; without one, the only governor");
    closed->add_flag("--force", args_.force, "Also out of PERMANENT_OPEN");
    CLI::App* retried =
        add(&app_, "retry", "Retry now: end backoff and the OPEN wait of a governor",
            [this](const Console& s) { return retry(s, args_.name, args_.reason); });
    retried->add_option("governor", args_.name, "Its name; without one, the only governor");
    addReason(retried, "What was fixed")->required();
  }

  void addReload() {
    add(&app_, "reload", "Have heald read its configuration file again; a mistake changes nothing",
        [](const Console& s) { return reloadConfiguration(s); });
  }

  void addRuns() {
    CLI::App* runs = app_.add_subcommand("run", "Run a check, or request a remedy, now");
    runs->require_subcommand(1);
    CLI::App* check = add(runs, "check", "Run checks now, and wait for their results",
                          [this](const Console& s) { return runTheChecks(s); });
    CLI::Option* names = check->add_option("name", checks_.names, "Their names");
    check->add_flag("--all", checks_.all, "Every one of them")->excludes(names);
    check->add_flag("--no-wait", checks_.no_wait, "Do not wait for the results");
    add(runs, "remedy", "Request a remedy run now (its governor may refuse)",
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
        ->check(CLI::Validator(lengthFault, ""));
    addReason(paused, "What is being done")->required();
    target(add(&app_, "unpause", "End the pause of a remedy",
               [this](const Console& s) { return unpause(s, args_.target); }),
           "End every pause");
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
    sub->add_option("--member", exec_.member, "Of a fleet: the member that the command is run on");
    sub->add_option_function<std::string>(
        "--deadline", duration(exec_.deadline, std::chrono::seconds(1), std::chrono::hours(24)),
        "What it may take, at most 24h; then it is ended (default 10m)");
    sub->add_option_function<std::string>(
        "--wait", duration(exec_.wait, core::Duration{}, std::chrono::hours(24)),
        "Wait so long for a permit, while it is one that time or another attempt's end gives");
    sub->add_option_function<std::string>(
           "--if-unreachable",
           [this](const std::string& what) { exec_.run_unreachable = what == "run"; },
           "What to do while heald is down: refuse, or run without a permit (default refuse)")
        ->check(CLI::IsMember({"run", "refuse"}));
    sub->add_option("command", exec_.command, "The command, after --")->required();
    sub->callback([this] {
      process::holdSignals();  // before the client makes its thread
      chosen_.ask = [this](const Console& s) { return static_cast<ExitCode>(exec(s, exec_)); };
    });
  }

  // A flag goes before a context that is named, that before the environment, and that before the
  // current context. A context is taken as a whole: its token is for its URL.
  Result<Context> whereItIs() const {
    Context at = args_.at;
    const std::string url = at_.environment("HEALD_URL").value_or("");
    if (!args_.context.empty() && !at.url.empty()) {
      return Error{ErrorCode::kInvalid, "--context has a URL already: leave out --url"};
    }
    std::string name = args_.context;
    if (at.url.empty() && name.empty()) at.url = url;
    if (at.url.empty()) {
      if (name.empty()) name = at_.environment("HEALD_CONTEXT").value_or("");
      auto found = findContext(name, contextsFile(at_.environment), at_.environment);
      if (!found) return found.error();
      at.url = found->url;
      for (std::string Context::*file :
           {&Context::ca_file, &Context::cert_file, &Context::key_file, &Context::token_file}) {
        if ((at.*file).empty()) at.*file = (*found).*file;
      }
    }
    if (at.url.empty()) at.url = urlOfSocket(kControlSocket);
    if (at.url.empty()) at.url = ClientOptions{}.url;
    if (const std::string problem = controlUrlProblem(at.url); !problem.empty()) {
      return Error{ErrorCode::kInvalid, "--url " + at.url + " " + problem};
    }
    if (at.cert_file.empty() != at.key_file.empty()) {
      return Error{ErrorCode::kInvalid, "--cert and --key belong together: name both"};
    }
    return at;
  }

  // Read once: a call that is asked again is the same call.
  static Result<void> readCertificate(const Context& at, ClientOptions& options) {
    constexpr std::size_t kMost = 1024 * 1024;
    for (const auto& [file, into] : {std::pair(&at.cert_file, &options.certificate),
                                     std::pair(&at.key_file, &options.key_pem)}) {
      if (file->empty()) continue;
      auto text = io::readSmallFile(*file, kMost);
      if (!text) return text.error();
      *into = std::move(*text);
    }
    return {};
  }

  ExitCode askDaemon() {
    const auto usage = [&](const std::string& problem) {
      return static_cast<ExitCode>(wrong(problem, chosen_.as_json));
    };
    if (!chosen_.problem.empty()) return usage(chosen_.problem);
    const auto at = whereItIs();
    if (!at) return usage(at.error().message);
    ClientOptions options;
    if (const auto read = readCertificate(*at, options); !read) return usage(read.error().message);
    options.url = at->url;
    options.ca_file = at->ca_file;
    options.timeout = std::chrono::duration_cast<core::Duration>(
        std::chrono::duration<double>(chosen_.timeout_seconds));
    options.token = findToken(at->token_file, at_.environment);
    options.actor = at_.actor;
    options.key = args_.key;
    options.following = [this](const std::string& s) { at_.err << core::escapedLines(s) << "\n"; };
    Client client(std::move(options));
    return chosen_.ask({client, at_.out, at_.err, at_.colours(), chosen_.as_json});
  }

  const Process& at_;
  Arguments args_;
  ExecOptions exec_;
  RunChecksOptions checks_;
  std::vector<std::string> help_of_;
  Invocation chosen_;
  CLI::App app_{kDescription};
  std::optional<ReadingCommands> reading_;
  std::optional<ConfigCommands> configuration_;
  std::optional<OfflineCommands> offline_;
  std::optional<ApprovalCommands> approvals_;
  std::optional<TokenCommands> tokens_;
  std::optional<NotifyCommands> notify_;
  std::optional<ReplicaCommands> replicas_;
  std::optional<PrintedCommands> printed_;
};

// A command line that is only looked at.
class UnusedCommandLine {
 public:
  CommandLine* operator->() { return &line_; }

 private:
  std::ostringstream none_;
  Process nowhere_{none_, none_,
                   [](const std::string&) -> std::optional<std::string> { return std::nullopt; }};
  CommandLine line_{nowhere_};
};

}  // namespace

int run(int argc, const char* const* argv, const Process& process) {
  return CommandLine(process).run(argc, argv);
}

std::vector<std::string> commandTable() {
  return UnusedCommandLine()->commands();
}

CommandEntry operatorTable() {
  return UnusedCommandLine()->table();
}

}  // namespace heald::ctl
