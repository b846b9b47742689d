#include "http/waker.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

namespace heald::http {
namespace {

void connectOnce(const config::ListenAddress& address) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &target.sin_addr);
  (void)::connect(socket, reinterpret_cast<const sockaddr*>(&target), sizeof target);
  ::close(socket);
}

}  // namespace

Waker::Waker(config::ListenAddress address)
    : address_(std::move(address)), thread_([this](std::stop_token stop) { run(stop); }) {}

void Waker::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    connectOnce(address_);
    stopped_.wait_for(lock, stop, std::chrono::milliseconds(10), [] { return false; });
  }
}

}  // namespace heald::http
