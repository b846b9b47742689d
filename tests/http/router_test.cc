#include "http/router.h"

#include <gtest/gtest.h>

namespace heald::http {
namespace {

Handler named(std::string name) {
  return [name](const Request&) { return text(name); };
}

Router table() {
  Router router;
  router.get("/", Access::kOpen, named("page"));
  router.get("/metrics", Access::kOpen, named("metrics"));
  router.get("/api/status", Access::kOpen, named("status"));
  router.get("/api/checks/{name}", Access::kOpen, named("check"));
  router.get("/api/checks/summary", Access::kOpen, named("summary"));
  router.add("POST", "/api/checks/{name}/run", Access::kOperate, named("run"));
  router.get("/api/flags/{name}", Access::kOpen, named("flag"));
  router.add("PUT", "/api/flags/{name}", Access::kOperate, named("set flag"));
  return router;
}

std::string routeOf(std::string_view method, std::string_view path) {
  const Router router = table();
  const Match match = router.match(method, path);
  if (match.route != nullptr) return match.route->method + " " + match.route->path;
  return std::to_string(match.refusal.status);
}

TEST(Router, FindsTheTemplate) {
  EXPECT_EQ(routeOf("GET", "/"), "GET /");
  EXPECT_EQ(routeOf("GET", "/metrics"), "GET /metrics");
  EXPECT_EQ(routeOf("GET", "/api/checks/db"), "GET /api/checks/{name}");
  EXPECT_EQ(routeOf("POST", "/api/checks/db/run"), "POST /api/checks/{name}/run");
}

TEST(Router, PrefersALiteralSegment) {
  EXPECT_EQ(routeOf("GET", "/api/checks/summary"), "GET /api/checks/summary");
}

TEST(Router, DoesNotTakeAPrefixForARoute) {
  for (const char* path :
       {"/metricsfoo", "/metrics/", "/metrics/foo", "/metric", "//metrics", "/api", "/api/",
        "/api/status/x", "/api/checks/", "/api/checks//run", "/api/checks/a/b", ""}) {
    EXPECT_EQ(routeOf("GET", path), *path == '\0' ? "400" : "404") << path;
  }
}

TEST(Router, MindsTheCaseOfPathsAndMethods) {
  EXPECT_EQ(routeOf("GET", "/API/status"), "404");
  EXPECT_EQ(routeOf("get", "/api/status"), "405");
}

TEST(Router, DecodesASegmentAfterSplitting) {
  const Router router = table();
  EXPECT_EQ(router.match("GET", "/api/checks/a%2Fb").parameters.at("name"), "a/b");
  EXPECT_EQ(router.match("GET", "/api/checks/caf%C3%A9%20x").parameters.at("name"),
            "caf\xc3\xa9 x");
  EXPECT_EQ(routeOf("GET", "/api%2Fstatus"), "404");
  EXPECT_EQ(routeOf("GET", "/api/st%61tus"), "GET /api/status");
}

TEST(Router, DoesNotClimb) {
  for (const char* path : {"/../etc/passwd", "/api/../metrics", "/%2e%2e/metrics", "/api/./status",
                           "/..%2f..%2fetc/passwd", "/api/checks/../../metrics"}) {
    EXPECT_EQ(routeOf("GET", path), "404") << path;
  }
}

TEST(Router, RefusesPathsThatCannotBeDecoded) {
  for (const char* path :
       {"/api/checks/a%00b", "/api/checks/%", "/api/checks/%zz", "/api/checks/%ff", "/a%0d%0aX: y",
        "metrics", "http://evil.com/metrics", "*"}) {
    EXPECT_EQ(routeOf("GET", path), "400") << path;
  }
}

TEST(Router, AnswersHeadByGet) {
  EXPECT_EQ(routeOf("HEAD", "/metrics"), "GET /metrics");
  EXPECT_EQ(routeOf("HEAD", "/api/checks/db/run"), "405");
}

TEST(Router, SaysWhichMethodsThereAre) {
  const Router router = table();
  const auto allow = [&](std::string_view method, std::string_view path) {
    const Match match = router.match(method, path);
    EXPECT_EQ(match.refusal.status, 405);
    return std::string(match.refusal.headers.get("Allow").value_or(""));
  };
  EXPECT_EQ(allow("OPTIONS", "/metrics"), "GET, HEAD");
  EXPECT_EQ(allow("DELETE", "/api/flags/x"), "GET, HEAD, PUT");
  EXPECT_EQ(allow("GET", "/api/checks/db/run"), "POST");
}

TEST(Router, KnowsWhatChangesSomething) {
  const Router router = table();
  EXPECT_EQ(router.match("GET", "/api/flags/x").route->access, Access::kOpen);
  EXPECT_EQ(router.match("PUT", "/api/flags/x").route->access, Access::kOperate);
}

TEST(RouterDeathTest, AbortsOnASecondHandlerForOneCall) {
  EXPECT_DEATH(table().get("/metrics", Access::kOpen, named("again")), "");
}

}  // namespace
}  // namespace heald::http
