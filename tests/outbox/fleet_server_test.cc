// What the answers of a fleet's server mean.
#include "outbox/fleet_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <future>

#include "config/config_reader.h"
#include "support/temp_dir.h"
#include "support/tiny_server.h"

namespace heald::outbox {
namespace {

using std::chrono::seconds;
using End = Asked::End;

io::HttpResponse answered(int status, std::string body) {
  io::HttpResponse response;
  response.end = io::HttpEnd::kAnswered;
  response.status = status;
  response.body = std::move(body);
  response.sent = true;
  return response;
}

io::HttpResponse broken(bool sent) {
  io::HttpResponse response;
  response.end = io::HttpEnd::kFailed;
  response.sent = sent;
  response.error = "connection reset";
  return response;
}

TEST(FleetServer, APermitHasItsId) {
  const Asked asked = askedBy(answered(201, R"({"id": "42-ab", "governor": "f"})"));
  EXPECT_EQ(asked.end, End::kGiven);
  EXPECT_EQ(asked.permit, "42-ab");
}

// Asked for again under its key, after another program of the member has reported it.
TEST(FleetServer, APermitThatHasEndedIsNone) {
  EXPECT_EQ(askedBy(answered(201, R"({"id": "42-ab", "state": "outstanding"})")).end, End::kGiven);
  for (const char* state : {"ok", "failed", "expired", "verifying"}) {
    const Asked asked =
        askedBy(answered(201, R"({"id": "42-ab", "state": ")" + std::string(state) + R"("})"));
    EXPECT_EQ(asked.end, End::kRefused) << state;
    EXPECT_EQ(asked.permit, "");
    EXPECT_EQ(asked.text, "permit 42-ab may not be used any more: " + std::string(state));
  }
  EXPECT_EQ(askedBy(answered(201, R"({"id": "42-ab", "state": 7})")).end, End::kRefused);
}

TEST(FleetServer, ADenialHasItsReasonAndHowLongItLasts) {
  const Asked asked = askedBy(
      answered(409, R"({"error": {"code": "denied", "message": "denied by the guard backoff"},
               "guard": "backoff", "until": "2026-01-01T00:00:00Z", "retry_after_seconds": 90})"));
  EXPECT_EQ(asked.end, End::kDenied);
  EXPECT_EQ(asked.text, "denied by the guard backoff");
  EXPECT_EQ(asked.wait, seconds(90));
  const Asked open =
      askedBy(answered(409, R"({"error": {"code": "not_a_member", "message": "no"}, "guard": null,
               "until": null, "retry_after_seconds": null})"));
  EXPECT_EQ(open.end, End::kDenied);
  EXPECT_FALSE(open.wait);
}

TEST(FleetServer, WhatIsNoAnswerOfHealdIsNoPermit) {
  EXPECT_EQ(askedBy(answered(200, "<html>")).end, End::kInDoubt);
  EXPECT_EQ(askedBy(answered(201, R"({"id": 7})")).end, End::kInDoubt);
  EXPECT_EQ(askedBy(answered(201, R"({"id": ""})")).end, End::kInDoubt);
  EXPECT_EQ(askedBy(answered(409, "[]")).end, End::kRefused);
}

TEST(FleetServer, ARefusalIsSaidAsTheServerPutsIt) {
  const Asked asked = askedBy(
      answered(403, R"({"error": {"code": "wrong_role", "message": "of other\ngovernors"}})"));
  EXPECT_EQ(asked.end, End::kRefused);
  EXPECT_EQ(asked.text.find('\n'), std::string::npos);
}

TEST(FleetServer, WithoutAnAnswerAPermitMayHaveBeenGivenUnlessNothingWasSent) {
  EXPECT_EQ(askedBy(broken(true)).end, End::kInDoubt);
  EXPECT_EQ(askedBy(broken(false)).end, End::kNotAsked);
  EXPECT_EQ(askedBy(broken(false)).text, "connection reset");
  EXPECT_EQ(askedBy(answered(503, "")).end, End::kInDoubt);
}

TEST(FleetServer, AHealdThatStandsByHasGivenNone) {
  const Asked asked = askedBy(answered(
      503, R"({"error": {"code": "unavailable", "message": "this replica stands by: b leads"}})"));
  EXPECT_EQ(asked.end, End::kRefused);
  EXPECT_EQ(asked.text, "this replica stands by: b leads");
  EXPECT_EQ(askedBy(answered(502, R"({"error": "bad gateway"})")).end, End::kInDoubt);
}

TEST(FleetServer, AReportIsSettledWhenTheServerKnowsOrHasForgotten) {
  const std::string error = R"({"error": {"code": "conflict", "message": "it has expired"}})";
  EXPECT_TRUE(reportedBy(answered(200, "{}")).settled);
  EXPECT_TRUE(reportedBy(answered(409, error)).settled);
  EXPECT_EQ(reportedBy(answered(409, error)).text, "it has expired");
  EXPECT_TRUE(reportedBy(answered(404, error)).settled);
  EXPECT_FALSE(reportedBy(answered(404, "not found")).settled) << "some other server";
  EXPECT_FALSE(reportedBy(answered(401, error)).settled) << "the token may be mended";
  EXPECT_FALSE(reportedBy(answered(503, error)).settled);
  EXPECT_FALSE(reportedBy(broken(true)).settled);
  EXPECT_FALSE(reportedBy(answered(401, error)).without_unused);
  EXPECT_FALSE(reportedBy(answered(400, "bad request")).without_unused) << "some other server";
  EXPECT_TRUE(reportedBy(answered(400, error)).without_unused);
  EXPECT_FALSE(reportedBy(answered(400, error)).settled);
}

TEST(FleetServer, AMemberIsTheHostUnlessItIsNamed) {
  FleetServer::Options options{"https://h:3001/", "fleet", "", "/t", "", std::chrono::minutes(15)};
  const FleetServer host(options);
  EXPECT_EQ(host.asks(), (engine::FleetPermit{"https://h:3001", "fleet", ""}));
  options.member = "node-1";
  EXPECT_EQ(FleetServer(options).name(), "fleet/node-1/https://h:3001");
  EXPECT_NE(host.name(), "fleet//https://h:3001");
}

// Its two requests, as a heald gets them.
class FleetRequests : public testing::Test {
 protected:
  FleetServer server(const std::string& member) {
    return FleetServer({there_.url(), "fleet", member, folder_.write("token", "secret\n"), "",
                        std::chrono::minutes(15)});
  }
  Asked ask(const FleetServer& server) {
    std::promise<Asked> asked;
    server.ask(services_, {"key-1", "restart", std::chrono::minutes(20)}, seconds(10), {},
               [&](Asked answer) { asked.set_value(std::move(answer)); });
    return asked.get_future().get();
  }
  Reported report(const FleetServer& server, const PermitEnd& end) {
    std::promise<Reported> reported;
    server.report(services_, "7-abc", end, {},
                  [&](Reported answer) { reported.set_value(std::move(answer)); });
    return reported.get_future().get();
  }
  nlohmann::json body() const {
    const std::string request = there_.lastRequest();
    return nlohmann::json::parse(request.substr(request.find("\r\n\r\n")));
  }

