#include <algorithm>
#include <set>

#include "config/lint_rules.h"
#include "config/scalars.h"
#include "config/wording.h"

namespace heald::config {
namespace {

constexpr core::Duration kSmallest = std::chrono::seconds(1);

void lintInterval(const KeyPath& path, core::Duration interval, Mapping& file) {
  if (interval >= kSmallest || !file.has(path)) return;
  const long times = std::max<long>(1, kSmallest / std::max(interval, core::Duration(1)));
  file.warn(path, "interval-too-short",
            durationText(interval) + " is " + std::to_string(times) +
                " runs a second (a check that runs every 10s is a frequent one)");
}

void lintTimeout(const KeyPath& path, core::Duration timeout, core::Duration interval,
                 Mapping& file) {
  if (timeout <= interval || !file.has(path)) return;
  file.warn(path, "timeout-exceeds-interval",
            durationText(timeout) + " is longer than the interval, " + durationText(interval) +
                ": while a run hangs, the next ones are skipped (at most " +
                durationText(interval) + ")");
}

// The timeout that the file gives to all of them is too long for this one.
void lintTimeoutOfAll(const KeyPath& path, core::Duration timeout, core::Duration interval,
                      Mapping& file) {
  const bool given = file.has({"detection", "timeout"}) && !file.has(path / "timeout");
  if (!given || timeout <= interval || !file.has(path / "interval")) return;
  file.warn(path / "interval", "timeout-exceeds-interval",
            durationText(interval) + " is shorter than the timeout, " + durationText(timeout) +
                " by detection.timeout: while a run hangs, the next ones are skipped (give this "
                "check a timeout of at most " +
                durationText(interval) + ")");
}

std::set<std::string> usedChecks(const engine::Setup& setup) {
  std::set<std::string> used;
  for (const engine::RemedySpec& remedy : setup.remedies) used.insert(remedy.check);
  for (const engine::CheckSpec& check : setup.checks) {
    used.insert(check.depends_on.begin(), check.depends_on.end());
  }
  return used;
}

void lintUse(const engine::CheckSpec& check, const ConfiguredCheck& configured, bool is_used,
             Mapping& file) {
  if (configured.monitor_only && is_used) {
    file.warn(pathOf(configured) / "monitor_only", "monitor-only-is-used",
              "stands at a check that a remedy or another check uses (remove it)");
  }
  // Of the processes that such a check finds there are metrics of their own.
  if (is_used || configured.monitor_only || check.kind == "process") return;
  file.warn(pathOf(configured), "check-unused",
            "no remedy and no depends_on uses this check (give it a remedy, or monitor_only: true "
            "if it is only to be seen)");
}

}  // namespace

void lintChecks(const Config& config, Mapping& file) {
  const engine::Setup& setup = config.setup;
  const std::set<std::string> used = usedChecks(setup);
  lintInterval({"detection", "interval"}, setup.detection.interval, file);
  lintTimeout({"detection", "timeout"}, setup.detection.timeout, setup.detection.interval, file);
  for (const engine::CheckSpec& check : setup.checks) {
    const ConfiguredCheck& configured = config.checks.of(check);
    const KeyPath path = pathOf(configured);
    const core::Duration interval = check.follows_cycle ? setup.detection.interval : check.interval;
    lintInterval(path / "interval", interval, file);
    lintTimeout(path / "timeout", check.timeout, interval, file);
    lintTimeoutOfAll(path, check.timeout, interval, file);
    // A file without remedies is one that monitors.
    if (!setup.remedies.empty()) lintUse(check, configured, used.contains(check.name), file);
    if (file.has(path / "warning_is_healthy")) {
      file.warn(path / "warning_is_healthy", "deprecated",
                "is deprecated: a warning starts nothing by itself any more (remove it; a remedy "
                "that is to answer to warnings has when: {on: [warning, critical]})");
    }
  }
}

}  // namespace heald::config
