#include "checks/process.h"

#include "checks/check.h"
#include "checks/look.h"
#include "io/text.h"
#include "io/user.h"
#include "process/command_pattern.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

struct Limits {
  int min = 1;
  std::optional<int> max;
  std::optional<int> orphans;
  std::optional<int> zombies;
};

void describeSelector(config::Fields& f, process::ProcessSelector& o) {
  f.text("match", o.match, {.check = process::commandPatternProblem},
         "beginning of the command line, in whole words; * is any text");
  f.text("user", o.user, {.check = io::userNameProblem}, "the user they run as");
  f.text("pid_file", o.pid_file, {.check = process::pidFileProblem},
         "file with the pid of the one process that is meant");
  if (!f.has("match") && !f.has("user") && !f.has("pid_file")) {
    f.fail("",
           "selects nothing (give it match, user or pid_file; example: match: /opt/app/worker)");
  }
}

void describeLimits(config::Fields& f, Limits& o) {
  f.integer("min", o.min, {.min = 0}, "fewer of them are critical");
  f.integer("max", o.max, {.min = 0}, "more of them are critical");
  f.integer("orphans", o.orphans, {.min = 0}, "more orphans among them are critical");
  f.integer("zombies", o.zombies, {.min = 0}, "more zombies among them are critical");
  if (o.max && *o.max < o.min) {
    f.fail("max", std::to_string(*o.max) + " is below min, which is " + std::to_string(o.min) +
                      (f.has("min") ? " (max is at least min)" : " by default (give it min, too)"));
  }
  if (o.min == 0 && !o.max && !o.orphans && !o.zombies) {
    f.fail("min",
           "allows everything, so that it is never critical (give it max, orphans or "
           "zombies, too)");
  }
}

std::string counted(int count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

CheckResult judge(const Limits& limits, const process::Selection& found) {
  const int alive = static_cast<int>(found.alive.size());
  const int orphans = found.orphans();
  std::string complaint;
  const auto complain = [&](const std::string& what) {
    complaint += (complaint.empty() ? "; " : ", ") + what;
  };
  if (alive < limits.min) complain("at least " + std::to_string(limits.min) + " wanted");
  if (alive > limits.max.value_or(alive)) {
    complain("at most " + std::to_string(*limits.max) + " wanted");
  }
  if (orphans > limits.orphans.value_or(orphans)) {
    complain("at most " + counted(*limits.orphans, "orphan") + " wanted");
  }
  if (found.zombies > limits.zombies.value_or(found.zombies)) {
    complain("at most " + counted(*limits.zombies, "zombie") + " wanted");
  }
  const std::string figures = std::to_string(alive) + (alive == 1 ? " process, " : " processes, ") +
                              counted(orphans, "orphan") + ", " + counted(found.zombies, "zombie");
  const std::string note = found.note.empty() ? "" : " (" + found.note + ")";
  return {complaint.empty() ? CheckStatus::kOk : CheckStatus::kCritical,
          io::oneLine(figures + complaint + note)};
}

class ProcessCheck : public Check {
 public:
  ProcessCheck(process::ProcessSelector selector, Limits limits)
      : selector_(std::move(selector)), limits_(limits) {}

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    startLook(services, look_, run, std::move(done), [selector = selector_, limits = limits_] {
      const auto found = process::selectProcesses(selector);
      return found ? judge(limits, *found)
                   : CheckResult{CheckStatus::kUnknown, found.error().message};
    });
  }
  const process::ProcessSelector& selector() const { return selector_; }

 private:
  const process::ProcessSelector selector_;
  const Limits limits_;
  const io::Looks::Place look_;
};

}  // namespace

const process::ProcessSelector* selectorOf(const config::Part& check) {
  const auto* process = dynamic_cast<const ProcessCheck*>(&check);
  return process ? &process->selector() : nullptr;
}

config::Kind processKind() {
  return {"process", "processes, counted", [](config::Fields& f) {
            process::ProcessSelector selector;
            Limits limits;
            describeSelector(f, selector);
            describeLimits(f, limits);
            return std::make_shared<const ProcessCheck>(std::move(selector), limits);
          }};
}

}  // namespace heald::checks
