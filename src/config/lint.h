#pragma once

#include "config/mapping.h"
#include "config/model.h"

namespace heald::config {

// What a configuration says and most likely does not mean. docs/configuration.md lists the rules;
// each has an id that stays. Pure: of the machine that the file is for it knows nothing, that is
// lintPrograms' (lint_host.h).
void lint(const Config& config, Mapping& file);

// The path of each remedy of setup.remedies in the file: one that is asked for by several checks
// stands there once.
std::vector<KeyPath> pathsOfRemedies(const Config& config);
// Of the options of a kind: of the check `i`, of a step of a remedy.
KeyPath pathOfCheck(std::size_t i);
KeyPath pathOfStep(const KeyPath& remedy, std::size_t step, const Mapping& file);

}  // namespace heald::config
