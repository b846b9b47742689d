#include "http/server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "http/deferred.h"
#include "http/front.h"
#include "http/wire.h"

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

bool listensOn(int fd, int port) {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
    return false;
  sockaddr_in name{};
  size = sizeof name;
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0 &&
         name.sin_family == AF_INET && ntohs(name.sin_port) == port;
}

// CivetWeb keeps its listening socket to itself. Looked for once, when it has just been made.
int listeningOn(int port) {
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 1'000'000;
  const int most = known ? static_cast<int>(limit.rlim_cur) : 1'000'000;
  for (int fd = 0; fd < most; ++fd) {
    if (listensOn(fd, port)) return fd;
  }
  return -1;
}

// CivetWeb waits for what comes by the port: it goes on with what has taken its place.
void knockOn(int port) {
  const io::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<std::uint16_t>(port));
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
}

// Knocks until CivetWeb has taken somebody from the private socket. The kernel may be slow to pass
// a knock on, and who leaves before is not noticed; CivetWeb looks by itself after two seconds.
void wakeUp(int port, const PrivateSocket& socket) {
  constexpr int kMostKnocks = 100;
  const timeval patience{0, 20'000};
  const io::UniqueFd visitor = socket.connect();
  ::setsockopt(visitor.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  // Without a ticket: it is answered by the end of the connection.
  constexpr std::string_view kCall =
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  (void)::send(visitor.get(), kCall.data(), kCall.size(), MSG_NOSIGNAL);
  for (int i = 0; i < kMostKnocks; ++i) {
    knockOn(port);
    char byte = 0;
    if (::recv(visitor.get(), &byte, 1, 0) >= 0 || errno != EAGAIN) return;
  }
}

}  // namespace

struct Server::Impl {
  Impl(const Pipeline& the_pipeline, Tickets& the_tickets, PrivateSocket socket)
      : pipeline(the_pipeline), tickets(the_tickets), private_socket(std::move(socket)) {}
  ~Impl() {
    private_socket.close();  // so that CivetWeb's accepting thread wakes
    if (context != nullptr) mg_stop(context);
    deferred.awaitAll();
  }

  static Impl& of(const mg_connection* connection) {
    return *static_cast<Impl*>(mg_get_user_data(mg_get_context(connection)));
  }
  static int onRequest(mg_connection* handle) noexcept;
  static int onError(mg_connection* handle, int status, const char* message) noexcept;
  static int onLog(const mg_connection* handle, const char* message) noexcept;

  Result<void> listen(int workers);
  bool answer(mg_connection* handle) noexcept;  // false: not everybody has been
  bool answer(std::shared_ptr<door::Exchange> exchange);

  const Pipeline& pipeline;
  Tickets& tickets;
  PrivateSocket private_socket;
  mg_context* context = nullptr;
  Deferred deferred;
  std::mutex start_mutex;  // CivetWeb's messages during start explain its failure
  bool starting = true;
  std::string start_messages;
};

// The request is what the door has read: nothing is understood twice, and perhaps differently.
bool Server::Impl::answer(std::shared_ptr<door::Exchange> exchange) {
  auto request = requestOf(exchange->head(), exchange->caller());
  if (!request) return false;
  request->gone = [exchange] { return exchange->gone(); };
  request->body = exchange->takeBody();
  Response response = pipeline.serve(*request);
  if (response.later) {
    exchange->defer();
    response.later([this, exchange, open = deferred.begin()](Response::Maker make) {
      deferred.make(
          [exchange, open, make = std::move(make)] { exchange->answer(answerOf(make())); });
    });
  } else if (response.stream && request->method != "HEAD") {
    response.stream(exchange->stream({response.status, responseHead(response)}));
  } else {
    exchange->answer(answerOf(std::move(response)));
  }
  return true;
}

// Nothing may leave what CivetWeb calls: an exception in its C frames ends the process. Out of
// memory is the only one left to catch; whoever asks hears from the courier.
bool Server::Impl::answer(mg_connection* handle) noexcept {
  const char* ticket = mg_get_header(handle, Tickets::kHeader.data());
  auto exchanges = tickets.redeem(ticket != nullptr ? ticket : "");
  bool all = !exchanges.empty();
  for (auto& exchange : exchanges) {
    try {
      all = answer(std::move(exchange)) && all;
    } catch (...) {
      all = false;
    }
  }
  return all;
}

int Server::Impl::onRequest(mg_connection* handle) noexcept {
  const bool again = of(handle).answer(handle) &&
                     mg_write(handle, kDone.data(), kDone.size()) == static_cast<int>(kDone.size());
  if (!again) mg_disable_connection_keep_alive(handle);
  return 200;  // "answered"
}

int Server::Impl::onError(mg_connection* handle, int, const char*) noexcept {
  mg_disable_connection_keep_alive(handle);
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

Result<void> Server::Impl::listen(int workers) {
  initialiseLibraryOnce();
  const std::string threads = std::to_string(workers);
  // The CORS options default to "*", decode_url to a path that cannot be told from a sent one.
  // document_root stays unset: with it come files, CGI and directory listings.
  const std::array<const char*, 17> settings = {"listening_ports",
                                                "127.0.0.1:0",
                                                "num_threads",
                                                threads.c_str(),
                                                "request_timeout_ms",
                                                "5000",
                                                "enable_keep_alive",
                                                "yes",
                                                "decode_url",
                                                "no",
                                                "access_control_allow_origin",
                                                "",
                                                "access_control_allow_methods",
                                                "",
                                                "access_control_allow_headers",
                                                "",
                                                nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = &Impl::onRequest;
  callbacks.http_error = &Impl::onError;
  callbacks.log_message = &Impl::onLog;
  context = mg_start(&callbacks, this, const_cast<const char**>(settings.data()));
  {
    const std::scoped_lock lock(start_mutex);
    starting = false;
  }
  const auto failure = [this](const std::string& why) {
    return Error{ErrorCode::kUnavailable, "cannot start the server of the control plane: " + why};
  };
  if (context == nullptr) {
    return failure(start_messages.empty() ? "CivetWeb gave no reason" : start_messages);
  }
  mg_server_port bound{};
  if (mg_get_server_ports(context, 1, &bound) != 1) return failure("CivetWeb has no port");
  const int theirs = listeningOn(bound.port);
  if (theirs < 0 || ::dup3(private_socket.listening(), theirs, O_CLOEXEC) < 0) {
    return failure("the socket of CivetWeb cannot be exchanged");
  }
  wakeUp(bound.port, private_socket);
  return {};
}

Result<std::unique_ptr<Server>> Server::start(int workers, const std::vector<std::string>& folders,
                                              const Pipeline& pipeline, Tickets& tickets) {
  auto socket = PrivateSocket::listen(folders);
  if (!socket) return socket.error();
  auto impl = std::make_unique<Impl>(pipeline, tickets, std::move(*socket));
  if (auto listening = impl->listen(workers); !listening) return listening.error();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

const PrivateSocket& Server::socket() const {
  return impl_->private_socket;
}

}  // namespace heald::http
