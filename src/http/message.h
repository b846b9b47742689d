#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "door/caller.h"
#include "door/exchange.h"
#include "door/headers.h"
#include "heald/result.h"
#include "http/identity.h"

namespace heald::http {

using door::equalsIgnoringCase;
using door::Headers;

struct Response;

// A body as it arrives.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next piece, valid until the next call; empty when it is over or has failed.
  virtual std::string_view next() = 0;
  // Why it ended early (408, 400); nothing when it did not.
  virtual std::optional<Response> failure() const = 0;
};

// One request. Plain data: made by a Connection or by a test, then passed by const reference.
struct Request {
  std::string method;  // as sent: "GET"
  std::string path;    // as sent, still percent-encoded, without the query: "/api/checks/a%20b"
  std::map<std::string, std::string, std::less<>> query;       // decoded; the last of a name counts
  std::map<std::string, std::string, std::less<>> parameters;  // `{name}` segments, decoded
  Headers headers;
  std::string body;  // empty for calls that change nothing: their body is never read
  // Instead of `body`, for a call that reads it piece by piece (Route::streamed).
  std::shared_ptr<BodySource> source = nullptr;
  door::Caller caller;  // who asks, as far as kernel and TLS prove it
  // Whether whoever asks has closed the connection, as far as can be seen; of calls that change
  // something. Any thread, until the call is answered. May be empty: nobody can tell.
  std::function<bool()> gone = nullptr;
  Identity who;  // set by the pipeline, for handlers
  // Whether they still may: for answers that last. Any thread; empty when no credential was needed
  // or shown.
  std::function<bool()> still_may = nullptr;

  bool may_read = false;  // what needs Access::kRead, here and now

  bool seesOutput() const { return who.seesOutput(); }

  std::optional<std::string_view> queryValue(std::string_view name) const;
  // A segment the route's template names; asking for another one throws, for a 500.
  const std::string& parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::string body;
  std::shared_ptr<const std::string> shared = nullptr;   // instead of `body`, not copied
  std::shared_ptr<const door::Pieces> pieces = nullptr;  // likewise, one after the other
  Headers headers;  // besides Content-Type, Content-Length and the ones every answer has
  // Instead of a body: is given the place to which it writes, then or later and from any thread,
  // for as long as it lasts. May not throw.
  std::function<void(std::shared_ptr<door::Outlet>)> stream = nullptr;
  // Instead of all else: the answer is not known yet, and nobody has to wait for it. Called once;
  // it calls `answer` once, then or later and on any thread, with what makes the answer, which may
  // throw as a handler may. That is done on a thread where it is in nobody's way.
  using Maker = std::function<Response()>;
  std::function<void(std::function<void(Maker)> answer)> later = nullptr;

  std::size_t size() const {  // of the body
    return pieces != nullptr   ? door::sizeOf(*pieces)
           : shared != nullptr ? shared->size()
                               : body.size();
  }
};

// Bytes that are not UTF-8 become U+FFFD instead of an exception; what steers a terminal is
// escaped.
Response json(const nlohmann::json& value, int status = 200);
Response json(const nlohmann::ordered_json& value, int status = 200);  // keeps the order of keys
Response text(std::string body, std::string content_type = "text/plain; charset=utf-8");

// {"error":{"code":…,"message":…}}. The code is for programs, the message for people.
Response error(int status, std::string_view code, std::string_view message);
Response error(const Error& error);  // invalid 400, not_found 404, conflict 409, limit 429, …

int statusOf(ErrorCode code);
std::string_view codeOf(ErrorCode code);  // "invalid", "not_found", "conflict", …

}  // namespace heald::http
