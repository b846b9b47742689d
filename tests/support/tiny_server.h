#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace heald::test {

// A server on 127.0.0.1 with one thread: reads one request from each connection and sends back what
// `answer` makes of it, raw. An empty answer leaves the connection open and silent; behind one with
// kKept it reads the next request of that connection.
class TinyServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;
  static constexpr const char* kKept = "Connection: keep-alive\r\n";

  explicit TinyServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) abort();
    if (listen(listener_, 64) != 0) abort();
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;
  ~TinyServer() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    if (const int fd = served_; fd >= 0) shutdown(fd, SHUT_RDWR);
    thread_.join();
    for (const int fd : silent_) close(fd);
    close(listener_);
  }

  int port() const { return port_; }
  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<std::string> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }
  int connections() const { return connections_; }
  std::string lastRequest() const {
    const auto all = requests();
    return all.empty() ? "" : all.back();
  }

  static std::string reply(int status, const std::string& body, const std::string& headers = "") {
    return "HTTP/1.1 " + std::to_string(status) +
           " Text\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
           body;
  }

 private:
  static std::string readRequest(int fd) {
    std::string text;
    char chunk[4096];
    while (true) {
      const auto end = text.find("\r\n\r\n");
      if (end != std::string::npos) {
        const auto at = text.find("Content-Length: ");
        const std::size_t body = at < end ? std::stoul(text.substr(at + 16)) : 0;
        if (text.size() >= end + 4 + body) return text;
      }
      const ssize_t got = recv(fd, chunk, sizeof chunk, 0);
      if (got <= 0) return text;
      text.append(chunk, static_cast<std::size_t>(got));
    }
  }

  void serve() {
    while (!stopping_) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++connections_;
      served_ = fd;
      std::string reply = answerOne(fd);
      while (reply.find(kKept) != std::string::npos && !stopping_ && opensAnother(fd)) {
        reply = answerOne(fd);
      }
      served_ = -1;
      if (reply.empty()) {
        silent_.push_back(fd);
      } else {
        close(fd);
      }
    }
  }

  std::string answerOne(int fd) {
    const std::string request = readRequest(fd);
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const std::string reply = answer_(request);
    send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
    return reply;
  }

  static bool opensAnother(int fd) {
    char byte = 0;
    return recv(fd, &byte, 1, MSG_PEEK) == 1;
  }

  const Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::atomic<int> served_ = -1;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<int> silent_;  // the thread's, and the destructor's after it
  std::thread thread_;
};

// A port of 127.0.0.1 where nobody listens: bound, so that nobody else takes it.
class ClosedPort {
 public:
  ClosedPort() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0) abort();
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  ~ClosedPort() { close(fd_); }
  int port() const { return port_; }

 protected:
  sockaddr_in address() const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<in_port_t>(port_));
    return address;
  }
  int fd_;

 private:
  int port_ = 0;
};

// A port of 127.0.0.1 that leaves whoever connects without any answer: one waits there already, and
// there is no room for a second.
class SilentPort : public ClosedPort {
 public:
  SilentPort() : waiting_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in there = address();
    if (listen(fd_, 0) != 0) abort();
    if (connect(waiting_, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) abort();
  }
  ~SilentPort() { close(waiting_); }

 private:
  int waiting_;
};

}  // namespace heald::test
