#include "http/metrics_service.h"

#include <map>
#include <tuple>
#include <utility>

#include "http/gzip.h"

namespace heald::http {
namespace {

// Requests that get the same page.
using PageKind = std::tuple<std::string, std::string, bool>;

PageKind pageKindOf(const Request& request) {
  return {request.path, std::string(request.headers.get("Accept").value_or("")),
          acceptsGzip(request.headers.get("Accept-Encoding").value_or(""))};
}

}  // namespace

MetricsService::MetricsService(Router router, GuardPolicy policy, Hooks hooks,
                               std::chrono::nanoseconds quick)
    : Front(std::move(router), std::move(policy), std::move(hooks)), quick_(quick) {}

MetricsService::~MetricsService() = default;

void MetricsService::serve(std::shared_ptr<door::Exchange> exchange) {
  if (exchange->head().target.starts_with("/-/")) return make({std::move(exchange)});
  {
    const std::lock_guard lock(mutex_);
    if (!mayMakeHere()) waiting_.push_back(std::move(exchange));
  }
  if (exchange != nullptr) return makePages({std::move(exchange)});
  // Without a thread it takes its time here.
  if (!maker_.post([this] { makeWaiting(); })) makeWaiting();
}

bool MetricsService::mayMakeHere() const {
  constexpr int kShare = 2;
  return waiting_.empty() && took_ <= quick_ && Clock::now() - made_ >= (kShare - 1) * took_;
}

void MetricsService::makePages(const Exchanges& asked) {
  const auto begun = Clock::now();
  make(asked);
  const std::lock_guard lock(mutex_);
  made_ = Clock::now();
  took_ = made_ - begun;
}

void MetricsService::makeWaiting() {
  Exchanges asked;
  {
    const std::lock_guard lock(mutex_);
    asked.swap(waiting_);
  }
  if (!asked.empty()) makePages(asked);
}

void MetricsService::answerAll(const Exchanges& asked) const {
  std::map<PageKind, door::Answer> made;
  for (const auto& exchange : asked) {
    auto request = requestOf(exchange->head(), exchange->caller());
    if (!request) continue;  // it was not admitted
    door::Answer& answer = made[pageKindOf(*request)];
    if (answer.body == nullptr) {
      answer = answerOf(pipeline().serve(*request));
    } else {
      pipeline().observeSame(*request, answer.status);
    }
    exchange->answer(answer);
  }
}

void MetricsService::make(const Exchanges& asked) const noexcept {
  try {
    answerAll(asked);
  } catch (...) {  // out of memory: who is not answered finds the connection closed
  }
}

}  // namespace heald::http
