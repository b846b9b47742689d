#include "checks/nagios.h"

#include "checks/performance_data.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

std::string messageOf(const process::ProcessResult& result) {
  const std::string_view line = io::firstLine(result.output);
  return io::oneLine(line.substr(0, line.find('|')));
}

CheckResult judgeExit(const process::ProcessResult& result) {
  const std::string message = messageOf(result);
  if (result.code < 0 || result.code > 3) {
    const std::string tail = message.empty() ? "" : ": " + message;
    return {CheckStatus::kUnknown, io::oneLine(result.reason + tail)};
  }
  return {core::kCheckStatuses[result.code], message.empty() ? result.reason : message,
          performanceData(result.output)};
}

}  // namespace

CheckResult judgePlugin(const process::ProcessResult& result) {
  switch (result.end) {
    case process::ProcessEnd::kExited:
      return judgeExit(result);
    case process::ProcessEnd::kTimeout:
      return {CheckStatus::kCritical, result.reason};
    case process::ProcessEnd::kSignaled:
    case process::ProcessEnd::kCancelled:
    case process::ProcessEnd::kNotStarted:
      return {CheckStatus::kUnknown, result.reason};
  }
  return {};
}

CheckResult judgeCommand(const process::ProcessResult& result) {
  if (result.end != process::ProcessEnd::kExited) return judgePlugin(result);
  const std::string message = io::oneLine(io::firstLine(result.output));
  return {result.code == 0 ? CheckStatus::kOk : CheckStatus::kCritical,
          message.empty() ? result.reason : message};
}

}  // namespace heald::checks
