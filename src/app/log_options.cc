#include "app/log_options.h"

#include <sstream>
#include <string>

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
}

}  // namespace heald::app
