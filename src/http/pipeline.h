#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/guard.h"
#include "http/message.h"
#include "http/router.h"

namespace heald::http {

// One answered request, for metrics. Every label has a small, fixed set of values.
struct RequestRecord {
  std::string_view route;   // the template; kUnmatchedRoute when there is none
  std::string_view method;  // "other" for what heald never serves
  int status = 0;
  double seconds = 0;  // from the end of the headers to the answer, without sending it
};

inline constexpr std::string_view kUnmatchedRoute = "unmatched";

// Called on worker threads, several at one time; none may throw or block. Each may be empty.
struct Hooks {
  std::function<void(const RequestRecord&)> observe{};
  std::function<void(std::string_view message)> log{};  // never a token, never a body
  // A credential that is not right. Empty for a listener that asks for none.
  std::function<void(const AuthFailure&)> unauthorised{};
};

// Fills request.body, or answers why it could not (408, 400); `streamed`: gives request.source.
using BodyReader = std::function<std::optional<Response>(Request&, bool streamed)>;

// Guard, router, body, handler, compression, in this order. Knows no sockets. Any thread.
class Pipeline {
 public:
  Pipeline(Router router, GuardPolicy policy, Hooks hooks);

  // The first half, before a body is read and while nothing may wait.
  struct Admission {
    std::optional<Response> refusal{};
    bool reads_body = false;
    bool streamed = false;  // piece by piece
  };
  Admission admit(const Request& request) const;

  // The second half, of an admitted request with its body, whose credential is looked at again: it
  // may have ended meanwhile. Never throws: what a handler throws becomes a 500 whose detail goes
  // to the log alone. A response with `later` is one whose maker does not throw either.
  Response serve(Request& request) const;
  // The same, and waits where the answer comes later.
  Response serveAndWait(Request& request) const;

  // Both halves.
  Response answer(Request& request, const BodyReader& read_body) const;

  // A request so malformed that there is no Request to answer.
  Response answerMalformed(int status, std::string_view reason) const;

  // Counts a request that was answered with what another one of the same kind was.
  void observeSame(const Request& request, int status) const;

  void log(std::string_view message) const;
  const Router& router() const { return router_; }
  const Guard& guard() const { return *guard_; }

 private:
  // What `make` returns, or a 500.
  Response guarded(const Request& request, const Response::Maker& make) const;
  Response handled(Request& request, const Match& match) const;
  void observe(const RequestRecord& record) const;
  void noteFault(const Request& request, const Identity& who, const Route& route,
                 bool refused) const;

  Router router_;
  std::shared_ptr<const Guard> guard_;  // shared with answers that last
  Hooks hooks_;
};

}  // namespace heald::http
