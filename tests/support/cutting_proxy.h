#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace heald::test {

// Between a client and a server on 127.0.0.1: hands every request on and waits for its answer, and
// where `cut` says so cuts the connection instead of handing it back. One at a time.
class CuttingProxy {
 public:
  CuttingProxy(std::uint16_t server, std::function<bool()> cut)
      : server_(server), cut_(std::move(cut)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~CuttingProxy() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int answered() const { return answered_; }  // by the server, cut or not

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  // The connection stays open behind it.
  static bool isWhole(const std::string& answer) {
    const std::size_t head = answer.find("\r\n\r\n");
    const std::size_t length = answer.find("Content-Length: ");
    return head != std::string::npos && length < head &&
           answer.size() >= head + 4 + std::stoul(answer.substr(length + 16));
  }
  void serve() {
    for (int client; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      hand(client);
      ::close(client);
    }
  }
  void hand(int client) {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(server_);
    std::string answer;
    if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      char chunk[4096];
      while (::poll(ends, 2, 20'000) > 0) {
        if (ends[1].revents != 0) {
          const ssize_t count = ::recv(server, chunk, sizeof chunk, 0);
          if (count <= 0) break;
          answer.append(chunk, static_cast<std::size_t>(count));
          if (isWhole(answer)) break;
        } else {
          const ssize_t count = ::recv(client, chunk, sizeof chunk, 0);
          if (count <= 0) break;
          ::send(server, chunk, static_cast<std::size_t>(count), MSG_NOSIGNAL);
        }
      }
    }
    ::close(server);
    answered_ += answer.empty() ? 0 : 1;
    if (cut_()) return;
    ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
  }

  std::uint16_t server_;
  std::function<bool()> cut_;
  std::atomic<int> answered_{0};
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

// So many of the first answers.
inline std::function<bool()> theFirst(int many) {
  return [left = std::make_shared<std::atomic<int>>(many)] { return (*left)-- > 0; };
}

}  // namespace heald::test
