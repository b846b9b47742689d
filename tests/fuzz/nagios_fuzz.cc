// The output of a plugin: one byte for its end, two for its code, and what it printed.
#include "checks/nagios.h"
#include "fuzz.h"
#include "io/text.h"

using namespace heald;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  process::ProcessResult result;
  result.end = static_cast<process::ProcessEnd>(input.byte() % 5);
  result.code = static_cast<std::int16_t>(input.number());
  result.reason = "how it ended";
  result.output = input.rest();
  const checks::CheckResult judged = checks::judgePlugin(result);
  fuzz::requireLine(judged.message, "a message");
  fuzz::require(!judged.message.empty() && judged.message.size() <= io::kMessageBytes,
                "a message has 1 to 512 bytes", judged.message);
  if (result.end == process::ProcessEnd::kExited && result.code >= 0 && result.code <= 3) {
    fuzz::require(static_cast<int>(judged.status) == result.code, "the code is the status");
    fuzz::require(judged.message.find('|') == std::string::npos, "no performance data",
                  judged.message);
  } else {
    const bool late = result.end == process::ProcessEnd::kTimeout;
    fuzz::require(
        judged.status == (late ? core::CheckStatus::kCritical : core::CheckStatus::kUnknown),
        "all else is unknown, and late is critical");
  }
  return 0;
}
