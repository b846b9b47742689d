#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/time.h"
#include "ctl/exit_code.h"
#include "ctl/token.h"
#include "heald/result.h"
#include "io/http_client.h"

namespace heald::ctl {

// Why a call did not succeed: the exit code, and a sentence for the terminal.
struct Failure {
  ExitCode code = ExitCode::kUnreachable;
  std::string message;
  std::string body = {};  // of heald's answer, where it has refused
};

// The answer of a call, and its Failure when it did not succeed.
struct Answer {
  std::string body;
  std::optional<Failure> failure;
  int status = 0;        // of HTTP; 0 without an answer
  bool unknown = false;  // a change was asked for, and nobody knows whether it was done

  bool ok() const { return !failure.has_value(); }
};

// Where heald's own package has it listen.
inline constexpr const char* kControlSocket = "/run/heald/control.sock";

struct ClientOptions {
  std::string url = "http://127.0.0.1:3001";  // or "unix:/run/heald/control.sock"
  core::Duration timeout = std::chrono::seconds(10);
  std::string ca_file;               // of who may have signed heald's certificate; "": the system's
  std::string certificate, key_pem;  // of this client, as PEM; "": none
  Token token;
  std::string actor;  // who acts, for heald's log: "alice@host"
  std::string key;    // of every change; a fresh one for each when empty
  // Told in a sentence, before a change that one replica has refused is asked of its leader.
  std::function<void(const std::string&)> following = {};
};

// The control plane of one daemon. Blocks until the answer or the timeout. Never uses a proxy.
// Nothing it returns contains the token, which is sent to another host only when a person has
// named its file.
class Client {
 public:
  explicit Client(ClientOptions options);

  Answer get(const std::string& path) { return send("GET", path, ""); }
  // A change carries a key, so heald does it once however often it is asked; and it is asked again,
  // within the timeout, when the connection is refused (for at most kRestart), breaks, or brings no
  // answer. Half of the timeout is for the first time; a second one follows in any case, as this
  // process may have been stopped meanwhile. `key`: "" for the one of the options.
  // A replica that stands by refuses changes: then its leader is asked, once, at the address that
  // the replica tells and with the same key; the token goes there as it would go to that URL.
  static constexpr core::Duration kRestart = std::chrono::seconds(2);
  Answer send(const std::string& method, const std::string& path, const std::string& body,
              const std::string& key = "");

  // Of a replica that stands by: from here on its leader is asked, who alone knows what governors,
  // remedies and approvals are; of any other heald nothing changes.
  void goToLeader();

  // Reads an answer without an end: `piece` is called with what comes, on another thread. Returns
  // when it has ended, or when nothing has come for so long.
  Answer follow(const std::string& path, std::function<void(std::string_view)> piece,
                core::Duration silence);

  const std::string& url() const { return options_.url; }
  // For the browser of whoever asks; "" where it may not be sent there.
  std::string tokenToHandOver() const;

 private:
  io::HttpResponse transfer(io::HttpRequest request);
  Answer change(io::HttpRequest request, const std::string& key);
  std::optional<ClientOptions> leader();
  Answer unanswered(const io::HttpResponse& last, const std::string& key) const;
  io::HttpRequest requestFor(const std::string& method, const std::string& path,
                             const std::string& body) const;
  bool mayUseToken() const;
  Answer judge(const io::HttpResponse& response) const;
  Failure refused(const io::HttpResponse& response) const;
  std::string withoutCredential() const;

  ClientOptions options_;
  std::string socket_;  // of a unix: URL
  io::HttpClient http_;
};

// "unix:" and the socket, when somebody listens on it whom this process may talk to; or "".
std::string urlOfSocket(const std::string& path);

// What is wrong with the URL of a control plane, or "".
std::string controlUrlProblem(const std::string& url);

// One segment of a path, percent-encoded: "a/b" becomes "a%2Fb".
std::string segment(std::string_view name);

}  // namespace heald::ctl
