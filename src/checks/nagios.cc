#include "checks/nagios.h"

#include "checks/performance_data.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

std::string messageOf(const io::ProcessResult& result) {
  const std::string_view line = io::firstLine(result.output);
  return io::oneLine(line.substr(0, line.find('|')));
}

CheckResult judgeExit(const io::ProcessResult& result) {
  const std::string message = messageOf(result);
  if (result.code < 0 || result.code > 3) {
    const std::string tail = message.empty() ? "" : ": " + message;
    return {CheckStatus::kUnknown, io::oneLine(result.reason + tail)};
  }
  return {core::kCheckStatuses[result.code], message.empty() ? result.reason : message,
          performanceData(result.output)};
}

}  // namespace

CheckResult judgePlugin(const io::ProcessResult& result) {
  switch (result.end) {
    case io::ProcessEnd::kExited:
      return judgeExit(result);
    case io::ProcessEnd::kTimeout:
      return {CheckStatus::kCritical, result.reason};
    case io::ProcessEnd::kSignaled:
    case io::ProcessEnd::kCancelled:
    case io::ProcessEnd::kNotStarted:
      return {CheckStatus::kUnknown, result.reason};
  }
  return {};
}

CheckResult judgeCommand(const io::ProcessResult& result) {
  if (result.end != io::ProcessEnd::kExited) return judgePlugin(result);
  const std::string message = io::oneLine(io::firstLine(result.output));
  return {result.code == 0 ? CheckStatus::kOk : CheckStatus::kCritical,
          message.empty() ? result.reason : message};
}

}  // namespace heald::checks
