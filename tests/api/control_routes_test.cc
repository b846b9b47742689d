#include "api/control_routes.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "core/text.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class ControlRoutes : public testing::Test {
 protected:
  http::Response get(const std::string& target, const http::Headers& headers = {}) {
    return ask(controlRoutes(engine_.backend()), "GET", target, {}, headers);
  }
  json getJson(const std::string& target) { return json::parse(get(target).body); }
  http::Response post(const std::string& path, const std::string& body,
                      const http::Headers& headers = {}) {
    return ask(controlRoutes(engine_.backend()), "POST", path, body, headers);
  }
  std::string messageOf(const http::Response& response) {
    return json::parse(response.body)["error"]["message"];
  }

  FakeEngine engine_;
};

TEST_F(ControlRoutes, AnswersTheStatusAsJsonOrMarkdown) {
  EXPECT_EQ(getJson("/api/status")["selfHealing"]["isDormant"], false);
  EXPECT_THAT(get("/api/status?format=markdown").body, testing::StartsWith("# heald status"));
  EXPECT_EQ(get("/api/status?format=markdown").content_type, "text/markdown; charset=utf-8");
  EXPECT_EQ(get("/api/status?format=xml").status, 400);
}

TEST_F(ControlRoutes, ObeysTheAcceptHeader) {
  const auto markdown = [&](const std::string& accept) {
    return get("/api/status", {{"Accept", accept}}).content_type.starts_with("text/markdown");
  };
  EXPECT_TRUE(markdown("text/markdown"));
  EXPECT_TRUE(markdown("Text/Markdown; charset=utf-8, */*;q=0.1"));
  EXPECT_TRUE(markdown("application/json;q=0.5, text/markdown;q=0.9"));
  EXPECT_FALSE(markdown("application/json, text/markdown;q=0.5"));
  EXPECT_FALSE(markdown("text/markdown;q=0"));
  EXPECT_FALSE(markdown("*/*"));
  EXPECT_FALSE(markdown(",,;q=,text/markdownx"));
  EXPECT_EQ(get("/api/status?format=json", {{"Accept", "text/markdown"}}).content_type,
            "application/json; charset=utf-8");
}

