#include "app/activation.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "config/wording.h"

namespace heald::app {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START

std::string takenFromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value != nullptr ? value : "";
  ::unsetenv(name);
  return text;
}

long numberIn(const std::string& text) {
  long number = -1;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  return failure == std::errc{} && stop == end ? number : -1;
}

// What stands before the colon; the rest stays.
std::string firstOf(std::string_view& names) {
  const std::size_t colon = std::min(names.find(':'), names.size());
  std::string name(names.substr(0, colon));
  names.remove_prefix(std::min(colon + 1, names.size()));
  return name;
}

bool isListening(int fd) {
  int listens = 0;
  socklen_t size = sizeof listens;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

bool setFlags(int fd) {
  const int status = ::fcntl(fd, F_GETFL);
  return ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && status >= 0 &&
         ::fcntl(fd, F_SETFL, status | O_NONBLOCK) == 0;
}

// Where it listens; false: neither TCP nor a Unix socket.
bool nameOf(int fd, InheritedSocket& into) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) return false;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (name.ss_family == AF_UNIX) {
    const auto& path = reinterpret_cast<const sockaddr_un&>(name);
    into.path = path.sun_path[0] == '\0' ? "(abstract)" : path.sun_path;
    return true;
  }
  if (name.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(name);
    ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
    into.address = config::ListenAddress{text.data(), ntohs(four.sin_port)};
    return true;
  }
  if (name.ss_family != AF_INET6) return false;
  const auto& six = reinterpret_cast<const sockaddr_in6&>(name);
  ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
  into.address = config::ListenAddress{text.data(), ntohs(six.sin6_port)};
  return true;
}

}  // namespace

Result<std::vector<InheritedSocket>> inheritedSockets() {
  const long pid = numberIn(takenFromEnvironment("LISTEN_PID"));
  const long count = numberIn(takenFromEnvironment("LISTEN_FDS"));
  const std::string all = takenFromEnvironment("LISTEN_FDNAMES");
  std::vector<InheritedSocket> sockets;
  if (pid != ::getpid()) return sockets;  // they were meant for somebody else
  std::string_view names = all;
  for (int fd = kFirst; fd < kFirst + count; ++fd) {
    InheritedSocket socket;
    socket.plane = firstOf(names);
    const auto failed = [&](const std::string& why) {
      return Error{ErrorCode::kInvalid,
                   "socket " + config::quoted(socket.plane) + " of systemd " + why};
    };
    if (socket.plane != "control" && socket.plane != "metrics") {
      return failed("is not known by that name (FileDescriptorName=control or metrics)");
    }
    if (!isListening(fd) || !setFlags(fd) || !nameOf(fd, socket)) {
      return failed("is no listening socket of TCP or a Unix path");
    }
    if (socket.plane == "metrics" && !socket.address) {
      return failed("is a Unix socket: the metrics listener is TCP's");
    }
    socket.socket.reset(fd);
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

}  // namespace heald::app
