#pragma once

#include <memory>
#include <utility>

#include "checks/check.h"
#include "io/http_access.h"

namespace heald::checks {

// Of who has given no answer: critical where it was asked, unknown where it could not be.
inline CheckResult judgeUnanswered(const io::HttpResponse& response) {
  const bool asked = response.end == io::HttpEnd::kFailed || response.end == io::HttpEnd::kTimeout;
  return {asked ? core::CheckStatus::kCritical : core::CheckStatus::kUnknown, response.error, {}};
}

// A check that is one HTTP request and what is made of its answer. `Options` has the `request`
// (without its timeout, which is the check's) and the `access`; `kJudge` is called from the thread
// that sendWithAccess names.
template <class Options, CheckResult (*kJudge)(const Options&, const io::HttpResponse&)>
class RequestCheck : public Check {
 public:
  explicit RequestCheck(Options options)
      : options_(std::make_shared<const Options>(std::move(options))) {}

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    io::HttpRequest request = options_->request;
    request.timeout = run.timeout;
    io::sendWithAccess(services, std::move(request), options_->access, run.cancel,
                       [options = options_, done = std::move(done)](
                           const io::HttpResponse& response) { done(kJudge(*options, response)); });
  }

 private:
  std::shared_ptr<const Options> options_;  // shared: a run may outlive its configuration
};

}  // namespace heald::checks
