#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "heald/result.h"
#include "http/pipeline.h"
#include "http/private_socket.h"
#include "http/tickets.h"

namespace heald::http {

// What the server says to who has brought a ticket, when the call is done; the connection is good
// for another one then.
inline constexpr std::string_view kDone = "done";

// The server of the control plane: CivetWeb, whose workers take what the door has read, run the
// handlers and hand their answers back to the door. It listens on a private socket alone, and
// answers nobody without a ticket.
//
// Every request passes through one callback that CivetWeb calls before its own routing, so that
// neither its prefix matching nor its handling of OPTIONS, WebSocket and files is ever reached.
class Server {
 public:
  // Serves when it returns. `pipeline` and `tickets` outlive it. CivetWeb can only listen on TCP
  // ports: it is given one of loopback, and its socket is exchanged for the private one before
  // anything has come by it that could find a ticket.
  static Result<std::unique_ptr<Server>> start(int workers, const std::vector<std::string>& folders,
                                               const Pipeline& pipeline, Tickets& tickets);

  // Waits for running handlers. Not from a handler.
  ~Server();

  const PrivateSocket& socket() const;

  struct Impl;

 private:
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace heald::http
