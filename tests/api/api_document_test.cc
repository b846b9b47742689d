#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "api/control_routes.h"
#include "api/metrics_routes.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

// The calls that a section of docs/http-api.md has headings for: "### `GET /api/status`". One
// heading may name several.
std::set<std::string> documented(const std::string& section) {
  std::ifstream file(HEALD_SOURCE_DIR "/docs/http-api.md");
  const std::regex call("`((GET|POST|PUT) /[^ `]*)`");
  std::set<std::string> calls;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line == "## " + section;
    if (!inside || !line.starts_with("### ")) continue;
    for (std::sregex_iterator found(line.begin(), line.end(), call), end; found != end; ++found) {
      EXPECT_TRUE(calls.insert((*found)[1]).second) << line;
    }
  }
  return calls;
}

std::set<std::string> routed(const http::Router& router) {
  std::set<std::string> calls;
  for (const http::Route& route : router.routes()) calls.insert(route.method + " " + route.path);
  return calls;
}

TEST(ApiDocument, DescribesExactlyWhatIsRouted) {
  FakeEngine engine;
  EXPECT_EQ(documented("Control listener"), routed(controlRoutes(engine.backend())));
  EXPECT_EQ(documented("Metrics listener"), routed(metricsRoutes(engine.backend())));
}

TEST(ApiDocument, ExplainsEveryKeyOfAnAnswer) {
  FakeEngine engine;
  engine.show(troubledSnapshot());
  std::ifstream file(HEALD_SOURCE_DIR "/docs/http-api.md");
  std::stringstream document;
  document << file.rdbuf();
  const std::string answers = ask(controlRoutes(engine.backend()), "GET", "/api/status").body +
                              ask(controlRoutes(engine.backend()), "GET", "/api/governors").body;
  const std::regex key("\"([A-Za-z]+)\":");
  std::set<std::string> unexplained;
  for (std::sregex_iterator found(answers.begin(), answers.end(), key), end; found != end;
       ++found) {
    const std::string name = (*found)[1];
    if (document.str().find("`" + name + "`") == std::string::npos) unexplained.insert(name);
  }
  EXPECT_THAT(unexplained, testing::IsEmpty());
}

}  // namespace
}  // namespace heald::api
