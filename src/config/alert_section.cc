#include "config/alert_section.h"

#include <algorithm>
#include <map>

#include "config/names.h"
#include "config/placeholders.h"
#include "config/wording.h"
#include "engine/label_variables.h"

namespace heald::config {
namespace {

// Whether they could be read.
bool readPatterns(Fields& remedy, engine::AlertPolicy& alert) {
  std::vector<std::pair<std::string, std::string>> patterns;
  const bool read = remedy.textMap(
      "labels", patterns,
      "labels that may become arguments, each with the regular expression (RE2, for the "
      "whole value) that it has to match; an alert where one does not asks for nothing");
  for (const auto& [label, text] : patterns) {
    core::LabelPattern pattern(text);
    if (const std::string fault = labelNameFault(label); !fault.empty()) {
      remedy.failAt("labels", label, quoted(label) + " " + fault);
    } else if (text.empty()) {
      remedy.failAt("labels", label, "has no pattern (example: '[a-z0-9.-]+')");
    } else if (!pattern.problem().empty()) {
      remedy.failAt("labels", label,
                    quoted(text) + " is not a regular expression: " + pattern.problem() +
                        " (example: '[a-z0-9.-]+')");
      alert.arguments.emplace_back(label, core::LabelPattern(".*"));  // it is declared all the same
    } else {
      alert.arguments.emplace_back(label, std::move(pattern));
    }
  }
  return read;
}

// Each label is a variable in capitals as well.
void refuseClashes(Fields& remedy, const engine::AlertPolicy& alert) {
  std::map<std::string, std::string> variables;
  for (const std::string& label : engine::declaredLabels(alert)) {
    const auto [known, is_new] = variables.emplace(engine::inCapitals(label), label);
    if (is_new) continue;
    remedy.fail(remedy.has("labels")   ? "labels"
                : remedy.has("target") ? "target"
                                       : "when",
                known->second + " and " + label + " are one variable, HEALD_LABEL_" + known->first +
                    " (declare one of them)");
  }
}

}  // namespace

void readAlert(Fields& when, engine::AlertPolicy& alert) {
  const bool read =
      when.textMap("alert", alert.matchers,
                   "labels of an alert from Alertmanager with the values that they have to have");
  // It is by alert all the same, so that nothing else is complained about.
  if (!read) alert.matchers.emplace_back("alertname", "unreadable");
  when.boolean("retry", alert.retry,
               "try again under the governor while the alert fires; without, once an episode");
  if (when.has("retry") && !when.has("alert")) {
    when.fail("retry", "is for alerts (a check asks again by itself)");
  }
  if (when.has("alert") && alert.matchers.empty()) {
    when.fail("alert", "matches nothing (example: {alertname: InstanceDown})");
  }
  for (const auto& [label, value] : alert.matchers) {
    if (const std::string fault = labelNameFault(label); !fault.empty()) {
      when.failAt("alert", label, quoted(label) + " " + fault);
    } else if (value.empty()) {
      when.failAt("alert", label,
                  "has an empty value, which would match what has no such label (give it a value, "
                  "or remove it)");
    }
  }
}

bool readTargets(Fields& remedy, engine::AlertPolicy& alert) {
  remedy.text("target", alert.target, {.check = labelNameFault},
              "the label by whose value attempts and governor states are kept apart");
  remedy.texts("targets", alert.targets, {},
               "the only targets, which then have series of their own; without, any");
  remedy.integer("max_targets", alert.max_targets, {.max = 10'000},
                 "how many targets are known at one time");
  const bool labels = readPatterns(remedy, alert);
  refuseClashes(remedy, alert);
  for (const char* key : {"target", "targets", "max_targets", "labels"}) {
    if (remedy.has(key) && alert.matchers.empty()) {
      const bool hint = std::string_view(key) == "labels";
      remedy.fail(key, std::string("is for remedies that alerts ask for (when: {alert: {alertname: "
                                   "NAME}}") +
                           (hint ? "; labels for metrics are metric_labels)" : ")"));
    }
  }
  for (const char* key : {"targets", "max_targets"}) {
    if (remedy.has(key) && alert.target.empty()) {
      remedy.fail(key, "needs the label that names a target (example: target: instance)");
    }
  }
  for (const std::string& target : alert.targets) {
    if (!core::isPlainLabelValue(target)) {
      remedy.fail("targets", quoted(target) +
                                 " cannot be a target (1 to 256 bytes without control "
                                 "characters, not beginning with \"-\")");
    }
  }
  return labels;
}

void refuseIgnoredTarget(Fields& remedy, const engine::AlertPolicy& alert,
                         const engine::AlertmanagerPolicy& alertmanager) {
  const auto& ignored = alertmanager.ignore_labels;
  if (std::find(ignored.begin(), ignored.end(), alert.target) != ignored.end()) {
    remedy.fail("target", quoted(alert.target) +
                              " is in alertmanager.ignore_labels: alerts that differ in it are one "
                              "(take it out there, or use another label)");
  }
}

void requireDeclared(Fields& remedy, const engine::RemedySpec& spec,
                     const std::vector<KindPart>& actions) {
  for (const KindPart& action : actions) {
    if (!action.part) continue;
    for (const std::string& label : action.part->labels()) {
      const auto named = [&](const auto& argument) { return argument.first == label; };
      const auto& declared = spec.alert.arguments;
      if (std::any_of(declared.begin(), declared.end(), named)) continue;
      const std::string key = remedy.has("steps") ? "steps" : action.kind;
      const std::string meant =
          action.kind == "http"
              ? nearest(label, {std::string(kAttemptNumber), std::string(kAttemptTime)})
              : "";
      if (!meant.empty()) {
        remedy.fail(
            key, "has {{" + label + "}}, which nothing replaces (did you mean {{" + meant + "}}?)");
        continue;
      }
      if (spec.byAlert()) {
        remedy.missing("labels",
                       "takes label {{" + label + "}}, which is not declared (add labels: {" +
                           label + ": '[a-z0-9.-]+'} beside when)",
                       key);
      } else {
        remedy.fail(key, "has {{" + label +
                             "}}, which nothing replaces: no alert asks for this remedy (a list "
                             "for_each: [{" +
                             label + ": VALUE}] would)");
      }
    }
  }
}

}  // namespace heald::config
