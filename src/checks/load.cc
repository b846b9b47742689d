#include "checks/load.h"

#include <unistd.h>

#include <charconv>

#include "checks/look.h"
#include "io/file.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

constexpr std::array kNames = {"load1", "load5", "load15"};
constexpr std::array kHelp = {"the average over a minute", "over five minutes",
                              "over fifteen minutes"};

void describe(config::Fields& f, LoadLimits& o) {
  bool any = false;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    describeLevels(f, kNames[i], o.averages[i], kHelp[i]);
    any = any || f.has(kNames[i]);
  }
  f.boolean("per_cpu", o.per_cpu, "divide by the number of processors");
  if (!any) f.fail("", "has no limit (example: load5: {critical: 4})");
}

std::optional<double> takeNumber(std::string_view& text) {
  text = io::trim(text);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{}) return {};
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return number;
}

CheckResult lookAt(const LoadLimits& limits) {
  const auto text = io::readSmallFile("/proc/loadavg", 4096);
  if (!text) return {CheckStatus::kUnknown, io::oneLine(text.error().message), {}};
  return judgeLoad(limits, *text, sysconf(_SC_NPROCESSORS_ONLN));
}

class LoadCheck : public Check {
 public:
  explicit LoadCheck(LoadLimits limits) : limits_(std::move(limits)) {}

  core::AnswersTo findings() const override {
    core::AnswersTo found{.warning = false, .critical = false};
    for (const Levels& levels : limits_.averages) {
      found.warning = found.warning || levels.warning;
      found.critical = found.critical || levels.critical;
    }
    return found;
  }

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    startLook(services, look_, run, std::move(done), [limits = limits_] { return lookAt(limits); });
  }

 private:
  const LoadLimits limits_;
  const io::Looks::Place look_;
};

}  // namespace

CheckResult judgeLoad(const LoadLimits& limits, std::string_view loadavg, long cpus) {
  const double divisor = limits.per_cpu ? static_cast<double>(std::max(1L, cpus)) : 1;
  Verdict verdict;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto average = takeNumber(loadavg);
    if (!average) return {CheckStatus::kUnknown, "/proc/loadavg has no three numbers", {}};
    const double load = *average / divisor;
    verdict.add(std::string(kNames[i]) + " " + numberText(load), limits.averages[i], load);
    verdict.measured(kNames[i], load);
  }
  return verdict.result(limits.per_cpu ? "for each of " + std::to_string(std::max(1L, cpus)) +
                                             (cpus > 1 ? " processors" : " processor")
                                       : "");
}

config::Kind loadKind() {
  return {"load", "the load averages of this machine", [](config::Fields& f) {
            LoadLimits limits;
            describe(f, limits);
            return std::make_shared<const LoadCheck>(std::move(limits));
          }};
}

}  // namespace heald::checks
