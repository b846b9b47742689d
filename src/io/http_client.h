#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"
#include "io/cancel.h"

namespace heald::io {

// A mail in the place of an HTTP request: who it is from and for, and who heald is to the server.
struct MailEnvelope {
  std::string from;                // addresses alone: heald@example.org
  std::vector<std::string> to;     // the server has to take all of them
  std::string username, password;  // none when empty; never over a connection without TLS
  bool starttls = false;  // on smtp://: TLS before anything of it is said, or nothing is sent
};

struct HttpRequest {
  // http or https, of a mail smtp or smtps; anything else ends as kNotSent.
  std::string url;
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers;  // a Content-Type only if it is here
  std::string body;
  core::Duration timeout = std::chrono::seconds(10);  // for all of it: name, connection, answer
  std::string ca_file;  // PEM: these alone are trusted; the system's when empty
  // PEM, as text: heald's own certificate (with its chain) and key. None when empty.
  std::string client_certificate, client_key;
  std::string unix_socket;            // connects to it, whatever the URL's host and port
  std::string server_name;            // for SNI and verification, instead of the URL's host
  bool insecure_skip_verify = false;  // takes any certificate
  std::string proxy;                  // none when empty: the *_proxy environment is not obeyed
  // At most 5, and never from https to http. Another host, port or scheme gets no headers of the
  // request, and it is not followed there where a body or heald's certificate would go along: all
  // of these were meant for the first one alone.
  bool follow_redirects = false;
  // The body is then a message of RFC 5322, and `method` and `headers` mean nothing. kAnswered is
  // that the server has taken it.
  std::optional<MailEnvelope> mail = {};
  // May use a connection that an earlier request with this opened to the same place, and leaves it
  // open for later ones; it is at most kMostKept old. Not with follow_redirects.
  bool keep_alive = false;
  std::size_t body_limit = 64 * 1024;  // what is kept; the rest is read and dropped
  // Takes the body of an answer with a status of 2xx piece by piece as it comes, instead of having
  // it kept. On the client's thread, with the rules of Done.
  std::function<void(std::string_view)> on_data = nullptr;
};

enum class HttpEnd {
  kAnswered,   // a whole answer came, whatever its status
  kFailed,     // the other side or the network said no: refused, reset, a bad certificate
  kTimeout,    // no whole answer in time
  kCancelled,  // by its token, or because the client is going away
  kNotSent,    // heald itself could not ask: a bad URL, no file descriptors, an unreadable ca_file
};

struct HttpResponse {
  HttpEnd end = HttpEnd::kNotSent;
  int status = 0;                // of kAnswered
  std::string body;              // as bytes
  bool truncated = false;        // the body had more than body_limit
  bool sent = false;             // something of the request was, so the other side may have it
  core::Duration retry_after{};  // what an answer asks for with that header; 0: nothing
  std::string error;  // unless kAnswered: "connection refused", "timed out after 5s"; valid UTF-8
};

// All HTTP requests, mails and TCP connects of the program, on ONE thread around curl_multi_poll.
// Every request opens a fresh connection and asks the name service anew, so that a check meets what
// a new client would meet, unless it says keep_alive. TLS is verified unless the request says
// otherwise. Thread-safe.
class HttpClient {
 public:
  static constexpr std::chrono::seconds kMostKept{600};
  // Called exactly once, on the client's thread: it must return soon, not block and not throw.
  using Done = std::function<void(HttpResponse)>;

  HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();  // stops

  // Cancels what is under way, delivers every callback, joins the thread. Not from a callback. What
  // comes after it ends as kCancelled at once, on the caller's thread. May be called again.
  void stop();

  void send(HttpRequest request, CancelToken cancel, Done done);
  // Opens a TCP connection and closes it at once; success is kAnswered with status 0. `host` is a
  // name or an address, IPv6 without brackets. An address needs nothing of curl's.
  void connect(const std::string& host, int port, core::Duration timeout, CancelToken cancel,
               Done done);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace heald::io
