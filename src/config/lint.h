#pragma once

#include "config/mapping.h"
#include "config/model.h"

namespace heald::config {

// What a configuration says and most likely does not mean. docs/configuration.md lists the rules;
// each has an id that stays. Pure: of the machine that the file is for it knows nothing, that is
// lintPrograms' (lint_host.h).
void lint(const Config& config, Mapping& file);

// Where these stand in the file.
KeyPath pathOf(const ConfiguredCheck& check);
KeyPath pathOf(const ConfiguredRemedy& remedy);

// A step of a remedy, and where the options of its kind stand.
struct StepInFile {
  const KindPart& does;
  KeyPath path;
};
std::vector<StepInFile> stepsOf(const ConfiguredRemedy& remedy, const Mapping& file);

}  // namespace heald::config
