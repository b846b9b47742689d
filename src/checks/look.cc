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

void startLook(io::Services& services, const io::Look& look, const CheckRun& run, Check::Done done,
               std::function<CheckResult()> judge) {
  auto job = [look, timeout = run.timeout, cancel = run.cancel, judge = std::move(judge), done] {
    const auto found = std::make_shared<CheckResult>();  // shared with a look that may hang
    const io::LookEnd end = look.run(timeout, cancel, [found, judge] { *found = judge(); });
    done(resultOf(end, end == io::LookEnd::kDone ? *found : CheckResult{}, timeout));
  };
  if (!services.workers.post(std::move(job))) {
    done({CheckStatus::kUnknown, "too much work is waiting"});
  }
}

}  // namespace heald::checks
