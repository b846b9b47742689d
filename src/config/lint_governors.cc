#include <algorithm>

#include "config/lint_rules.h"
#include "config/scalars.h"
#include "config/wording.h"

namespace heald::config {
namespace {

const KeyPath kDefaults = {"governor_defaults"};

// Where the governor's value of this key is written; empty: it is heald's default.
KeyPath written(const std::string& governor, const KeyPath& key, const Mapping& file) {
  for (KeyPath path : {KeyPath{"governors", governor}, kDefaults}) {
    path.insert(path.end(), key.begin(), key.end());
    if (file.has(path)) return path;
  }
  return {};
}

// With `limit` failures it is over before the breaker opens for the first time.
void lintThreshold(const engine::GovernorSpec& governor, int limit, const KeyPath& key,
                   const std::string& name, Mapping& file) {
  const int threshold = governor.policy.breaker.failure_threshold;
  const KeyPath threshold_at = written(governor.name, {"breaker", "failure_threshold"}, file);
  if (threshold < limit || threshold_at.empty()) return;
  const KeyPath limit_at = written(governor.name, key, file);
  const std::string follows = ": the governor is dormant before its breaker ever opens";
  // Told where the narrower of the two is written.
  if (!limit_at.empty() && limit_at.front() == "governors" && threshold_at.front() != "governors") {
    file.warn(limit_at, "threshold-not-reached",
              std::to_string(limit) + " is not above breaker.failure_threshold, which is " +
                  std::to_string(threshold) + " by governor_defaults" + follows +
                  " (give this one a failure_threshold below " + std::to_string(limit) + ")");
  } else {
    file.warn(threshold_at, "threshold-not-reached",
              std::to_string(threshold) + " is not below " + name + ", which is " +
                  std::to_string(limit) + follows + " (make it smaller)");
  }
}

void lintBudgets(const engine::GovernorSpec& governor, Mapping& file) {
  const KeyPath path = written(governor.name, {"budgets"}, file);
  const auto& budgets = governor.policy.budgets;
  for (std::size_t i = 0; i < budgets.size() && !path.empty(); ++i) {
    for (std::size_t j = 0; j < budgets.size(); ++j) {
      const bool stricter = budgets[j].attempts <= budgets[i].attempts &&
                            budgets[j].per >= budgets[i].per && (budgets[j] != budgets[i] || j < i);
      if (i == j || !stricter) continue;
      file.warn(path / ("[" + std::to_string(i) + "]"), "budget-without-effect",
                std::to_string(budgets[i].attempts) + " per " + durationText(budgets[i].per) +
                    " is never used up, for " + std::to_string(budgets[j].attempts) + " per " +
                    durationText(budgets[j].per) + " is stricter (remove one of the two)");
      break;
    }
  }
}

// The budgets of one machine, for all members together.
void lintFleet(const engine::GovernorSpec& governor, Mapping& file) {
  if (governor.fleet == nullptr || !written(governor.name, {"budgets"}, file).empty()) return;
  const auto& budgets = governor.policy.budgets;
  const auto first = std::min_element(budgets.begin(), budgets.end(),
                                      [](const auto& a, const auto& b) { return a.per < b.per; });
  const std::size_t members = governor.fleet->members.size();
  if (first == budgets.end() || members <= static_cast<std::size_t>(first->attempts)) return;
  file.warn({"governors", governor.name, "fleet"}, "fleet-default-budgets",
            "its " + std::to_string(members) + " members share the default budgets: with " +
                std::to_string(first->attempts + 1) + " attempts of all of them in " +
                durationText(first->per) +
                " it is dormant until a human resumes it (write budgets for what is normal, or "
                "budgets: [])");
}

void lintConditions(const engine::GovernorSpec& governor, Mapping& file) {
  const KeyPath path = written(governor.name, {"breaker", "permanent_open_conditions"}, file);
  for (const std::string& condition : governor.policy.permanent_open_conditions) {
    if (path.empty() || condition.size() >= 3) continue;
    file.warn(path, "condition-too-short",
              config::quoted(condition) +
                  " is part of many an error, and any of them opens the breaker "
                  "for good (write more of the text)");
  }
}

}  // namespace

void lintGovernors(const Config& config, Mapping& file) {
  for (const engine::GovernorSpec& governor : config.setup.governors) {
    const core::GovernorPolicy& policy = governor.policy;
    if (policy.max_consecutive_failures <= policy.breaker.permanent_open_threshold) {
      lintThreshold(governor, policy.max_consecutive_failures, {"max_consecutive_failures"},
                    "max_consecutive_failures", file);
    } else {
      lintThreshold(governor, policy.breaker.permanent_open_threshold,
                    {"breaker", "permanent_open_threshold"}, "permanent_open_threshold", file);
    }
    lintBudgets(governor, file);
    lintFleet(governor, file);
    lintConditions(governor, file);
  }
}

}  // namespace heald::config
