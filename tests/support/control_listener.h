#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "door/door.h"
#include "door/listen.h"
#include "http/control_service.h"

namespace heald::test {

// The real control listener on a free port of 127.0.0.1: its door, and the server behind it.
class ControlListener {
 public:
  explicit ControlListener(http::Router router, http::GuardPolicy policy = {}, int workers = 4,
                           door::Patience patience = {}) {
    auto started =
        http::ControlService::start(std::move(router), std::move(policy), {}, workers, {"/tmp"});
    if (!started) throw std::runtime_error(started.error().message);
    service_ = std::move(*started);
    auto bound = door::listenOn({"127.0.0.1", 0});
    if (!bound) throw std::runtime_error(bound.error().message);
    port_ = bound->address.port;
    std::vector<door::Listener> listeners(1);
    listeners[0].name = "control";
    listeners[0].sockets.push_back(std::move(bound->socket));
    listeners[0].service = service_.get();
    listeners[0].limits = {4096, 4096};
    door::DoorOptions options;
    options.patience = patience;
    auto opened = door::Door::open(std::move(listeners), std::move(options));
    if (!opened) throw std::runtime_error(opened.error().message);
    door_ = std::move(*opened);
  }

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::shared_ptr<const http::Server> server() const { return service_->server(); }

 private:
  std::uint16_t port_ = 0;
  std::unique_ptr<http::ControlService> service_;
  std::unique_ptr<door::Door> door_;  // last: it ends before the service
};

}  // namespace heald::test
