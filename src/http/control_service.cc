#include "http/control_service.h"

#include <utility>

#include "http/front.h"

namespace heald::http {

ControlService::ControlService(Router router, GuardPolicy policy, Hooks hooks)
    : pipeline_(std::move(router), std::move(policy), std::move(hooks)) {}

Result<std::unique_ptr<ControlService>> ControlService::start(
    Router router, GuardPolicy policy, Hooks hooks, int workers,
    const std::vector<std::string>& folders) {
  std::unique_ptr<ControlService> service(
      new ControlService(std::move(router), std::move(policy), std::move(hooks)));
  auto server = Server::start(workers, folders, service->pipeline_, service->tickets_);
  if (!server) return server.error();
  service->server_ = std::move(*server);
  service->couriers_ = std::make_unique<Couriers>(
      workers, service->server_->socket(), service->tickets_,
      [own = service.get()](door::Exchange& exchange) {
        exchange.answer(
            own->refuse(503, "heald could not take the request; try again in a moment"));
      });
  return service;
}

// The couriers wait for the server, so they end first.
ControlService::~ControlService() {
  couriers_.reset();
  server_.reset();
}

door::Answer ControlService::refuse(int status, const std::string& message) {
  return answerOf(pipeline_.answerMalformed(status, message));
}

ControlService::Admission ControlService::admit(const door::RequestHead& head,
                                                const door::Caller& caller) {
  const auto request = requestOf(head, caller);
  if (!request) return {refuse(400, request.error().message), false};
  auto admission = pipeline_.admit(*request);
  if (admission.refusal) return {answerOf(std::move(*admission.refusal)), false};
  return {std::nullopt, admission.reads_body};
}

void ControlService::serve(std::shared_ptr<door::Exchange> exchange) {
  const std::string& method = exchange->head().method;
  couriers_->take(std::move(exchange), method != "GET" && method != "HEAD");
}

}  // namespace heald::http
