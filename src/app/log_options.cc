#include "app/log_options.h"

#include <sstream>
#include <string>

#include "io/termination_log.h"

namespace heald::app {

io::LogFormat logFormatOf(const DaemonOptions& options) {
  return options.log_format == "json" ? io::LogFormat::kJson : io::LogFormat::kLogfmt;
}

io::LogLevel logLevelOf(const DaemonOptions& options) {
  for (const io::LogLevel level : io::kLogLevels) {
    if (options.log_level == toString(level)) {
      return level;
    }
  }
  return io::LogLevel::kInfo;
}

void logStartFailure(const DaemonOptions& options, const std::string& reason) {
  io::Log log(logFormatOf(options), logLevelOf(options));
  std::istringstream lines(reason);
  for (std::string line; std::getline(lines, line);) {
    log.write(io::LogLevel::kError, "heald cannot start", {{"reason", line}});
  }
  if (const auto written = io::writeTerminationLog(options.termination_log, reason); !written) {
    log.write(io::LogLevel::kError, written.error().message);
  }
}

}  // namespace heald::app
