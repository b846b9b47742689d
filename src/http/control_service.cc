#include "http/control_service.h"

#include <utility>

namespace heald::http {

ControlService::ControlService(Router router, GuardPolicy policy, Hooks hooks)
    : Front(std::move(router), std::move(policy), std::move(hooks)) {}

Result<std::unique_ptr<ControlService>> ControlService::start(
    Router router, GuardPolicy policy, Hooks hooks, int workers,
    const std::vector<std::string>& folders) {
  std::unique_ptr<ControlService> service(
      new ControlService(std::move(router), std::move(policy), std::move(hooks)));
  auto server = Server::start(workers, folders, service->pipeline(), service->tickets_);
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

void ControlService::serve(std::shared_ptr<door::Exchange> exchange) {
  const std::string& method = exchange->head().method;
  couriers_->take(std::move(exchange), method != "GET" && method != "HEAD");
}

}  // namespace heald::http
