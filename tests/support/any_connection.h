#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "support/http_test_client.h"

namespace heald::test {

// One connection to 127.0.0.1, plain or over TLS, that sends any bytes and takes answers apart as
// their lengths say. Reads give up after 20 s.
class AnyConnection {
 public:
  // Without a context it is plain. Any certificate will do.
  AnyConnection(std::uint16_t port, SSL_CTX* context) : raw_(port) {
    if (context == nullptr || !raw_.connected()) return;
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, raw_.socket());
    shaken_ = SSL_connect(ssl_) == 1;
  }
  ~AnyConnection() { SSL_free(ssl_); }
  AnyConnection(const AnyConnection&) = delete;
  AnyConnection& operator=(const AnyConnection&) = delete;

  bool open() const { return raw_.connected() && (ssl_ == nullptr || shaken_); }

  // False when the other side has closed. Over TLS each call is records of its own.
  bool send(std::string_view bytes) {
    if (ssl_ == nullptr) return raw_.send(bytes);
    std::size_t count = 0;
    return bytes.empty() || SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count) == 1;
  }
  // Nothing more is sent.
  void finish() {
    if (ssl_ != nullptr) SSL_shutdown(ssl_);
    raw_.finish();
  }

  struct Answer {
    int status = 0;  // 0: there is none, the connection has ended
    bool closes = false;
    std::string head, body;
  };
  // The next final one; 100 Continue is passed over. `with_body`: it is no answer to HEAD.
  Answer next(bool with_body = true) {
    for (;;) {
      Answer answer = one(with_body);
      if (answer.status != 100) return answer;
    }
  }
  // Takes all up to this text and behind it; false: the connection has ended before.
  bool readUntil(std::string_view mark) {
    while (held_.find(mark) == std::string::npos) {
      if (!more()) return false;
    }
    held_.clear();
    return true;
  }
  // What comes until the other side closes, and is no answer that was asked for.
  std::string rest() {
    while (more()) {
    }
    return held_;
  }

 private:
  Answer one(bool with_body) {
    std::size_t end = 0;
    while ((end = held_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return {};
    }
    Answer answer;
    answer.head = held_.substr(0, end + 2);
    if (!answer.head.starts_with("HTTP/1.1 ")) return {-1, true, held_, ""};
    answer.status = std::stoi(answer.head.substr(9));
    answer.closes = answer.head.find("\r\nConnection: close\r\n") != std::string::npos;
    const auto at = answer.head.find("\r\nContent-Length: ");
    const std::size_t length =
        with_body && at != std::string::npos ? std::stoul(answer.head.substr(at + 18)) : 0;
    while (held_.size() < end + 4 + length) {
      if (!more()) return {-1, true, answer.head, "(cut)"};
    }
    answer.body = held_.substr(end + 4, length);
    held_.erase(0, end + 4 + length);
    return answer;
  }
  bool more() {
    char chunk[16384];
    std::size_t count = 0;
    if (ssl_ != nullptr) {
      if (!shaken_ || SSL_read_ex(ssl_, chunk, sizeof chunk, &count) != 1) return false;
    } else {
      const ssize_t received = TEMP_FAILURE_RETRY(::recv(raw_.socket(), chunk, sizeof chunk, 0));
      if (received <= 0) return false;
      count = static_cast<std::size_t>(received);
    }
    held_.append(chunk, count);
    return true;
  }

  RawConnection raw_;
  SSL* ssl_ = nullptr;
  bool shaken_ = false;
  std::string held_;
};

}  // namespace heald::test