TEST_F(ControlRoutes, ListsEveryKindAndAnswersForOne) {
  engine_.show(troubledSnapshot());
  for (const auto& [plural, name] :
       std::map<std::string, std::string>{{"governors", "queue"},
                                          {"checks", "api"},
                                          {"remedies", "renew-key"},
                                          {"tasks", "process-monitoring"},
                                          {"flags", "auto_healing"}}) {
    const json list = getJson("/api/" + plural)[plural];
    const json one = getJson("/api/" + plural + "/" + name);
    EXPECT_THAT(list, testing::Contains(one)) << plural;
    EXPECT_EQ(get("/api/" + plural + "/none").status, 404);
  }
  EXPECT_EQ(getJson("/api/flags/feature_auto_healing_enabled")["name"], "auto_healing");
  EXPECT_EQ(getJson("/api/governors/queue")["policy"]["timeoutWindow"], 60'000);
  EXPECT_EQ(getJson("/api/governors/queue")["suppressed"]["dormant"], 0);
}

TEST_F(ControlRoutes, NamesWhatExistsWhenThereIsNoSuchName) {
  engine_.show(troubledSnapshot());
  EXPECT_EQ(messageOf(get("/api/checks/a%20b%22")), "no check \"a b\"\" (there are: api, disk)");
  EXPECT_THAT(messageOf(get("/api/flags/x")), HasSubstr("auto_healing, auto_detection"));
  engine::Snapshot many = sampleSnapshot();
  many.checks.clear();
  for (int i = 0; i < 21; ++i) many.checks.push_back(check("api", engine::Health::kHealthy, ""));
  engine_.show(many);
  EXPECT_THAT(messageOf(get("/api/checks/x")), testing::EndsWith("api, api, …)"));
}

TEST_F(ControlRoutes, DecodesNames) {
  engine::Snapshot snapshot = sampleSnapshot();
  snapshot.checks = {check("a/b ü", engine::Health::kHealthy, "")};
  engine_.show(snapshot);
  EXPECT_EQ(getJson("/api/checks/a%2Fb%20%C3%BC")["name"], "a/b ü");
  post("/api/checks/a%2Fb/run", "");
  EXPECT_EQ(engine_.asked<engine::RunCheckNow>().check, "a/b");
}

TEST_F(ControlRoutes, SurvivesMessagesThatAreNotUtf8) {
  engine::Snapshot snapshot = sampleSnapshot();
  snapshot.checks = {check("api", engine::Health::kUnhealthy, "\xff\xfe")};
  engine_.show(snapshot);
  EXPECT_EQ(getJson("/api/status")["checks"][0]["message"], "\uFFFD\uFFFD");
  EXPECT_EQ(get("/api/checks/api").status, 200);
  EXPECT_EQ(get("/").status, 200);
}

TEST_F(ControlRoutes, AsksTheEngineForWhatAHumanWants) {
  post("/api/governors/queue/resume", R"({"reason": "new key"})");
  EXPECT_EQ(engine_.asked<engine::Resume>().governor, "queue");
  EXPECT_EQ(engine_.asked<engine::Resume>().reason, "new key");
  EXPECT_EQ(engine_.asked<engine::Resume>().by, "token control from 127.0.0.1");
  post("/api/resume", R"({"reason": "new key"})");
  EXPECT_EQ(engine_.asked<engine::Resume>().governor, "");
  post("/api/governors/queue/dormant", R"({"reason": "move"})");
  EXPECT_EQ(engine_.asked<engine::EnterDormant>().governor, "queue");
  post("/api/dormant", R"({"reason": "move"})");
  EXPECT_EQ(engine_.asked<engine::EnterDormant>().governor, "");
  post("/api/governors/queue/reset", "");
  EXPECT_FALSE(engine_.asked<engine::Reset>().force);
  post("/api/governors/queue/reset", R"({"force": true})");
  EXPECT_TRUE(engine_.asked<engine::Reset>().force);
  post("/api/governors/queue/retry", R"({"reason": "the port is free"})");
  EXPECT_EQ(engine_.asked<engine::Retry>().governor, "queue");
  EXPECT_EQ(engine_.asked<engine::Retry>().reason, "the port is free");
  EXPECT_EQ(post("/api/governors/queue/retry", R"({"reason": " "})").status, 400);
  EXPECT_EQ(post("/api/remedies/renew-key/run", "{}").status, 202);
  EXPECT_EQ(engine_.asked<engine::RunRemedyNow>().remedy, "renew-key");
}

TEST_F(ControlRoutes, SaysWhatIsStillInTheWayAfterAReset) {
  engine_.reply = engine::Reply{"reset the circuit breaker: queue; still in the way: …"};
  engine_.reply->in_the_way = {{"queue", "backoff", "backoff for another 5m",
                                core::WallTime(std::chrono::hours(1)), "healdctl retry queue"},
                               {"queue", "storm_brake", "the storm brake holds", {}, ""}};
  const auto answer = nlohmann::json::parse(post("/api/governors/queue/reset", "").body);
  EXPECT_EQ(answer["stillInTheWay"], nlohmann::json::parse(R"([
    {"governor": "queue", "word": "backoff", "message": "backoff for another 5m",
     "until": "1970-01-01T01:00:00.000Z", "command": "healdctl retry queue"},
    {"governor": "queue", "word": "storm_brake", "message": "the storm brake holds",
     "until": null, "command": ""}])"));
}

TEST_F(ControlRoutes, ApprovesOneAttemptOrOnePermit) {
  post("/api/remedies/renew-key/approve",
       R"({"for": "10m", "reason": "in sync", "target": "web-1", "step": 2})");
  const auto& approve = engine_.asked<engine::Approve>();
  EXPECT_EQ(approve.name, "renew-key");
  EXPECT_FALSE(approve.permit);
  EXPECT_EQ(approve.target, "web-1");
  EXPECT_EQ(approve.step, 2);
  EXPECT_EQ(approve.lasts, std::chrono::minutes(10));
  EXPECT_EQ(approve.reason, "in sync");
  EXPECT_EQ(approve.by, "token control from 127.0.0.1");
  post("/api/governors/queue/approve", R"({"reason": "x"})");
  EXPECT_TRUE(engine_.asked<engine::Approve>().permit);
  EXPECT_EQ(engine_.asked<engine::Approve>().lasts, std::chrono::minutes(30)) << "as documented";
  EXPECT_FALSE(engine_.asked<engine::Approve>().step);
  post("/api/remedies/renew-key/unapprove", R"({"step": 2})");
  EXPECT_EQ(engine_.asked<engine::Unapprove>().step, 2);
  post("/api/governors/queue/unapprove", R"({"target": "node-1"})");
  EXPECT_TRUE(engine_.asked<engine::Unapprove>().permit);
  EXPECT_EQ(engine_.asked<engine::Unapprove>().target, "node-1");
}

TEST_F(ControlRoutes, RefusesAnApprovalWithoutAReasonOrOfNoStep) {
  for (const char* body :
       {R"({"for": "10m"})", R"({"reason": " "})", R"({"reason": "x", "step": 0})",
        R"({"reason": "x", "step": "2"})", R"({"reason": "x", "step": 1.5})",
        R"({"reason": "x", "for": "0s"})", R"({"reason": "x", "target": ""})"}) {
    EXPECT_EQ(post("/api/remedies/renew-key/approve", body).status, 400) << body;
  }
  EXPECT_EQ(post("/api/governors/queue/approve", R"({"reason": "x", "step": 1})").status, 400);
  EXPECT_TRUE(engine_.events.empty());
}

TEST_F(ControlRoutes, ListsWhatIsApprovedAndWhatWaitsForIt) {
  engine::Snapshot s = sampleSnapshot();
  s.approvals = {
      {{"fix", "", 2},
       {"main", testNow().boot + std::chrono::minutes(5), testNow().wall, "go", "alice"}},
      {{"old", "", 1}, {"main", testNow().boot, testNow().wall, "go", "alice"}}};
  s.approvals_wanted = {{{"reboots", "node-1", 0}, "reboots", testNow().wall, "kernel", "cron"}};
  engine_.show(s);
  const auto found =
      nlohmann::json::parse(ask(controlRoutes(engine_.backend()), "GET", "/api/approvals").body);
  ASSERT_EQ(found["approvals"].size(), 1u) << "the other one is over";
  EXPECT_EQ(found["approvals"][0]["remedy"], "fix");
  EXPECT_EQ(found["approvals"][0]["step"], 2);
  EXPECT_EQ(found["approvals"][0]["by"], "alice");
  EXPECT_EQ(found["approvals"][0]["since"], core::toIso8601(testNow().wall));
  EXPECT_EQ(found["approvals"][0]["until"],
            core::toIso8601(testNow().wall + std::chrono::minutes(5)));
  ASSERT_EQ(found["wanted"].size(), 1u);
  EXPECT_EQ(found["wanted"][0]["remedy"], nullptr);
  EXPECT_EQ(found["wanted"][0]["permit"], true);
  EXPECT_EQ(found["wanted"][0]["command"],
            "healdctl approve reboots --permit --target node-1 --reason \"<why>\"");
}

TEST_F(ControlRoutes, PausesOneRemedyOrAll) {
  post("/api/remedies/renew-key/pause", R"({"for": "1h30m", "reason": "moving the disk"})");
  EXPECT_EQ(engine_.asked<engine::PauseRemedy>().remedy, "renew-key");
  EXPECT_EQ(engine_.asked<engine::PauseRemedy>().lasts, std::chrono::minutes(90));
  EXPECT_EQ(engine_.asked<engine::PauseRemedy>().reason, "moving the disk");
  EXPECT_EQ(engine_.asked<engine::PauseRemedy>().by, "token control from 127.0.0.1");
  post("/api/pause", R"({"for": "10m", "reason": "x"})");
  EXPECT_EQ(engine_.asked<engine::PauseRemedy>().remedy, "");
  post("/api/remedies/renew-key/unpause", "");
  EXPECT_EQ(engine_.asked<engine::UnpauseRemedy>().remedy, "renew-key");
  post("/api/unpause", "");
  EXPECT_EQ(engine_.asked<engine::UnpauseRemedy>().remedy, "");
}

TEST_F(ControlRoutes, ExplainsAGovernorGuardByGuard) {
  engine_.show(troubledSnapshot());
  const json open = getJson("/api/governors/queue/explain");
  EXPECT_EQ(open["governor"], "queue");
  EXPECT_EQ(open["allowed"], false);
  EXPECT_EQ(open["guard"], "breaker_open");
  EXPECT_EQ(open["until"], "2026-11-23T20:47:30.000Z");
  EXPECT_EQ(open["nextAttemptAt"], "2026-11-23T20:47:30.000Z");
  ASSERT_EQ(open["guards"].size(), core::kGuardCount);
  for (std::size_t i = 0; i < core::kGuardCount; ++i) {
    EXPECT_EQ(open["guards"][i]["guard"], toString(static_cast<core::Guard>(i)));
  }
  EXPECT_EQ(open["guards"][static_cast<int>(core::Guard::kBreakerOpen)],
            (json{{"guard", "breaker_open"},
                  {"passes", false},
                  {"value", "OPEN for another 30s"},
                  {"threshold", "not OPEN"},
                  {"until", "2026-11-23T20:47:30.000Z"}}));
  const json main = getJson("/api/governors/self-healing-main/explain");
  EXPECT_EQ(main["allowed"], true);
  EXPECT_EQ(main["guard"], nullptr);
  EXPECT_EQ(main["nextAttemptAt"], "2026-11-23T20:47:00.000Z");
  EXPECT_EQ(main["remedies"],
            json::parse(
                R"([{"name": "renew-key", "before": [], "lastResult": "", "lastOutput": null}])"));
  EXPECT_EQ(open["remedies"][0]["name"], "drain-queue");
  EXPECT_EQ(open["remedies"][0]["before"][0]["word"], "paused");
  EXPECT_EQ(open["remedies"][0]["before"][0]["until"], "2026-11-23T22:17:00.000Z");
  EXPECT_EQ(getJson("/api/governors/gateway/explain")["nextAttemptAt"], nullptr);
}

TEST_F(ControlRoutes, ExplainsWhatTheGatesOutsideTheGovernorSay) {
  engine::Snapshot s = troubledSnapshot();
  s.features.setConfiguration(core::Feature::kAutoHealing, false);
  s.store_up = false;
  s.store_error = "disk full";
  s.max_concurrent = 1;
  s.storm_brake = true;
  s.observe = true;
  s.pause = engine::Pause{testNow().boot + std::chrono::hours(1), testNow().wall, "moving", "bob"};
  s.remedies[0].pause = s.pause;
  s.remedies[0].paused_with_all = true;
  s.remedies[0].unhealthy_parent = "disk";
  s.remedies[0].observe = true;
  engine_.show(s);
  const json found = getJson("/api/governors/self-healing-main/explain");
  EXPECT_EQ(found["guard"], "feature_flag");
  EXPECT_EQ(found["guards"][0]["value"], "auto_healing is off by configuration");
  EXPECT_EQ(found["guards"][3]["value"], "unavailable: disk full");
  EXPECT_EQ(found["guards"][5]["value"], "1 action runs");
  EXPECT_EQ(found["guards"][5]["threshold"], "fewer than 1");
  EXPECT_EQ(found["guards"][6]["value"], "1 attempt unverified");
  EXPECT_EQ(found["guards"][6]["threshold"], "no limit");
  EXPECT_EQ(found["guards"][5]["passes"], false);
  EXPECT_EQ(found["guards"][7]["value"], "1 of 2 checks are unhealthy");
  EXPECT_EQ(found["guards"][7]["threshold"], "at most 50% (from 4 checks on)");
  ASSERT_EQ(found["before"].size(), 2u);
  EXPECT_EQ(found["before"][0]["message"], "everything is paused for another 1h by bob: moving");
  EXPECT_EQ(found["before"][1]["word"], "observe_mode");
  std::vector<std::string> words;
  for (const json& obstacle : found["remedies"][0]["before"]) words.push_back(obstacle["word"]);
  EXPECT_EQ(words, (std::vector<std::string>{"paused", "depends_on", "observe_mode"}));
}

TEST_F(ControlRoutes, ExplainsNoGovernorThatDoesNotExist) {
  engine_.show(troubledSnapshot());
  const http::Response response = get("/api/governors/nobody/explain");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(messageOf(response),
            "no governor \"nobody\" (there are: self-healing-main, gateway, queue)");
}

TEST_F(ControlRoutes, SwitchesAFlagByEitherName) {
  const http::Router router = controlRoutes(engine_.backend());
  for (const std::string name : {"auto_healing", "FEATURE_AUTO_HEALING_ENABLED"}) {
    const http::Response response =
        ask(router, "PUT", "/api/flags/" + name, R"({"enabled": false, "reason": "stop"})");
    EXPECT_EQ(response.body, R"({"message":"done"})");
    EXPECT_EQ(engine_.asked<engine::SetFlag>().feature, core::Feature::kAutoHealing);
    EXPECT_FALSE(engine_.asked<engine::SetFlag>().enabled);
  }
  EXPECT_EQ(ask(router, "PUT", "/api/flags/x", R"({"enabled": false, "reason": "s"})").status, 404);
  EXPECT_EQ(engine_.events.size(), 2u);
}

TEST_F(ControlRoutes, TellsTheEngineWhoActs) {
  const auto by = [&](const std::string& actor) {
    post("/api/resume", R"({"reason": "x"})", {{"X-Heald-Actor", actor}});
    return engine_.asked<engine::Resume>().by;
  };
  EXPECT_EQ(by("alice@host"), "token control from 127.0.0.1 as alice@host");
  EXPECT_EQ(by(" \t"), "token control from 127.0.0.1");
  EXPECT_EQ(by("a\x01z\xff"), "token control from 127.0.0.1 as a z\uFFFD");
  EXPECT_LE(by(std::string(500, 'x')).size(), 100u);
}

TEST_F(ControlRoutes, PassesOnTheEnginesRefusal) {
  const std::map<ErrorCode, int> statuses = {{ErrorCode::kInvalid, 400},
                                             {ErrorCode::kNotFound, 404},
                                             {ErrorCode::kConflict, 409},
                                             {ErrorCode::kLimit, 429},
                                             {ErrorCode::kUnavailable, 503}};
  for (const auto& [code, status] : statuses) {
    engine_.reply = Error{code, "because"};
    const http::Response response = post("/api/resume", R"({"reason": "x"})");
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(messageOf(response), "because");
  }
}

TEST_F(ControlRoutes, ReloadsOrSaysEveryMistake) {
  EXPECT_EQ(post("/-/reload", "").status, 200);
  EXPECT_THAT(engine_.reloaded_by.at(0), HasSubstr("127.0.0.1"));
  engine_.reload_answer = Error{ErrorCode::kInvalid, "a.yml:1:1: one\na.yml:2:1: two"};
  const http::Response refused = post("/-/reload", "");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(messageOf(refused), "a.yml:1:1: one\na.yml:2:1: two");
  EXPECT_EQ(post("/-/reload", R"({"force": true})").status, 400);
}

TEST_F(ControlRoutes, Answers404And405) {
  EXPECT_EQ(get("/api/nothing").status, 404);
  EXPECT_EQ(get("/api/status/").status, 404);
  EXPECT_EQ(get("/api/governors//resume").status, 404);
  const http::Response response = get("/api/governors/queue/resume");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.get("Allow"), "POST");
  EXPECT_EQ(post("/api/status", "").headers.get("Allow"), "GET, HEAD");
  EXPECT_TRUE(engine_.events.empty());
}

