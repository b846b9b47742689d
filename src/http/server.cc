#include "http/server.h"

#include <civetweb.h>

#include <array>
#include <mutex>
#include <string>
#include <vector>

#include "http/connection.h"
#include "http/waker.h"

namespace heald::http {
namespace {

// mg_init_library counts, but is not thread-safe; this is, and runs once. 0: no TLS, whose
// initialisation in Debian's build loads a library that crashes it.
void initialiseLibraryOnce() {
  struct Library {
    Library() { mg_init_library(0); }
    ~Library() { mg_exit_library(); }
  };
  static Library library;
}

constexpr std::uint64_t kMebibyte = 1024 * 1024;

std::optional<Response> readAll(BodySource& source, std::uint64_t length, std::string& body) {
  body.reserve(length);
  for (auto piece = source.next(); !piece.empty(); piece = source.next()) body += piece;
  return source.failure();
}

}  // namespace

struct Server::Impl {
  Impl(const ServerOptions& given, Router router, GuardPolicy policy, Hooks hooks)
      : options(given), pipeline(std::move(router), std::move(policy), std::move(hooks)) {}
  ~Impl() {
    if (context == nullptr) return;
    const Waker waker(options.address);
    mg_stop(context);
  }

  static Impl& of(const mg_connection* connection) {
    return *static_cast<Impl*>(mg_get_user_data(mg_get_context(connection)));
  }
  static int onRequest(mg_connection* handle) noexcept;
  static int onError(mg_connection* handle, int status, const char* message) noexcept;
  static int onLog(const mg_connection* handle, const char* message) noexcept;

  Result<void> listen();
  Error startFailure();
  void answer(mg_connection* handle);

  ServerOptions options;
  Pipeline pipeline;
  mg_context* context = nullptr;
  std::mutex start_mutex;  // CivetWeb's messages during start explain its failure
  bool starting = true;
  std::string start_messages;
};

void Server::Impl::answer(mg_connection* handle) {
  using Clock = Connection::Clock;
  Connection connection(handle);
  auto request = connection.request();
  if (!request) {
    const Response refusal = pipeline.answerMalformed(400, request.error().message);
    connection.send(refusal, true, Clock::now() + options.send_timeout);
    return;
  }
  const Response response =
      pipeline.answer(*request, [&](Request& target, bool streamed) -> std::optional<Response> {
        target.gone = connection.watchPeer();
        const std::uint64_t length = Guard::contentLength(target);
        auto source = connection.body(
            target, length, Clock::now() + options.body_timeout * (1 + length / kMebibyte));
        if (!streamed) return readAll(*source, length, target.body);
        target.source = std::move(source);
        return std::nullopt;
      });
  if (response.stream && request->method != "HEAD") {
    connection.stream(response, options.send_timeout);
  } else {
    connection.send(response, request->method != "HEAD", Clock::now() + options.send_timeout);
  }
}

// Nothing may leave these three: an exception in CivetWeb's C frames ends the process. Out of
// memory is the only one left to catch, and closing the connection is all that can be done then.
int Server::Impl::onRequest(mg_connection* handle) noexcept {
  try {
    of(handle).answer(handle);
  } catch (...) {
    mg_disable_connection_keep_alive(handle);
  }
  return 200;  // "answered": whatever the status was
}

int Server::Impl::onError(mg_connection* handle, int status, const char* message) noexcept {
  try {
    Impl& server = of(handle);
    const Response response = server.pipeline.answerMalformed(status, message);
    Connection(handle).send(response, true, Connection::Clock::now() + server.options.send_timeout);
  } catch (...) {
    mg_disable_connection_keep_alive(handle);
  }
  return 0;  // "handled"
}

int Server::Impl::onLog(const mg_connection* handle, const char* message) noexcept {
  try {
    Impl& server = of(handle);
    const std::scoped_lock lock(server.start_mutex);
    if (server.starting) {
      server.start_messages += (server.start_messages.empty() ? "" : "; ") + std::string(message);
    } else {
      server.pipeline.log("civetweb: " + std::string(message));
    }
  } catch (...) {  // a lost message
  }
  return 1;  // "logged": nothing to stderr
}

Result<void> Server::Impl::listen() {
  initialiseLibraryOnce();
  const std::string port = toString(options.address);
  const std::string workers = std::to_string(options.workers);
  const std::string timeout = std::to_string(options.header_timeout.count());
  // The CORS options default to "*", decode_url to a path that cannot be told from a sent one.
  // document_root stays unset: with it come files, CGI and directory listings.
  const std::array<const char*, 19> settings = {"listening_ports",
                                                port.c_str(),
                                                "num_threads",
                                                workers.c_str(),
                                                "request_timeout_ms",
                                                timeout.c_str(),
                                                "enable_keep_alive",
                                                "no",
                                                "decode_url",
                                                "no",
                                                "access_control_allow_origin",
                                                "",
                                                "access_control_allow_methods",
                                                "",
                                                "access_control_allow_headers",
                                                "",
                                                "max_request_size",
                                                "16384",
                                                nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = &Impl::onRequest;
  callbacks.http_error = &Impl::onError;
  callbacks.log_message = &Impl::onLog;
  context = mg_start(&callbacks, this, const_cast<const char**>(settings.data()));
  const std::scoped_lock lock(start_mutex);
  starting = false;
  if (context == nullptr) return startFailure();
  mg_server_port bound{};
  if (mg_get_server_ports(context, 1, &bound) != 1) return startFailure();
  options.address.port = static_cast<std::uint16_t>(bound.port);
  return {};
}

Error Server::Impl::startFailure() {
  const std::string port = std::to_string(options.address.port);
  std::string message = "cannot listen on " + toString(options.address) + ": ";
  if (start_messages.find("Address already in use") != std::string::npos) {
    message +=
        "the port is in use by another process (\"ss -ltnp 'sport = :" + port + "'\" shows which)";
  } else {
    message += start_messages.empty() ? "CivetWeb gave no reason" : start_messages;
  }
  return {ErrorCode::kUnavailable, std::move(message)};
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Router router,
                                              GuardPolicy policy, Hooks hooks) {
  policy.allowed_hosts.push_back(options.address.host);
  auto impl =
      std::make_unique<Impl>(options, std::move(router), std::move(policy), std::move(hooks));
  if (auto listening = impl->listen(); !listening) return listening.error();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

const Address& Server::address() const {
  return impl_->options.address;
}

}  // namespace heald::http
