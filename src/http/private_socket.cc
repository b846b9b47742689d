#include "http/private_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace heald::http {
namespace {

constexpr int kBacklog = 1024;
constexpr const char* kName = "socket";

// By its descriptor, as the path of a Unix socket has at most 107 characters.
sockaddr_un nameBelow(int fd, const char* name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d%s%s", fd,
                *name == '\0' ? "" : "/", name);
  return address;
}

const sockaddr* plain(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// The inode of the socket, without a name; not valid when something failed (errno).
io::UniqueFd bindIn(const std::string& folder, int socket) {
  std::string made = folder + "/.heald-XXXXXX";
  if (::mkdtemp(made.data()) == nullptr) return {};
  const io::UniqueFd below(::open(made.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  io::UniqueFd inode;
  const sockaddr_un address = nameBelow(below.get(), kName);
  if (below.valid() && ::bind(socket, plain(address), sizeof address) == 0) {
    inode.reset(::openat(below.get(), kName, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  }
  const int number = errno;
  if (below.valid()) ::unlinkat(below.get(), kName, 0);
  ::rmdir(made.c_str());
  errno = number;
  return inode;
}

}  // namespace

Result<PrivateSocket> PrivateSocket::listen(const std::vector<std::string>& folders) {
  std::string why = "no folder was given";
  for (const std::string& folder : folders) {
    PrivateSocket made;
    made.listening_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (made.listening_.valid()) made.inode_ = bindIn(folder, made.listening_.get());
    if (made.inode_.valid() && ::listen(made.listening_.get(), kBacklog) == 0) return made;
    why = folder + ": " + std::strerror(errno);
  }
  return Error{ErrorCode::kUnavailable, "cannot make a socket for the control plane: " + why};
}

io::UniqueFd PrivateSocket::connect() const {
  io::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = nameBelow(inode_.get(), "");
  if (!socket.valid() || ::connect(socket.get(), plain(address), sizeof address) == 0)
    return socket;
  return {};
}

void PrivateSocket::close() {
  if (listening_.valid()) ::shutdown(listening_.get(), SHUT_RDWR);
  inode_.reset();
}

}  // namespace heald::http