TEST_F(ControlRoutes, ChangesNothingWithoutACredential) {
  const http::Router router = controlRoutes(engine_.backend());
  for (const http::Route& route : router.routes()) {
    if (route.method == "GET" || route.path == "/api/simulate") continue;  // that changes nothing
    EXPECT_NE(route.access, http::Access::kOpen) << route.path;
    EXPECT_NE(route.access, http::Access::kRead) << route.path;
  }
}

TEST_F(ControlRoutes, SaysSoWhileThereIsNoSnapshot) {
  engine_.snapshot = nullptr;
  EXPECT_EQ(get("/api/status").status, 503);
  EXPECT_EQ(get("/api/checks/x").status, 503);
  EXPECT_EQ(get("/-/ready").status, 503);
  EXPECT_EQ(get("/-/healthy").status, 200);
  EXPECT_EQ(get("/api/availability").status, 503);
  EXPECT_EQ(get("/").status, 200);
}

TEST_F(ControlRoutes, DescribesExactlyWhatIsRouted) {
  std::set<std::string> described;
  const json document = getJson("/api/openapi.json");
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(std::toupper(c));
      described.insert(upper + " " + path);
      const std::string role = operation["x-heald-role"];
      const std::string wanted = role == "open"   ? "null"
                                 : role == "read" ? R"([{},{"token":[]}])"
                                                  : R"([{"token":[]}])";
      EXPECT_EQ(operation.value("security", json()).dump(), wanted) << path;
    }
  }
  std::set<std::string> routed;
  const http::Router router = controlRoutes(engine_.backend());
  for (const http::Route& route : router.routes()) {
    routed.insert(route.method + " " + route.path);
  }
  EXPECT_EQ(described, routed);
}

