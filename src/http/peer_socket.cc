#include "http/peer_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>

namespace heald::http {
namespace {

using NameOf = int(int, sockaddr*, socklen_t*) noexcept;

sockaddr_in nameBy(NameOf* name_of, int socket) {
  sockaddr_in name{};
  socklen_t size = sizeof name;
  if (name_of(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) return {};
  return name.sin_family == AF_INET ? name : sockaddr_in{};
}

}  // namespace

int findPeerSocket(const std::string& remote_address, std::uint16_t remote_port,
                   std::uint16_t local_port) {
  in_addr remote{};
  if (inet_pton(AF_INET, remote_address.c_str(), &remote) != 1) return -1;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", failure), end;
       !failure && entry != end; entry.increment(failure)) {
    const int socket = std::atoi(entry->path().filename().c_str());
    const sockaddr_in peer = nameBy(&::getpeername, socket);
    if (peer.sin_port != htons(remote_port) || peer.sin_addr.s_addr != remote.s_addr) continue;
    if (nameBy(&::getsockname, socket).sin_port == htons(local_port)) return socket;
  }
  return failure ? kCannotLook : -1;
}

std::size_t bytesWaiting(int socket) {
  int count = 0;
  if (socket < 0 || ::ioctl(socket, FIONREAD, &count) != 0 || count < 0) return 0;
  return static_cast<std::size_t>(count);
}

bool peerHasClosed(int socket) {
  pollfd look{socket, POLLRDHUP, 0};
  return socket >= 0 && ::poll(&look, 1, 0) > 0 &&
         (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace heald::http
