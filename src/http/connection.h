#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "http/message.h"

struct mg_connection;

namespace heald::http {

// One CivetWeb connection during one request, on its worker's thread. Borrows the handle.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Connection(mg_connection* handle) : handle_(handle) {}

  // The head of the request. A query that cannot be decoded is an Error.
  Result<Request> request() const;

  // The body of `length` bytes, as it arrives; to be read before the answer is sent. It fails with
  // 408 when the deadline passes first, with 400 when the client goes away. CivetWeb waits for a
  // silent client as long as its request timeout, so the last wait may exceed the deadline by that
  // much.
  std::shared_ptr<BodySource> body(const Request& request, std::uint64_t length,
                                   Clock::time_point deadline);

  // Whether the client has gone. Looks for its socket at once; what it returns may be called on any
  // thread, as long as this request is not answered.
  std::function<bool()> watchPeer() const;

  // Sends the answer and marks the connection to be closed, unread data or not. Gives up at the
  // deadline. The body is left out for HEAD.
  void send(const Response& response, bool with_body, Clock::time_point deadline);

  // Sends an answer that streams, until its stream ends. Each piece of it has `patience`.
  void stream(const Response& response, std::chrono::milliseconds patience);

 private:
  class Streamed;
  class Incoming;
  int socket() const;
  bool write(std::string_view bytes, Clock::time_point deadline);

  mg_connection* handle_;
};

}  // namespace heald::http
