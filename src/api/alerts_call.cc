#include <memory>
#include <utility>

#include "api/actor.h"
#include "api/alerts_body.h"
#include "api/alerts_refused.h"
#include "api/control_calls.h"
#include "api/control_routes.h"
#include "api/json_pieces.h"
#include "io/digest.h"

namespace heald::api {
namespace {

// Passes a body on, and makes of it what an Idempotency-Key is good for.
class Digested : public http::BodySource {
 public:
  Digested(http::BodySource& source, const http::Request& request)
      : source_(source), digest_(request.method + " " + request.path + "\n") {}

  std::string_view next() override {
    const std::string_view piece = source_.next();
    digest_.add(piece);
    return piece;
  }
  std::optional<http::Response> failure() const override { return source_.failure(); }
  std::string hex() { return digest_.hex(); }

 private:
  http::BodySource& source_;
  io::Digest digest_;
};

http::Response receive(const Backend& backend, const http::Request& request) {
  TextSource whole(request.body);
  Digested body(request.source ? *request.source : whole, request);
  auto notification = readAlerts(body);
  if (auto failure = body.failure()) return std::move(*failure);
  if (!notification) return http::error(notification.error());
  return ask(backend, request,
             engine::AlertsReceived{std::move(notification->alerts), actorOf(request),
                                    notification->left_out},
             replyAs(200), body.hex());
}

}  // namespace

Call alertsCall(const Backend& backend) {
  return {.method = "POST",
          .path = std::string(kAlertsPath),
          .needs = http::Access::kAlerts,
          .summary = "Alertmanager's webhook, version 4: recorded when answered, acted upon later",
          .handler = [backend](const http::Request& request) { return receive(backend, request); },
          .body_limit = kMaxAlertsBody,
          .streamed = true};
}

}  // namespace heald::api
