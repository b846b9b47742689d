#include "http/connection.h"

#include <civetweb.h>

#include <algorithm>
#include <array>

#include "http/peer_socket.h"
#include "http/uri.h"
#include "http/wire.h"

namespace heald::http {
namespace {

constexpr std::size_t kReadChunk = 16 * 1024;   // bytes
constexpr std::size_t kWriteChunk = 16 * 1024;  // bytes between two looks at the clock

constexpr const char* kClose = "Connection: close\r\n\r\n";

bool expectsContinue(const Request& request) {
  return equalsIgnoringCase(request.headers.get("Expect").value_or(""), "100-continue");
}

}  // namespace

Result<Request> Connection::request() const {
  const mg_request_info& info = *mg_get_request_info(handle_);
  Request request;
  request.method = info.request_method;
  request.path = info.request_uri;  // local_uri is decoded and cleaned: no longer what was sent
  request.caller.address = info.remote_addr;
  for (int i = 0; i < info.num_headers; ++i) {
    request.headers.add(info.http_headers[i].name, info.http_headers[i].value);
  }
  auto query = parseQuery(info.query_string != nullptr ? info.query_string : "");
  if (!query)
    return Error{ErrorCode::kInvalid, "the query is not valid percent-encoded UTF-8 text"};
  request.query = std::move(*query);
  return request;
}

class Connection::Incoming : public BodySource {
 public:
  Incoming(mg_connection* handle, int socket, std::uint64_t length, Clock::time_point deadline)
      : handle_(handle), socket_(socket), left_(length), deadline_(deadline) {}

  std::string_view next() override {
    if (left_ == 0 || failure_) return {};
    if (Clock::now() >= deadline_) return fail(408, "timeout", "the body took too long to arrive");
    // mg_read waits until its whole buffer is full: a client that drips could stretch one call
    // for hours. So it is asked for what the kernel has already, or else for one byte.
    const auto wanted = std::min<std::uint64_t>({bytesWaiting(socket_), left_, chunk_.size()});
    const int count = mg_read(handle_, chunk_.data(), std::max<std::uint64_t>(wanted, 1));
    if (count < 0) return fail(400, "invalid", "the body ended early");
    if (count == 0) return fail(408, "timeout", "the body stopped arriving");
    left_ -= static_cast<std::uint64_t>(count);
    return {chunk_.data(), static_cast<std::size_t>(count)};
  }
  std::optional<Response> failure() const override { return failure_; }

 private:
  std::string_view fail(int status, std::string_view code, std::string_view message) {
    failure_ = error(status, code, message);
    return {};
  }

  mg_connection* handle_;
  const int socket_;
  std::uint64_t left_;
  const Clock::time_point deadline_;
  std::array<char, kReadChunk> chunk_{};
  std::optional<Response> failure_;
};

std::shared_ptr<BodySource> Connection::body(const Request& request, std::uint64_t length,
                                             Clock::time_point deadline) {
  const bool awaited = length > 0 && expectsContinue(request);
  if (awaited) write("HTTP/1.1 100 Continue\r\n\r\n", deadline);
  return std::make_shared<Incoming>(handle_, length > 0 ? this->socket() : 0, length, deadline);
}

std::function<bool()> Connection::watchPeer() const {
  const int socket = this->socket();
  if (socket == kCannotLook) return nullptr;
  return [socket] { return socket < 0 || peerHasClosed(socket); };
}

int Connection::socket() const {
  const mg_request_info& info = *mg_get_request_info(handle_);
  return findPeerSocket(info.remote_addr, static_cast<std::uint16_t>(info.remote_port),
                        static_cast<std::uint16_t>(info.server_port));
}

class Connection::Streamed : public Sink {
 public:
  Streamed(Connection& connection, std::chrono::milliseconds patience)
      : connection_(connection), patience_(patience), socket_(connection.socket()) {}

  bool write(std::string_view text) override {
    return connection_.write(text, Clock::now() + patience_);
  }
  bool gone() override { return peerHasClosed(socket_); }

 private:
  Connection& connection_;
  const std::chrono::milliseconds patience_;
  const int socket_;
};

void Connection::stream(const Response& response, std::chrono::milliseconds patience) {
  mg_disable_connection_keep_alive(handle_);
  Streamed sink(*this, patience);
  if (sink.write(responseHead(response) + kClose)) response.stream(sink);
}

void Connection::send(const Response& response, bool with_body, Clock::time_point deadline) {
  // Without this CivetWeb first reads what a refused client still sends, however slowly.
  mg_disable_connection_keep_alive(handle_);
  if (write(responseHead(response) + kClose, deadline) && with_body) write(response.body, deadline);
}

bool Connection::write(std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty() && Clock::now() < deadline) {
    const auto chunk = bytes.substr(0, kWriteChunk);
    const int sent = mg_write(handle_, chunk.data(), chunk.size());
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return bytes.empty();
}

}  // namespace heald::http
