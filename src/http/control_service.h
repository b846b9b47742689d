#pragma once

#include <memory>
#include <string>
#include <vector>

#include "door/service.h"
#include "http/couriers.h"
#include "http/pipeline.h"
#include "http/server.h"

namespace heald::http {

// The control listener behind its door. Whoever is not let in hears so from here, before a body is
// read. Whole requests of those who are go to the server behind, by couriers.
class ControlService : public door::Service {
 public:
  // An Error says why the server behind cannot be started. `folders`: see PrivateSocket.
  static Result<std::unique_ptr<ControlService>> start(Router router, GuardPolicy policy,
                                                       Hooks hooks, int workers,
                                                       const std::vector<std::string>& folders);
  // Running handlers are waited for. The door has to be closed before.
  ~ControlService() override;

  Admission admit(const door::RequestHead& head, const door::Caller& caller) override;
  void serve(std::shared_ptr<door::Exchange> exchange) override;
  door::Answer refuse(int status, const std::string& message) override;

  const Server& server() const { return *server_; }

 private:
  ControlService(Router router, GuardPolicy policy, Hooks hooks);

  const Pipeline pipeline_;
  Tickets tickets_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Couriers> couriers_;
};

}  // namespace heald::http
