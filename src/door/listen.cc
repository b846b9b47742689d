#include "door/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

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

constexpr int kKind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

socklen_t nameOf(const config::ListenAddress& address, sockaddr_storage& name) {
  auto& six = reinterpret_cast<sockaddr_in6&>(name);
  if (::inet_pton(AF_INET6, address.host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(address.port);
    return sizeof six;
  }
  auto& four = reinterpret_cast<sockaddr_in&>(name);
  four.sin_family = AF_INET;
  four.sin_port = htons(address.port);
  ::inet_pton(AF_INET, address.host.c_str(), &four.sin_addr);
  return sizeof four;
}

}  // namespace

Result<Bound> listenOn(const config::ListenAddress& address) {
  sockaddr_storage name{};
  socklen_t size = nameOf(address, name);
  Bound bound{io::UniqueFd(::socket(name.ss_family, kKind, 0)), address};
  const int socket = bound.socket.get();
  const int on = 1;
  if (socket < 0 || ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket, reinterpret_cast<const sockaddr*>(&name), size) != 0 ||
      ::listen(socket, kBacklog) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    return failed(address, errno);
  }
  bound.address.port =
      ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(name).sin6_port
                                       : reinterpret_cast<const sockaddr_in&>(name).sin_port);
  return bound;
}

Result<io::UniqueFd> listenOnPath(const std::string& path) {
  const auto fault = [&](const std::string& why) {
    return Error{ErrorCode::kUnavailable, "cannot listen on " + path + ": " + why};
  };
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) {
    return fault("the path has more than " + std::to_string(sizeof name.sun_path - 1) + " bytes");
  }
  path.copy(name.sun_path, path.size());
  const auto* plain = reinterpret_cast<const sockaddr*>(&name);
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) return fault("a file that is no socket is there");
    const io::UniqueFd probe(::socket(AF_UNIX, kKind, 0));
    if (::connect(probe.get(), plain, sizeof name) == 0 || errno != ECONNREFUSED) {
      return fault("another process listens on it");
    }
    ::unlink(path.c_str());
  }
  io::UniqueFd socket(::socket(AF_UNIX, kKind, 0));
  // Nobody can connect before it listens, so the mode is right in time.
  if (!socket.valid() || ::bind(socket.get(), plain, sizeof name) != 0 ||
      ::chmod(path.c_str(), 0660) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return fault(std::strerror(errno));
  }
  return socket;
}

}  // namespace heald::door