  test::TinyServer there_{
      [](const std::string&) { return test::TinyServer::reply(201, R"({"id": "7-abc"})"); }};
  test::TempDir folder_;
  io::WorkerPool workers_{1};
  io::HttpClient http_;
  io::Looks looks_;
  io::Services services_{workers_, http_, looks_};
};

TEST_F(FleetRequests, AQuestionSaysWhoAsksForHowLongAndUnderWhichKey) {
  EXPECT_EQ(ask(server("node-1")).permit, "7-abc");
  EXPECT_EQ(body(), nlohmann::json({{"governor", "fleet"},
                                    {"member", "node-1"},
                                    {"deadline", "20m"},
                                    {"reason", "remedy restart"}}));
  const std::string request = there_.lastRequest();
  EXPECT_THAT(request, testing::StartsWith("POST /api/permits HTTP/1.1\r\n"));
  EXPECT_THAT(request, testing::HasSubstr("\r\nIdempotency-Key: key-1\r\n"));
  EXPECT_THAT(request, testing::HasSubstr("\r\nAuthorization: Bearer secret\r\n"));
  ask(server(""));
  EXPECT_NE(body()["member"], "") << "the name of the host";
}

TEST_F(FleetRequests, AReportSaysHowItHasEnded) {
  EXPECT_TRUE(report(server("node-1"), {false, "exit code 1", false}).settled);
  EXPECT_EQ(body(), nlohmann::json({{"ok", false}, {"error", "exit code 1"}}));
  EXPECT_THAT(there_.lastRequest(),
              testing::StartsWith("POST /api/permits/7-abc/result HTTP/1.1\r\n"));
  report(server("node-1"), {true, "not used", true});
  EXPECT_EQ(body(), nlohmann::json({{"ok", true}, {"unused", true}, {"error", "not used"}}));
}

std::shared_ptr<const config::Part> nothing(config::Fields& f) {
  std::string any;
  f.text("any", any, {}, "anything");
  return std::make_shared<config::Part>();
}

// A remedy for two checks, with this as its `permit`.
config::ReadResult reading(const std::string& permit) {
  const config::Kinds kinds{
      {{"tcp", "", nothing}}, {{"exec", "", nothing}}, {}, {}, {}, permitKind()};
  return config::readConfig(
      "checks: [{name: a, tcp: {}}, {name: b, tcp: {}}]\n"
      "remedies: [{name: fix, when: {check: [a, b]}, exec: {}, permit: " +
          permit + "}, {name: other, when: {check: a}, exec: {}}]\n",
      "heald.yml", kinds, nullptr);
}

std::string wrong(const std::string& permit) {
  std::string lines;
  for (const config::Problem& problem : reading(permit).problems) {
    lines += toString(problem) + "\n";
  }
  return lines;
}

TEST(FleetServer, IsReadOfARemedy) {
  const auto read = reading("{server: 'https://h:3001/', governor: f, token_file: /t}");
  ASSERT_TRUE(read.ok());
  const auto& remedies = read.config.setup.remedies;
  ASSERT_EQ(remedies.size(), 3U);
  EXPECT_EQ(remedies[0].permit, (engine::FleetPermit{"https://h:3001", "f", ""}));
  EXPECT_EQ(remedies[1].permit, remedies[0].permit) << "of the other check";
  EXPECT_FALSE(remedies[2].permit);
  const auto permit = [&](std::size_t i) { return read.config.remedies.of(remedies[i]).permit; };
  EXPECT_EQ(permit(0), permit(1));
  EXPECT_EQ(permit(2), nullptr);
  const auto& server = dynamic_cast<const FleetServer&>(*permit(0));
  EXPECT_EQ(server.deadline(), std::chrono::minutes(15));
}

TEST(FleetServer, MayHaveTheShortestDeadlineThatThereIs) {
  EXPECT_EQ(wrong("{server: 'https://h', governor: f, token_file: /t, deadline: 2m}"), "");
  EXPECT_NE(wrong("{server: 'https://h', governor: f, token_file: /t, deadline: 119s}"), "");
}

TEST(FleetServer, NamesItsMistakes) {
  using testing::HasSubstr;
  EXPECT_THAT(wrong("{}"), HasSubstr("permit: has no \"server\""));
  EXPECT_THAT(wrong("{}"), HasSubstr("permit: has no \"governor\""));
  EXPECT_THAT(wrong("{}"), HasSubstr("permit: has no \"token_file\""));
  const std::string rest = ", governor: f, token_file: /t";
  EXPECT_THAT(wrong("{server: 'ftp://h'" + rest + "}"), HasSubstr("ftp"));
  EXPECT_THAT(wrong("{server: 'https://h/?a'" + rest + "}"),
              HasSubstr("address of a control plane"));
  EXPECT_THAT(wrong("{server: 'https://u:p@h'" + rest + "}"), HasSubstr("permit.server"));
  const std::string good = "{server: 'https://h'" + rest;
  EXPECT_EQ(wrong(good + "}"), "");
  EXPECT_THAT(wrong(good + ", deadline: 10s}"), HasSubstr("is too short (at least 2m)"));
  EXPECT_THAT(wrong(good + ", deadline: 25h}"), HasSubstr("deadline"));
  EXPECT_THAT(wrong(good + ", member: a b}"), HasSubstr("is not a name"));
  EXPECT_THAT(wrong(good + ", again: true}"), HasSubstr("again"));
}

TEST(FleetServer, SaysWhatIsWrongWithItsFilesOnThisMachine) {
  const test::TempDir dir;
  FleetServer::Options options{"https://h", "f", "m", dir.file("missing"), "", {}};
  const auto problems = FleetServer(options).warningsOfHost();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].key, "token_file");
}

}  // namespace
}  // namespace heald::outbox
