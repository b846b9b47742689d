#include "remedies/signal.h"

#include <array>
#include <csignal>

#include "config/scalars.h"
#include "io/text.h"
#include "io/user.h"
#include "process/command_pattern.h"
#include "process/process_signal.h"
#include "remedies/remedy.h"

namespace heald::remedies {
namespace {

struct Signal {
  const char* name;
  int number;
  bool ends;  // whether they are to end of it
};
constexpr std::array<Signal, 9> kSignals = {{{"TERM", SIGTERM, true},
                                             {"INT", SIGINT, true},
                                             {"QUIT", SIGQUIT, true},
                                             {"KILL", SIGKILL, true},
                                             {"HUP", SIGHUP, false},
                                             {"USR1", SIGUSR1, false},
                                             {"USR2", SIGUSR2, false},
                                             {"STOP", SIGSTOP, false},
                                             {"CONT", SIGCONT, false}}};

std::vector<std::string> signalNames() {
  std::vector<std::string> names;
  for (const Signal& signal : kSignals) names.emplace_back(signal.name);
  return names;
}

struct SignalOptions {
  process::ProcessSelector selector;
  std::string signal = "TERM";
  process::SignalOrder order;
};

void describe(config::Fields& f, SignalOptions& o) {
  f.text("match", o.selector.match, {.check = process::commandPatternProblem},
         "beginning of the command line, in whole words; * is any text");
  f.text("user", o.selector.user, {.check = io::userNameProblem}, "the user they run as");
  f.text("pid_file", o.selector.pid_file, {.check = process::pidFileProblem},
         "file with the pid of the one process that is meant");
  f.boolean("orphans", o.order.orphans, "only the orphans among them");
  f.text("signal", o.signal, {.one_of = signalNames()}, "what is sent");
  f.duration("kill_after", o.order.kill_after, {.max = std::chrono::minutes(10)},
             "from the signal to KILL for what is left; without, there is no KILL");
  f.duration("timeout", o.order.timeout, {}, "how long all of it may take");
  if (!f.has("match") && !f.has("user") && !f.has("pid_file")) {
    f.fail("",
           "selects nothing (give it match, user or pid_file; example: match: /opt/app/worker)");
  }
  if (o.order.kill_after && *o.order.kill_after >= o.order.timeout) {
    f.fail("kill_after", config::durationText(*o.order.kill_after) +
                             " leaves no time before timeout, which is " +
                             config::durationText(o.order.timeout) + " (make timeout longer)");
  }
  for (const Signal& signal : kSignals) {
    if (o.signal != signal.name) continue;
    o.order.signal = signal.number;
    o.order.ends = signal.ends || o.order.kill_after;
  }
}

std::string counted(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " process" : " processes");
}

// "surviving: 17 18 19"; numbers alone, for a permanent-open condition could be met by a command
// line.
std::string listOf(const char* what, const std::vector<pid_t>& pids) {
  std::string text = pids.empty() ? "" : std::string(what) + ":";
  for (const pid_t pid : pids) text += " " + std::to_string(pid);
  return text.empty() ? "" : text + "\n";
}

std::string outputOf(const process::SignalReport& report) {
  return listOf("signalled", report.signalled) + listOf("killed", report.killed) +
         listOf("surviving", report.surviving) + listOf("not permitted", report.forbidden);
}

std::string complaintAbout(const SignalOptions& o, const process::SignalReport& report) {
  if (!report.surviving.empty()) {
    return std::to_string(report.surviving.size()) + " of " + counted(report.signalled.size()) +
           " still there after " + io::shortDuration(o.order.timeout);
  }
  if (!report.forbidden.empty()) {
    return "no permission to signal " + counted(report.forbidden.size());
  }
  if (!report.problem.empty()) return report.problem;
  if (report.left_out > 0) return counted(report.left_out) + " left for the next attempt";
  return "";
}

std::string success(const SignalOptions& o, const process::SignalReport& report) {
  const std::size_t count = report.signalled.size();
  if (count == 0) return o.order.orphans ? "no orphan matched" : "no process matched";
  const std::string sent = o.signal + " sent to " + counted(count);
  if (!o.order.ends) return sent;
  const std::size_t killed = report.killed.size();
  return sent + (killed == 0 ? ", all have ended"
                             : ", all have ended, " + std::to_string(killed) + " of them by KILL");
}

ActionResult judge(const SignalOptions& o, const process::SignalReport& report) {
  if (report.cancelled) return {ActionOutcome::kCancelled, "cancelled", outputOf(report)};
  const std::string complaint = complaintAbout(o, report);
  return {complaint.empty() ? ActionOutcome::kOk : ActionOutcome::kFailed,
          io::oneLine(complaint.empty() ? success(o, report) : complaint), outputOf(report)};
}

class SignalRemedy : public Remedy {
 public:
  explicit SignalRemedy(SignalOptions options) : options_(std::move(options)) {}

  core::Duration timeout() const override { return options_.order.timeout; }

  void start(io::Services& services, const ActionRun& run, Done done) const override {
    const auto signal = [&looks = services.looks, o = options_, cancel = run.cancel, done] {
      done(judge(o, process::signalProcesses(looks, o.selector, o.order, cancel)));
    };
    const bool accepted = services.workers.post(signal);
    if (!accepted) done({ActionOutcome::kFailed, "too much work is waiting", ""});
  }

 private:
  const SignalOptions options_;
};

}  // namespace

config::Kind signalKind() {
  return {"signal", "a signal to processes", [](config::Fields& f) {
            SignalOptions options;
            describe(f, options);
            return std::make_shared<const SignalRemedy>(std::move(options));
          }};
}

}  // namespace heald::remedies
