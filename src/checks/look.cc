#include "checks/look.h"

#include <utility>

#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

CheckResult resultOf(io::LookEnd end, const CheckResult& found, core::Duration timeout) {
  switch (end) {
    case io::LookEnd::kDone:
      return found;
    case io::LookEnd::kTimeout:
      return {CheckStatus::kCritical, "timed out after " + io::shortDuration(timeout)};
    case io::LookEnd::kCancelled:
      return {CheckStatus::kUnknown, "cancelled"};
    case io::LookEnd::kRefused:
      return {CheckStatus::kUnknown, "cannot create a thread"};
  }
  return {};
}

}  // namespace

void startLook(io::Services& services, const io::Looks::Place& place, const CheckRun& run,
               Check::Done done, std::function<CheckResult()> judge) {
  const auto found = std::make_shared<CheckResult>();  // shared with a look that may hang
  services.looks.start(
      place, run.timeout, run.cancel, [found, judge = std::move(judge)] { *found = judge(); },
      [found, timeout = run.timeout, done = std::move(done)](io::LookEnd end) {
        done(resultOf(end, end == io::LookEnd::kDone ? *found : CheckResult{}, timeout));
      });
}

}  // namespace heald::checks
