#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/access.h"
#include "http/message.h"

namespace heald::http {

using Handler = std::function<Response(const Request&)>;

struct Route {
  std::string method;  // "GET", "POST" or "PUT"; HEAD is answered by GET. Only GET has no body
  std::string path;    // the template: "/api/governors/{name}/resume"; a label of metrics
  Needs access;
  Handler handler;  // may throw: that is a 500. Runs on any worker thread, several at one time.
  std::size_t body_limit = 0;  // bytes; 0: the guard's
  bool streamed = false;       // the handler reads Request::source; Request::body stays empty
  // The handler waits for nothing and computes next to nothing: it leaves a command to somebody,
  // and the answer comes later. Several may have to wait for one another.
  bool brief = false;
};

// What a method and a path lead to. Without a route `refusal` is the answer: 400 for a path that
// cannot be decoded, 404, or 405 with Allow.
struct Match {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> parameters;
  Response refusal;
};

// An exact table: case-sensitive, no prefixes, no trailing slashes, no dot segments. A `{name}`
// segment takes any one segment that is not empty; a literal segment wins over it. Pure: no
// sockets. Built once, then only read, so that any thread may ask.
class Router {
 public:
  // Aborts on a second route with the same method and template, and on a path without a slash.
  Router& add(Route route);
  Router& add(std::string method, std::string path, Needs access, Handler handler);
  Router& get(std::string path, Needs access, Handler handler);

  Match match(std::string_view method, std::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }  // in the order of add()

 private:
  struct Pattern {
    std::vector<std::string> segments;
    std::vector<std::size_t> routes;  // of the same template, one for each method
  };

  const Pattern* find(const std::vector<std::string>& segments) const;
  Pattern& patternOf(const std::string& path);

  std::vector<Route> routes_;
  std::vector<Pattern> patterns_;
};

}  // namespace heald::http
