#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/couriers.h"
#include "http/front.h"
#include "http/server.h"

namespace heald::http {

// The control listener behind its door. Whole requests of those who are let in go to the server
// behind, by couriers.
class ControlService : public Front {
 public:
  // An Error says why the server behind could not be started. `folders`: see PrivateSocket.
  static Result<std::unique_ptr<ControlService>> start(Router router, GuardPolicy policy,
                                                       Hooks hooks, int workers,
                                                       const std::vector<std::string>& folders);
  // Running handlers are waited for. The door has to be closed before.
  ~ControlService() override;

  void serve(std::shared_ptr<door::Exchange> exchange) override;

  // The one behind, which is started if there is none. For tests.
  std::shared_ptr<const Server> server() { return *couriers_->server(); }

 private:
  ControlService(Router router, GuardPolicy policy, Hooks hooks);

  Weight weightOf(const door::RequestHead& head) const;

  Tickets tickets_;
  std::unique_ptr<Couriers> couriers_;  // last: it uses the others
};

}  // namespace heald::http
