#include "ctl/backtest.h"

#include "app/builtin.h"
#include "core/plain_text.h"
#include "ctl/backtest_output.h"
#include "ctl/error_json.h"
#include "ctl/history_file.h"
#include "simulation/backtest.h"

namespace heald::ctl {
namespace {

void addRemarks(const HistoryFile& file, std::vector<std::string>& remarks) {
  if (file.first_id > 1) {
    remarks.push_back("the history begins with id " + std::to_string(file.first_id) +
                      ": what came before is not known");
  }
  if (file.missing > 0) {
    remarks.push_back(std::to_string(file.missing) +
                      " ids are missing between the first entry and the last: what they say is "
                      "not played");
  }
  if (file.unreadable > 0) {
    remarks.push_back("damaged entries, which are not played: " + std::to_string(file.unreadable));
  }
}

}  // namespace

ExitCode backtest(const BacktestOptions& options, const Lookup& environment, bool colours,
                  std::ostream& out, std::ostream& err) {
  const auto config = config::readConfigFile(options.config, app::builtinKinds(), environment);
  const HistoryFile file = readHistoryFile(options.history, simulation::kLongestBacktest);
  std::vector<std::string> problems;
  for (const config::Problem& problem : config.problems) problems.push_back(toString(problem));
  problems.insert(problems.end(), file.problems.begin(), file.problems.end());
  for (const std::string& problem : problems) err << core::escapedLines(problem) << "\n";
  if (!config.ok() || !file.problems.empty()) {
    const std::string& which = config.ok() ? options.history : options.config;
    if (options.as_json) out << errorJson(which + " has mistakes", problems);
    return ExitCode::kBadFile;
  }
  auto result = simulation::backtest(config.config.setup, file.entries);
  addRemarks(file, result.remarks);
  out << (options.as_json ? backtestJson(result, options.config, options.history)
                          : backtestText(result, options.config, options.history, colours));
  return ExitCode::kOk;
}

}  // namespace heald::ctl
