#include "door/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace heald::door {
namespace {

// Beyond what the kernel allows (net.core.somaxconn) it is cut.
constexpr int kBacklog = 4096;

Error failed(const config::ListenAddress& address, int number) {
  std::string message = "cannot listen on " + toString(address) + ": ";
  if (number == EADDRINUSE) {
    message += "the port is in use by another process (\"ss -ltnp 'sport = :" +
               std::to_string(address.port) + "'\" shows which)";
  } else {
    message += std::strerror(number);
  }
  return {ErrorCode::kUnavailable, std::move(message)};
}

}  // namespace

Result<Bound> listenOn(const config::ListenAddress& address) {
  Bound bound{io::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
              address};
  const int socket = bound.socket.get();
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(address.port);
  ::inet_pton(AF_INET, address.host.c_str(), &name.sin_addr);
  const int on = 1;
  socklen_t size = sizeof name;
  if (socket < 0 || ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket, reinterpret_cast<const sockaddr*>(&name), size) != 0 ||
      ::listen(socket, kBacklog) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    return failed(address, errno);
  }
  bound.address.port = ntohs(name.sin_port);
  return bound;
}

}  // namespace heald::door