// Those of one turn are answered one after the other.
TEST_F(ControlRoutes, LetsNobodyWaitForACallThatMayLast) {
  std::vector<std::string> alone;
  for (const Call& call : controlCalls(engine_.backend())) {
    if (!call.brief && call.method != "GET") alone.push_back(call.path);
  }
  EXPECT_THAT(alone, testing::UnorderedElementsAre(
                         "/-/reload", "/api/notifications/test", "/api/simulate", "/api/tokens",
                         "/api/tokens/{name}/revoke", "/api/tokens/{name}/rotate", "/api/alerts",
                         "/api/replicas/step-down"));
}

TEST_F(ControlRoutes, DescribesBodiesAndParameters) {
  const json paths = getJson("/api/openapi.json")["paths"];
  const json put = paths["/api/flags/{name}"]["put"];
  EXPECT_EQ(put["parameters"][0]["name"], "name");
  EXPECT_EQ(put["security"].dump(), R"([{"token":[]}])");
  const json schema = put["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_EQ(schema["required"], json({"enabled", "reason"}));
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(paths["/api/status"]["get"]["parameters"][0]["in"], "query");
  EXPECT_TRUE(paths["/api/checks/{name}/run"]["post"]["responses"].contains("202"));
}

// A snapshot in which a command has printed what is not for everybody.
engine::Snapshot withOutput() {
  engine::Snapshot snapshot = troubledSnapshot();
  engine::RemedyView& remedy = snapshot.remedies[0];
  remedy.last_result = "error: exit code 1";
  remedy.last_output = "cannot bind port 4080";
  remedy.governor = "gateway";  // which is dormant
  remedy.target_label = "";
  engine::TargetView target;
  target.remedy = remedy.name;
  target.target = "db1";
  target.governor = "self-healing-main";
  target.last_result = "error: exit code 1";
  target.last_output = "cannot bind port 4080";
  snapshot.targets.push_back(target);
  for (std::size_t i = 0; i < snapshot.governors.size(); ++i) {
    engine::GovernorView& governor = snapshot.governors[i];
    if (governor.name != "queue") governor.remedies = {remedy.name};
  }
  return snapshot;
}

TEST(ControlRoutesWithAToken, ShowWhatAFailedActionPrintedToWhoBringsTheTokenAlone) {
  FakeEngine engine;
  engine.show(withOutput());
  http::GuardPolicy policy;
  policy.token = std::string(32, 't');
  const http::Pipeline pipeline(controlRoutes(engine.backend()), policy, {});
  const auto get = [&](const std::string& path, const std::string& credential) {
    http::Request request;
    request.method = "GET";
    const auto query = path.find('?');
    request.path = path.substr(0, query);
    if (query != std::string::npos) request.query["format"] = "markdown";
    request.headers.add("Host", "localhost");
    if (!credential.empty()) request.headers.add("Authorization", credential);
    const http::Response response = pipeline.answer(
        request, [](http::Request&, bool) { return std::optional<http::Response>(); });
    EXPECT_EQ(response.status, 200) << path;
    return response.body;
  };
  const std::string right = "Bearer " + policy.token;
  for (const std::string path : {"/api/status", "/api/status?format=markdown", "/api/remedies",
                                 "/api/remedies/renew-key", "/api/governors/gateway/explain"}) {
    EXPECT_THAT(get(path, right), HasSubstr("error: exit code 1: cannot bind port 4080")) << path;
    for (const std::string wrong : {"", "Bearer guess"}) {
      const std::string body = get(path, wrong);
      EXPECT_THAT(body, Not(HasSubstr("4080"))) << path;
      EXPECT_THAT(body, HasSubstr("error: exit code 1")) << path;
    }
  }
  EXPECT_THAT(get("/", right), Not(HasSubstr("4080")));
  EXPECT_THAT(get("/api/status", right), HasSubstr(R"("outputShown":true)"));
  EXPECT_THAT(get("/api/status", ""), HasSubstr(R"("outputShown":false)"));
  EXPECT_THAT(get("/api/status?format=markdown", ""),
              HasSubstr("What failed actions printed is shown with the token."));
}

TEST_F(ControlRoutes, AKeyNamesTheRequestForWhoeverAsksAgain) {
  const auto reset = [&](const std::string& body, const std::string& key) {
    return post("/api/governors/main/reset", body,
                {{"Idempotency-Key", key}, {"X-Heald-Actor", "alice"}});
  };
  EXPECT_EQ(reset("{}", "a-1").status, 200);
  EXPECT_EQ(reset("{}", "a-1").status, 200);
  EXPECT_EQ(reset(R"({"force":true})", "a-1").status, 200);
  ASSERT_EQ(engine_.askers.size(), 3u);
  EXPECT_EQ(engine_.askers[0].claim.key, "token control from 127.0.0.1 as alice a-1");
  EXPECT_EQ(engine_.askers[0].claim.request, engine_.askers[1].claim.request);
  EXPECT_NE(engine_.askers[0].claim.request, engine_.askers[2].claim.request);
  EXPECT_EQ(reset("{}", "").status, 400);
  EXPECT_EQ(reset("{}", "has blanks").status, 400);
  EXPECT_EQ(reset("{}", std::string(129, 'k')).status, 400);
  EXPECT_EQ(post("/api/unpause", "{}", {{"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}}).status,
            400);
  EXPECT_EQ(engine_.events.size(), 3u) << "nothing is asked under a key that is none";
}

TEST_F(ControlRoutes, SaysThatAnAnswerIsAnOldOneAndRefusesAKeyOfAnotherRequest) {
  const http::Headers key = {{"Idempotency-Key", "k"}};
  EXPECT_FALSE(post("/api/unpause", "{}", key).headers.get("Idempotency-Replayed"));
  engine_.reply->repeat = engine::Repeat::kSame;
  EXPECT_EQ(post("/api/unpause", "{}", key).headers.get("Idempotency-Replayed"), "true");
  engine_.reply->repeat = engine::Repeat::kOther;
  const http::Response refused = post("/api/unpause", "{}", key);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(messageOf(refused), HasSubstr("used for another request"));
}

}  // namespace
}  // namespace heald::api
