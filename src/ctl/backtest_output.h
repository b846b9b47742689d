#pragma once

#include <string>

#include "simulation/backtest.h"

namespace heald::ctl {

std::string backtestText(const simulation::Backtest& result, const std::string& config,
                         const std::string& history, bool colours);

// docs/simulate.md lists the keys.
std::string backtestJson(const simulation::Backtest& result, const std::string& config,
                         const std::string& history);

}  // namespace heald::ctl
