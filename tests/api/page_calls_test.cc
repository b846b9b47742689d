#include "api/page_calls.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "api/control_routes.h"
#include "api/page_files.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class PageCalls : public testing::Test {
 protected:
  http::Response get(const std::string& path, const http::Headers& headers = {}) {
    return ask(controlRoutes(engine_.backend()), "GET", path, "", headers);
  }
  http::Response post(const std::string& body) {
    return ask(controlRoutes(engine_.backend()), "POST", "/api/simulate", body);
  }

  std::vector<std::string> assets() {
    const std::string page = get("/").body;
    const std::regex name("(?:href|src)=\"(assets/[^\"]+)\"");
    std::vector<std::string> names;
    for (std::sregex_iterator it(page.begin(), page.end(), name), end; it != end; ++it) {
      names.push_back("/" + (*it)[1].str());
    }
    return names;
  }

  FakeEngine engine_;
};

TEST_F(PageCalls, ServesThePageAndAllThatItNames) {
  EXPECT_EQ(assets().size(), 3u);
  EXPECT_EQ(pageFiles().size(), 4u);
  for (const std::string& path : assets()) {
    const http::Response asset = get(path);
    EXPECT_EQ(asset.status, 200) << path;
    EXPECT_THAT(std::string(*asset.headers.get("Cache-Control")), HasSubstr("immutable"));
  }
  EXPECT_EQ(get("/assets/other.js").status, 404);
}

TEST_F(PageCalls, AnswersWhatIsKnownAlreadyInAFewBytes) {
  for (const std::string& path : assets()) {
    const std::string tag(*get(path).headers.get("ETag"));
    EXPECT_TRUE(tag.starts_with('"'));
    http::Headers known;
    known.add("If-None-Match", tag);
    const http::Response same = get(path, known);
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(*same.headers.get("ETag"), tag);
  }
}

TEST_F(PageCalls, GivesThePackedFormATagOfItsOwn) {
  http::Headers packed;
  packed.add("Accept-Encoding", "gzip");
  const std::string path = assets().front();
  const http::Response small = get("/", packed);
  EXPECT_EQ(*small.headers.get("Content-Encoding"), "gzip");
  EXPECT_NE(*small.headers.get("ETag"), *get("/").headers.get("ETag"));
  EXPECT_EQ(small.headers.count("Vary"), 1u);
}

TEST_F(PageCalls, LetsNothingInButWhatHealdServes) {
  const http::Response page = get("/");
  EXPECT_EQ(*page.headers.get("Content-Security-Policy"),
            "default-src 'self'; frame-ancestors 'none'");
  for (const char* inside : {"<style", "style=", "onload=", "http:", "https:"}) {
    EXPECT_THAT(page.body, Not(HasSubstr(inside)));
  }
  EXPECT_THAT(page.body, Not(testing::ContainsRegex("<script[^>]*>[^<]")));
}

// A page load in all: what the browser fetches, packed.
TEST_F(PageCalls, HasAtMostSixtyKilobytes) {
  http::Headers packed;
  packed.add("Accept-Encoding", "gzip");
  std::size_t bytes = get("/", packed).body.size();
  for (const std::string& path : assets()) bytes += get(path, packed).body.size();
  EXPECT_LE(bytes, 60u * 1024);
  RecordProperty("bytes", static_cast<int>(bytes));
}

TEST_F(PageCalls, TellsTheSettingsInForceAndWhereTheyStand) {
  config::Config config;
  config.setup.checks.emplace_back().name = "web";
  config.setup.checks.back().depends_on = {"database"};
  config.checks.add(config.setup.checks.back(), {{"tcp", nullptr, "heald.yml:4:5"}});
  config.setup.remedies.emplace_back().name = "heal";
  config.setup.remedies.back().steps = {0, 3};
  config.remedies.add(
      config.setup.remedies.back(),
      {{{"exec", nullptr, "heald.yml:9:5"}, {"http", nullptr, "heald.yml:11:9"}}, nullptr});
  config.setup.governors.push_back({"heal", {}});
  config.governor_places["heal"] = "heald.yml:2:3";
  engine_.config = std::make_shared<const config::Config>(std::move(config));
  const json found = json::parse(get("/api/settings").body);
  EXPECT_EQ(found["checks"][0]["place"], "heald.yml:4:5");
  EXPECT_EQ(found["checks"][0]["dependsOn"], json::array({"database"}));
  EXPECT_EQ(found["remedies"][0]["steps"][1]["afterFailures"], 3);
  EXPECT_EQ(found["remedies"][0]["steps"][1]["kind"], "http");
  EXPECT_EQ(found["governors"][0]["place"], "heald.yml:2:3");
  EXPECT_EQ(found["governors"][0]["policy"]["maxConsecutiveFailures"], 10);
}

TEST_F(PageCalls, TellsWhatTheCredentialIsGoodFor) {
  const json found = json::parse(get("/api/whoami").body);
  EXPECT_EQ(found["role"], "admin");
  EXPECT_EQ(found["mayRead"], true);
  EXPECT_EQ(found["isReplica"], false);
}

TEST_F(PageCalls, AsksWhatWouldBe) {
  Foreseen foreseen;
  foreseen.attempts.push_back({"heal", "main", 5, 2, testNow().wall, {}, false});
  foreseen.states.push_back({testNow().wall, true, core::BreakerState::kPermanentOpen, {}, {}, 10});
  engine_.foreseen = foreseen;
  const http::Response answer =
      post(R"({"governor": "main", "for": "2h", "then": "heals", "first": "resume"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json found = json::parse(answer.body);
  EXPECT_EQ(found["attempts"][0]["step"], 2);
  EXPECT_EQ(found["attempts"][0]["endedAt"], nullptr);
  EXPECT_EQ(found["states"][0]["state"], "PERMANENT_OPEN");
  EXPECT_EQ(engine_.what_ifs.back().lasts, std::chrono::hours(2));
  EXPECT_EQ(engine_.what_ifs.back().first, WhatIf::First::kResume);
  EXPECT_TRUE(engine_.what_ifs.back().heals);
  EXPECT_TRUE(engine_.events.empty());
}

TEST_F(PageCalls, RefusesAQuestionThatIsNone) {
  EXPECT_THAT(post(R"({"governor": "main", "then": "dances"})").body,
              HasSubstr(R"(\"then\" must be one of \"fails\", \"heals\")"));
  EXPECT_EQ(post(R"({"governor": "main", "for": "8d"})").status, 400);
  EXPECT_EQ(post("{}").status, 400);
  Foreseen refused;
  refused.refused = "main is not dormant";
  engine_.foreseen = refused;
  EXPECT_EQ(post(R"({"governor": "main", "first": "resume"})").status, 409);
  engine_.foreseen = Error{ErrorCode::kNotFound, "no governor"};
  EXPECT_EQ(post(R"({"governor": "mian"})").status, 404);
}

}  // namespace
}  // namespace heald::api
