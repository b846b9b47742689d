#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/lint_rules.h"
#include "config/scalars.h"
#include "config/wording.h"
#include "engine/alert_index.h"

namespace heald::config {
namespace {

// By name: there may be ten thousand of each.
template <class Spec>
std::unordered_map<std::string_view, const Spec*> byName(const std::vector<Spec>& specs) {
  std::unordered_map<std::string_view, const Spec*> named;
  for (const Spec& spec : specs) named.emplace(spec.name, &spec);
  return named;
}
using GovernorsByName = std::unordered_map<std::string_view, const engine::GovernorSpec*>;

void lintSteps(const engine::RemedySpec& remedy, const core::GovernorPolicy& policy,
               const KeyPath& path, Mapping& file) {
  const bool by_breaker = policy.breaker.permanent_open_threshold < policy.max_consecutive_failures;
  const int most =
      by_breaker ? policy.breaker.permanent_open_threshold : policy.max_consecutive_failures;
  const std::string limit =
      by_breaker ? "breaker.permanent_open_threshold" : "max_consecutive_failures";
  for (std::size_t i = 0; i < remedy.steps.size(); ++i) {
    if (remedy.steps[i] < most) continue;
    file.warn(path / "steps" / i / "after_failures", "step-unreachable",
              std::to_string(remedy.steps[i]) + " is not below " + limit + ", which is " +
                  std::to_string(most) + " for governor " + config::quoted(remedy.governor) +
                  ": it is dormant before this step is reached (at most " +
                  std::to_string(most - 1) + ")");
  }
}

void lintVerify(const engine::RemedySpec& remedy, const engine::CheckSpec& check,
                const KeyPath& path, Mapping& file) {
  const core::Duration left = remedy.verify.within - remedy.verify.after;
  const KeyPath within = path / "verify" / "within";
  if (left <= core::Duration::zero() || left >= check.timeout || !file.has(within)) return;
  file.warn(within, "verify-too-short",
            durationText(remedy.verify.within) +
                " may be over before a single run of its check is, whose timeout is " +
                durationText(check.timeout) + " (at least " +
                durationText(remedy.verify.after + check.timeout) + ")");
}

// A state that the check is never in.
void lintStates(const engine::RemedySpec& remedy, const engine::CheckSpec& check,
                const KindPart& kind, const KeyPath& path, Mapping& file) {
  if (kind.part == nullptr) return;
  core::AnswersTo found = kind.part->findings();
  const bool hidden = found.warning && check.warning_is_healthy;
  found.warning = found.warning && !check.warning_is_healthy;
  const bool never =
      !(remedy.on.warning && found.warning) && !(remedy.on.critical && found.critical);
  const std::string name = "check " + config::quoted(check.name);
  const std::string why = hidden ? name + " calls a warning healthy (warning_is_healthy)"
                          : !found.critical && remedy.on.critical
                              ? name + " is never critical, it only warns"
                              : name + " never warns";
  if (never) {
    file.warn(path / "when" / "on", "never-starts",
              why + ": the remedy never starts (" +
                  (found.warning ? "write on: [warning]" : "write on: [critical]") + ")");
  } else if (remedy.on.warning && !found.warning) {
    file.warn(path / "when" / "on", "state-never-found",
              why + ": warning has no effect here (remove it)");
  }
}

// Only the clock asks for it, and that is switched off.
void lintPreventive(const engine::Setup& setup, const engine::RemedySpec& remedy,
                    const KeyPath& path, Mapping& file) {
  const bool off = !setup.features.layers(core::Feature::kPreventiveHealing).configuration;
  if (!remedy.preventive || !remedy.check.empty() || !off) return;
  file.warn(path / "preventive", "never-starts",
            "features.preventive_healing is false: nothing asks for this remedy (give it when: "
            "{check: NAME}, or switch preventive_healing on)");
}

}  // namespace

void lintRemedies(const Config& config, Mapping& file) {
  const engine::Setup& setup = config.setup;
  const GovernorsByName governors = byName(setup.governors);
  const auto checks = byName(setup.checks);
  for (const engine::RemedySpec& remedy : setup.remedies) {
    const KeyPath path = pathOf(config.remedies.of(remedy));
    if (const auto governor = governors.find(remedy.governor); governor != governors.end()) {
      lintSteps(remedy, governor->second->policy, path, file);
    }
    lintPreventive(setup, remedy, path, file);
    const auto found = checks.find(remedy.check);
    if (found == checks.end()) continue;
    const engine::CheckSpec& check = *found->second;
    lintVerify(remedy, check, path, file);
    if (!remedy.preventive) lintStates(remedy, check, config.checks.of(check).does, path, file);
  }
}

namespace {

// What success of an attempt for an alert is.
void lintAlertVerify(const engine::RemedySpec& remedy, const engine::Setup& setup,
                     const GovernorsByName& governors, const KeyPath& path, Mapping& file) {
  constexpr core::Duration kGroupInterval = std::chrono::minutes(5);
  const core::Duration within = remedy.verify.within;
  if (within == core::Duration::zero()) {
    const auto governor = governors.find(remedy.governor);
    if (governor == governors.end() || !governor->second->policy.budgets.empty()) return;
    file.warn(path / "verify", "unverified-unlimited",
              "every attempt whose action ends well is a success, and governor " +
                  config::quoted(remedy.governor) +
                  " has no budgets: nothing stops it (give the governor budgets)");
  } else if (within <= kGroupInterval && !setup.alertmanager.asked) {
    file.warn(path / "verify" / "within", "verify-before-flush",
              durationText(within) +
                  " may be over before Alertmanager tells that the alert is resolved, which takes "
                  "up to its group_interval (5m unless configured): an attempt that helped counts "
                  "as failed (more than group_interval, or give heald alertmanager.url to ask)");
  }
}

}  // namespace

// An alert that asks for one remedy and asks for another as well, by fewer labels.
void lintAlerts(const Config& config, Mapping& file) {
  const auto& remedies = config.setup.remedies;
  const auto covers = [](const engine::AlertPolicy& wide, const engine::AlertPolicy& narrow) {
    return std::all_of(wide.matchers.begin(), wide.matchers.end(), [&](const auto& matcher) {
      return std::find(narrow.matchers.begin(), narrow.matchers.end(), matcher) !=
             narrow.matchers.end();
    });
  };
  const GovernorsByName governors = byName(config.setup.governors);
  engine::AlertIndex index;
  for (std::size_t i = 0; i < remedies.size(); ++i) {
    index.add(static_cast<int>(i), remedies[i].alert);
  }
  for (std::size_t i = 0; i < remedies.size(); ++i) {
    if (!remedies[i].byAlert() || remedies[i].observe) continue;
    const KeyPath path = pathOf(config.remedies.of(remedies[i]));
    lintAlertVerify(remedies[i], config.setup, governors, path, file);
    for (const int candidate : index.candidates(remedies[i].alert.matchers)) {
      const auto j = static_cast<std::size_t>(candidate);
      const auto& other = remedies[j];
      if (i == j || other.observe || !covers(other.alert, remedies[i].alert)) {
        continue;
      }
      const bool same = other.alert.matchers.size() == remedies[i].alert.matchers.size();
      if (same && i < j) continue;  // told once, at the later one
      file.warn(path / "when" / "alert", "alert-shared",
                "each of these alerts asks for remedy " + config::quoted(other.name) +
                    " too: both start (" +
                    (same ? "give one of them a label that the other lacks"
                          : "give that one a label that these lack") +
                    ", or make them one with steps)");
      break;
    }
  }
}

}  // namespace heald::config
