#include <memory>
#include <utility>

#include "http/actor.h"
#include "http/alerts_body.h"
#include "http/alerts_refused.h"
#include "http/control_calls.h"
#include "http/control_routes.h"
#include "http/json_pieces.h"
#include "io/digest.h"

namespace heald::http {
namespace {

// Passes a body on, and makes of it what an Idempotency-Key is good for.
class Digested : public BodySource {
 public:
  Digested(BodySource& source, const Request& request)
      : source_(source), digest_(request.method + " " + request.path + "\n") {}

  std::string_view next() override {
    const std::string_view piece = source_.next();
    digest_.add(piece);
    return piece;
  }
  std::optional<Response> failure() const override { return source_.failure(); }
  std::string hex() { return digest_.hex(); }

 private:
  BodySource& source_;
  io::Digest digest_;
};

Response receive(const Backend& backend, const Request& request) {
  TextSource whole(request.body);
  Digested body(request.source ? *request.source : whole, request);
  auto notification = readAlerts(body);
  if (auto failure = body.failure()) return std::move(*failure);
  if (!notification) return error(notification.error());
  return ask(backend, request,
             engine::AlertsReceived{std::move(notification->alerts), actorOf(request),
                                    notification->left_out},
             replyAs(200), body.hex());
}

}  // namespace

Call alertsCall(const Backend& backend) {
  return {.method = "POST",
          .path = std::string(kAlertsPath),
          .needs = Access::kAlerts,
          .summary = "Alertmanager's webhook, version 4: recorded when answered, acted upon later",
          .handler = [backend](const Request& request) { return receive(backend, request); },
          .body_limit = kMaxAlertsBody,
          .streamed = true};
}

}  // namespace heald::http
