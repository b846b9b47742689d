#include "ctl/run_checks.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/plain_text.h"
#include "core/text.h"
#include "ctl/json_access.h"
#include "ctl/names.h"
#include "ctl/table.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{100};

struct Run {
  std::string name;
  long long before = 0;  // runs that had ended
  bool in = false;
  ordered_json check;
};

// Whether a run that has begun after `before` was read has ended: the next one, unless that was
// under way already and another is.
bool isIn(const Run& run) {
  const long long runs = numberOf(run.check, "executions");
  return runs >= run.before + 2 || (runs > run.before && !flagOf(run.check, "running"));
}

Colour colourOfStatus(const std::string& status) {
  return status == "ok" ? Colour::kGood : status == "critical" ? Colour::kBad : Colour::kWarn;
}

class Batch {
 public:
  Batch(const Console& console, const RunChecksOptions& options)
      : console_(console), options_(options) {}

  ExitCode run() {
    ExitCode code = choose();
    if (code == ExitCode::kOk) code = ask();
    if (code == ExitCode::kOk && options_.no_wait && console_.as_json) printJson(nullptr);
    if (code != ExitCode::kOk || options_.no_wait) return code;
    code = await();
    return code == ExitCode::kOk ? verdict() : code;
  }

 private:
  bool inPlace() const {
    return !console_.as_json && options_.terminal &&
           runs_.size() < static_cast<std::size_t>(options_.terminal->rows);
  }

  ExitCode choose() {
    ExitCode code = ExitCode::kOk;
    const auto checks = console_.read("/api/checks", code);
    if (!checks) return code;
    std::vector<std::string> known;
    for (const ordered_json& check : listOf(*checks, "checks")) {
      const std::string name = textOf(check, "name");
      known.push_back(name);
      const auto& names = options_.names;
      const bool named = std::find(names.begin(), names.end(), name) != names.end();
      if (options_.all || named) runs_.push_back({name, numberOf(check, "executions"), false, {}});
    }
    for (const std::string& name : options_.names) {
      const auto same = [&](const Run& run) { return run.name == name; };
      if (std::none_of(runs_.begin(), runs_.end(), same)) {
        return console_.fail(ExitCode::kNotFound, unknownName("check", name, known));
      }
    }
    for (const Run& run : runs_) width_ = std::max(width_, run.name.size());
    return runs_.empty() ? console_.fail(ExitCode::kNotFound, "there is no check") : code;
  }

  ExitCode ask() {
    for (const Run& run : runs_) {
      const Answer answer =
          console_.client.send("POST", "/api/checks/" + segment(run.name) + "/run", "{}");
      if (!answer.ok()) return console_.fail(*answer.failure);
      if (inPlace()) console_.out << line(run);
    }
    console_.out.flush();
    return ExitCode::kOk;
  }

  ExitCode await() {
    const auto deadline = Clock::now() + options_.wait;
    for (;;) {
      ExitCode code = ExitCode::kOk;
      const auto checks = console_.read("/api/checks", code);
      if (!checks) return code;
      for (const ordered_json& check : listOf(*checks, "checks")) take(check);
      const auto missing =
          std::find_if(runs_.begin(), runs_.end(), [](const Run& run) { return !run.in; });
      if (missing == runs_.end()) return ExitCode::kOk;
      if (numberOf(missing->check, "executions") < missing->before) {
        return console_.fail(ExitCode::kRefused, "heald was restarted meanwhile: run it again");
      }
      if (Clock::now() >= deadline) {
        return console_.fail(ExitCode::kRefused, "no result of check " + missing->name +
                                                     " within " + core::toText(options_.wait));
      }
      std::this_thread::sleep_for(kLook);
    }
  }

  void take(const ordered_json& check) {
    const std::string name = textOf(check, "name");
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      Run& run = runs_[i];
      if (run.name != name || run.in) continue;
      run.check = check;
      run.in = isIn(run);
      if (run.in) show(i);
    }
  }

  void show(std::size_t index) {
    if (console_.as_json) return;
    if (!inPlace()) {
      console_.out << line(runs_[index]) << std::flush;
      return;
    }
    const std::string up = std::to_string(runs_.size() - index);
    console_.out << "\x1b[" << up << "A\r" << line(runs_[index], "\x1b[K");
    if (runs_.size() - index > 1) console_.out << "\x1b[" << runs_.size() - index - 1 << "B";
    console_.out << std::flush;
  }

  std::string line(const Run& run, const char* end = "") const {
    std::string text = "  " + run.name + std::string(width_ - run.name.size() + 2, ' ');
    const std::string status = run.in ? textOf(run.check, "status") : "running";
    text += painted(status, run.in ? colourOfStatus(status) : Colour::kQuiet, console_.colours);
    const std::string message = run.in ? textOf(run.check, "message") : "";
    if (!message.empty()) text += std::string(10 - std::min<std::size_t>(9, status.size()), ' ');
    text += message;
    // A line that wraps would be two.
    return (inPlace() ? clipped(text, options_.terminal->columns) : text) + end + "\n";
  }

  ExitCode verdict() const {
    const auto ok = [](const Run& run) { return textOf(run.check, "status") == "ok"; };
    const auto good = static_cast<std::size_t>(std::count_if(runs_.begin(), runs_.end(), ok));
    if (console_.as_json) {
      printJson(good == runs_.size());
    } else if (runs_.size() > 1) {
      console_.out << good << " of " << runs_.size() << " are ok.\n";
    }
    return good == runs_.size() ? ExitCode::kOk : ExitCode::kDegraded;
  }

  // {"ok":true,"checks":[…]}, as GET /api/checks has them; without results, `ok` is null.
  void printJson(const ordered_json& ok) const {
    ordered_json checks = ordered_json::array();
    for (const Run& run : runs_) {
      checks.push_back(run.in ? run.check : ordered_json{{"name", run.name}});
    }
    const ordered_json all = {{"ok", ok}, {"checks", std::move(checks)}};
    console_.out << core::escapedLines(
                        all.dump(-1, ' ', false, ordered_json::error_handler_t::replace))
                 << "\n";
  }

  const Console& console_;
  const RunChecksOptions& options_;
  std::vector<Run> runs_;
  std::size_t width_ = 0;
};

}  // namespace

ExitCode runChecks(const Console& console, const RunChecksOptions& options) {
  if (!options.no_wait || options.all || console.as_json) return Batch(console, options).run();
  for (const std::string& name : options.names) {
    if (const ExitCode code = runCheck(console, name); code != ExitCode::kOk) return code;
  }
  return ExitCode::kOk;
}

}  // namespace heald::ctl
