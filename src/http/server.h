#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "config/listen_address.h"
#include "heald/result.h"
#include "http/guard.h"
#include "http/pipeline.h"
#include "http/router.h"

namespace heald::http {

using Address = config::ListenAddress;

struct ServerOptions {
  Address address;  // default: 127.0.0.1, any free port
  int workers = 4;  // threads; each connection holds one until it is answered
  std::chrono::milliseconds header_timeout{5000};  // for all headers together; also one silence
  std::chrono::milliseconds body_timeout{5000};    // for each MiB that a body begins
  std::chrono::milliseconds send_timeout{10000};   // for the whole answer
};

// One listener: a CivetWeb context with its own workers, one table of routes, one guard. Two of
// them do not delay each other. Made for HTTP behind nothing or behind a proxy; no TLS, no
// keep-alive, no files, no WebSocket, no CORS.
//
// Every request passes through one callback that CivetWeb calls before its own routing, so that
// neither its prefix matching nor its handling of OPTIONS, WebSocket and files is ever reached.
//
// Starting one sets SIGPIPE to ignored for the process (mg_start does), which children inherit
// unless they reset it.
class Server {
 public:
  // Listens when it returns. An Error{kUnavailable} names the address and the reason.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Router router,
                                               GuardPolicy policy, Hooks hooks);

  // Waits for running handlers; CivetWeb notices within 2 s. Not from a handler.
  ~Server();

  const Address& address() const;  // with the port that is really bound

  struct Impl;

 private:
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace heald::http
