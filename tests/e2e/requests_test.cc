#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "e2e/stories.h"
#include "support/tiny_server.h"

// An http remedy of the real heald, against a server that keeps what it was sent.
namespace heald::test {
namespace {

TEST(Requests, EachAttemptPatchesWithItsOwnNumberAndTime) {
  const TinyServer server([](const std::string&) { return TinyServer::reply(200, "{}"); });
  TestDaemon heald({kHundredTimesFaster + R"(
checks:
  - name: gateway
    exec: {command: [/bin/false], nonzero_is_critical: true}
    interval: 50ms
remedies:
  - name: restart-gateway
    when: {check: gateway}
    http:
      method: PATCH
      url: ")" + server.url("/deployments/gateway?n={{attempt}}") +
                    R"("
      headers: {Content-Type: application/strategic-merge-patch+json}
      body: '{"restartedAt": "{{now}}", "attempt": {{attempt}}}'
    verify: {after: 0}
)"});
  heald.start();
  heald.await("two attempts", [&] { return server.requests().size() >= 2; });
  std::set<std::string> times;
  const auto requests = server.requests();
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string number = std::to_string(i + 1);
    EXPECT_THAT(requests[i], testing::StartsWith("PATCH /deployments/gateway?n=" + number + " "));
    const auto body = nlohmann::json::parse(requests[i].substr(requests[i].find("\r\n\r\n") + 4));
    EXPECT_EQ(body.at("attempt"), i + 1);
    times.insert(body.at("restartedAt").get<std::string>());
  }
  EXPECT_EQ(times.size(), 2U);
  EXPECT_THAT(*times.begin(), testing::MatchesRegex("20..-..-..T..:..:..\\....Z"));
}

}  // namespace
}  // namespace heald::test
