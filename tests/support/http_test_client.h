#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace heald::test {

// One raw TCP connection to 127.0.0.1, to send what no decent client would. Reads give up after
// 20 s, so that a server that hangs fails a test instead of stopping the suite.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawConnection() { ::close(socket_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool connected() const { return connected_; }
  int socket() const { return socket_; }

  // False when the server has closed the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent =
          TEMP_FAILURE_RETRY(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void finish() { ::shutdown(socket_, SHUT_WR); }  // nothing more is sent

  // Waits up to `wait` for the server to say something or to close.
  bool readable(timeval wait) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(socket_, &set);
    return ::select(socket_ + 1, &set, nullptr, nullptr, &wait) == 1;
  }

  // One answer, as its Content-Length says, or what comes until the server closes. What lies behind
  // it stays for the next call.
  std::string readAnswer(bool with_body = true) {
    char chunk[4096];
    for (;;) {
      const auto end = held_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t size =
            end + 4 + (with_body ? contentLength(held_.substr(0, end + 2)) : 0);
        if (held_.size() >= size) {
          std::string answer = held_.substr(0, size);
          held_.erase(0, size);
          return answer;
        }
      }
      const ssize_t count = TEMP_FAILURE_RETRY(::recv(socket_, chunk, sizeof chunk, 0));
      if (count <= 0) return std::exchange(held_, {});
      held_.append(chunk, static_cast<std::size_t>(count));
    }
  }

  // Everything until the server closes; resets count as the end.
  std::string readAll() {
    std::string all = std::exchange(held_, {});
    char chunk[4096];
    for (;;) {  // a socket with a timeout is interrupted by the end of any child
      const ssize_t count = TEMP_FAILURE_RETRY(::recv(socket_, chunk, sizeof chunk, 0));
      if (count <= 0) break;
      all.append(chunk, static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  // Without one the answer ends with the connection.
  static std::size_t contentLength(const std::string& head) {
    const auto at = head.find("\r\nContent-Length: ");
    return at == std::string::npos ? std::string::npos / 2 : std::stoul(head.substr(at + 18));
  }

  int socket_;
  bool connected_ = false;
  std::string held_;
};

struct RawResponse {
  int status = 0;  // 0: no answer
  std::string head;
  std::string body;

  explicit RawResponse(const std::string& text) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos || !text.starts_with("HTTP/1.1 ")) return;
    status = std::stoi(text.substr(9));
    head = text.substr(0, end + 2);
    body = text.substr(end + 4);
  }

  bool hasHeader(std::string_view line) const {
    return head.find(std::string(line) + "\r\n") != std::string::npos;
  }
};

// Sends the bytes as they are and reads one answer.
inline RawResponse sendRaw(std::uint16_t port, std::string_view bytes) {
  RawConnection connection(port);
  connection.send(bytes);
  return RawResponse(connection.readAnswer(!bytes.starts_with("HEAD ")));
}

inline RawResponse get(std::uint16_t port, const std::string& path, const std::string& more = {}) {
  return sendRaw(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n");
}

}  // namespace heald::test
