#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/event.h"
#include "engine/setup.h"

namespace heald::engine {

// What the action of an alert gets of its labels: a variable for each of them under its own name
// (HEALD_LABEL_instance), and the same in capitals (HEALD_LABEL_INSTANCE).
//
// Labels whose names differ in nothing but case would be one variable in capitals, and one header
// of an HTTP request. Of such labels the declared one (a matcher, the target, or one with a
// pattern) is handed on alone, and none of them where none is declared: who raises an alert can add
// a label, but not take the place of one that was validated. Of labels with the very same name the
// first counts, as everywhere. A name that a variable cannot have, or a value with a NUL byte, is
// left out.
struct LabelVariables {
  std::vector<std::pair<std::string, std::string>> variables;  // sorted by name
  std::vector<std::string> refused;  // labels that were left out because their names clash
};
LabelVariables labelVariables(const Labels& labels, const AlertPolicy& policy);

// Letters of ASCII in capitals: names that are equal so clash.
std::string inCapitals(std::string name);
// The labels that the policy declares: matchers, the target, those with a pattern. Sorted, once
// each.
std::vector<std::string> declaredLabels(const AlertPolicy& policy);

}  // namespace heald::engine
