#include "http/router.h"

#include <algorithm>
#include <cstdlib>

#include "io/uri.h"

namespace heald::http {
namespace {

bool isParameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool takes(const std::string& pattern, const std::string& segment) {
  return isParameter(pattern) ? !segment.empty() : pattern == segment;
}

bool takesAll(const std::vector<std::string>& patterns, const std::vector<std::string>& segments) {
  return std::equal(patterns.begin(), patterns.end(), segments.begin(), segments.end(), takes);
}

std::map<std::string, std::string, std::less<>> bind(const std::vector<std::string>& patterns,
                                                     std::vector<std::string>& segments) {
  std::map<std::string, std::string, std::less<>> parameters;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (!isParameter(patterns[i])) continue;
    parameters[patterns[i].substr(1, patterns[i].size() - 2)] = std::move(segments[i]);
  }
  return parameters;
}

Match refused(Response refusal) {
  return {nullptr, {}, std::move(refusal)};
}

Match methodNotAllowed(std::string_view method, const std::string& allow) {
  Response response =
      error(405, "method_not_allowed", std::string(method) + " is not served here; use " + allow);
  response.headers.add("Allow", allow);
  return refused(std::move(response));
}

}  // namespace

Router& Router::add(Route route) {
  Pattern& pattern = patternOf(route.path);
  for (const std::size_t other : pattern.routes) {
    if (routes_[other].method == route.method) std::abort();  // two handlers for one call
  }
  pattern.routes.push_back(routes_.size());
  routes_.push_back(std::move(route));
  return *this;
}

Router& Router::add(std::string method, std::string path, Needs access, Handler handler) {
  return add(Route{std::move(method), std::move(path), access, std::move(handler)});
}

Router& Router::get(std::string path, Needs access, Handler handler) {
  return add("GET", std::move(path), access, std::move(handler));
}

Router::Pattern& Router::patternOf(const std::string& path) {
  auto segments = io::splitPath(path);
  if (!segments) std::abort();  // a template is a path
  for (Pattern& pattern : patterns_) {
    if (pattern.segments == *segments) return pattern;
  }
  return patterns_.emplace_back(Pattern{std::move(*segments), {}});
}

const Router::Pattern* Router::find(const std::vector<std::string>& segments) const {
  const Pattern* found = nullptr;
  for (const Pattern& pattern : patterns_) {
    if (pattern.segments == segments) return &pattern;
    if (found == nullptr && takesAll(pattern.segments, segments)) found = &pattern;
  }
  return found;
}

Match Router::match(std::string_view method, std::string_view path) const {
  auto segments = io::splitPath(path);
  if (!segments) {
    return refused(error(400, "invalid", "the path is not valid percent-encoded UTF-8 text"));
  }
  const Pattern* pattern = find(*segments);
  if (pattern == nullptr) {
    return refused(error(404, "not_found", "there is nothing at " + std::string(path)));
  }
  std::string allow;
  for (const std::size_t index : pattern->routes) {
    const Route& route = routes_[index];
    const bool head = method == "HEAD" && route.method == "GET";
    if (route.method == method || head) return {&route, bind(pattern->segments, *segments), {}};
    allow += (allow.empty() ? "" : ", ") + route.method;
    if (route.method == "GET") allow += ", HEAD";
  }
  return methodNotAllowed(method, allow);
}

}  // namespace heald::http
