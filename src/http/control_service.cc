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
  // The server is not needed yet, and what it may lack is a place for its socket.
  if (auto tried = PrivateSocket::listen(folders); !tried) return tried.error();
  service->couriers_ = std::make_unique<Couriers>(
      workers,
      [own = service.get(), workers, folders] {
        auto server = Server::start(workers, folders, own->pipeline(), own->tickets_);
        if (!server) own->pipeline().log(server.error().message);
        return server;
      },
      service->tickets_,
      [own = service.get()](door::Exchange& exchange) {
        exchange.answer(
            own->refuse(503, "heald could not take the request; try again in a moment"));
      });
  return service;
}

ControlService::~ControlService() = default;

Weight ControlService::weightOf(const door::RequestHead& head) const {
  if (head.method == "GET" || head.method == "HEAD") return Weight::kReads;
  const std::string_view target = head.target;
  const Match match = pipeline().router().match(head.method, target.substr(0, target.find('?')));
  return match.route != nullptr && match.route->brief ? Weight::kBrief : Weight::kChanges;
}

void ControlService::serve(std::shared_ptr<door::Exchange> exchange) {
  const Weight weight = weightOf(exchange->head());
  couriers_->take(std::move(exchange), weight);
}

}  // namespace heald::http
