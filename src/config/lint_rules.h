#pragma once

#include <string>

#include "config/lint.h"

namespace heald::config {

// The rules, by what they look at. Private to lint().

void lintChecks(const Config& config, Mapping& file);
void lintRemedies(const Config& config, Mapping& file);
void lintAlerts(const Config& config, Mapping& file);
void lintGovernors(const Config& config, Mapping& file);
void lintCommands(const Config& config, Mapping& file);
void lintLabels(const Config& config, Mapping& file);

KeyPath operator/(KeyPath path, std::string key);
KeyPath operator/(KeyPath path, std::size_t item);  // of a list

}  // namespace heald::config
