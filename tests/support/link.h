#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace heald::test {

// A way to a server on 127.0.0.1 for any number of connections, which can go silent: what is sent
// then is held back, in both directions and on new connections too, until it is mended: a
// partition, as those at its ends see it. One that is mute holds back what the server says alone.
class Link {
 public:
  explicit Link(std::uint16_t server) : server_(server) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 64);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      while (!ended_) turn();
    });
  }
  ~Link() {
    ended_ = true;
    thread_.join();
    for (const Pair& pair : pairs_) close(pair);
    ::close(listener_);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void silence() { silent_ = true; }
  void mute() { mute_ = true; }
  void mend() { silent_ = mute_ = false; }

 private:
  using Pair = std::array<int, 2>;  // the client's end, and the server's

  static constexpr int kTurn = 20;  // ms: how soon a change of silent_ is seen

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  static void close(const Pair& pair) {
    for (const int end : pair) ::close(end);
  }
  void turn() {
    std::vector<pollfd> watched = {{listener_, POLLIN, 0}};
    if (!silent_) {
      for (const Pair& pair : pairs_) {
        watched.push_back({pair[0], POLLIN, 0});
        watched.push_back({mute_ ? -1 : pair[1], POLLIN, 0});  // poll passes over what is negative
      }
    }
    if (::poll(watched.data(), watched.size(), kTurn) <= 0) return;
    std::vector<Pair> over;
    for (std::size_t i = 1; i < watched.size(); ++i) {
      const Pair pair = pairs_[(i - 1) / 2];
      if (watched[i].revents != 0 && !hand(watched[i].fd, pair[i % 2])) over.push_back(pair);
    }
    for (const Pair& pair : over) {
      if (std::erase(pairs_, pair) > 0) close(pair);
    }
    if (watched[0].revents != 0) accept();
  }
  void accept() {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      pairs_.push_back({client, server});
    } else {
      close({client, server});
    }
  }
  static bool hand(int from, int to) {
    char chunk[16384];
    const ssize_t count = ::recv(from, chunk, sizeof chunk, 0);
    for (ssize_t sent = 0; sent < count;) {
      const ssize_t now =
          ::send(to, chunk + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
      if (now <= 0) return false;
      sent += now;
    }
    return count > 0;
  }

  std::uint16_t server_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> silent_ = false;
  std::atomic<bool> mute_ = false;
  std::atomic<bool> ended_ = false;
  std::vector<Pair> pairs_;  // of the thread
  std::thread thread_;
};

}  // namespace heald::test
