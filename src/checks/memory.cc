#include "checks/memory.h"

#include <charconv>

#include "checks/look.h"
#include "io/file.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

// "MemAvailable:   12345 kB", in bytes.
std::optional<double> fieldOf(std::string_view meminfo, std::string_view name) {
  while (!meminfo.empty()) {
    const std::string_view line = meminfo.substr(0, meminfo.find('\n'));
    meminfo.remove_prefix(std::min(meminfo.size(), line.size() + 1));
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(':')) continue;
    const std::string_view text = io::trim(line.substr(name.size() + 1));
    std::uint64_t number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{})
      return {};
    return static_cast<double>(number) * 1024;
  }
  return {};
}

CheckResult lookAt(const MemoryLimits& limits) {
  const auto text = io::readSmallFile("/proc/meminfo", 64 * 1024);
  if (!text) return {CheckStatus::kUnknown, io::oneLine(text.error().message), {}};
  return judgeMemory(limits, *text);
}

class MemoryCheck : public Check {
 public:
  explicit MemoryCheck(MemoryLimits limits) : limits_(std::move(limits)) {}

  core::AnswersTo findings() const override {
    return {.warning = limits_.available.warning || limits_.swap.warning,
            .critical = limits_.available.critical || limits_.swap.critical};
  }

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    startLook(services, look_, run, std::move(done), [limits = limits_] { return lookAt(limits); });
  }

 private:
  const MemoryLimits limits_;
  const io::Looks::Place look_;
};

}  // namespace

CheckResult judgeMemory(const MemoryLimits& limits, std::string_view meminfo) {
  const auto total = fieldOf(meminfo, "MemTotal");
  const auto available = fieldOf(meminfo, "MemAvailable");
  if (!total || !available || *total <= 0) {
    return {CheckStatus::kUnknown, "/proc/meminfo has no MemTotal and MemAvailable", {}};
  }
  Verdict verdict;
  const double ratio = *available / *total;
  verdict.add(bytesText(*available) + " (" + percentText(ratio) + ") available", limits.available,
              *available, *total);
  verdict.measured("available_bytes", *available);
  verdict.measured("available_ratio", ratio);
  const double swap = fieldOf(meminfo, "SwapTotal").value_or(0);
  const double swap_free = fieldOf(meminfo, "SwapFree").value_or(0);
  if (swap > 0) {
    verdict.add(bytesText(swap_free) + " (" + percentText(swap_free / swap) + ") of swap free",
                limits.swap, swap_free, swap);
    verdict.measured("swap_free_bytes", swap_free);
    verdict.measured("swap_free_ratio", swap_free / swap);
  }
  return verdict.result("");
}

config::Kind memoryKind() {
  return {"memory", "the memory of this machine", [](config::Fields& f) {
            MemoryLimits limits;
            describeLevels(f, "available", limits.available,
                           "memory that programs can still get, or percent of all");
            describeLevels(f, "swap", limits.swap, "free swap, or percent of all");
            return std::make_shared<const MemoryCheck>(std::move(limits));
          }};
}

}  // namespace heald::checks
