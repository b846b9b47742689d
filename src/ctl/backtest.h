#pragma once

#include <ostream>
#include <string>

#include "ctl/exit_code.h"
#include "ctl/token.h"

namespace heald::ctl {

struct BacktestOptions {
  std::string history;  // what `healdctl history --json` prints, or a store
  std::string config;
  bool as_json = false;
};

// What a configuration would have done with the incidents of a history, without a daemon. kRefused
// when a file is wrong; all mistakes go to `err` with their places.
ExitCode backtest(const BacktestOptions& options, const Lookup& environment, bool colours,
                  std::ostream& out, std::ostream& err);

}  // namespace heald::ctl
