#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "e2e/history_of.h"
#include "e2e/stories.h"
#include "support/child.h"

// The history of the real heald: what it tells of a week in seconds, page by page and live.
namespace heald::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string alwaysFailing() {
  return sickService("echo the secret word; exit 7", R"(
governor_defaults:
  backoff: {base: 5ms, max: 600ms}
  breaker: {open_for: 60ms}
)");
}

std::vector<std::string> events(const std::vector<json>& entries) {
  std::vector<std::string> words;
  for (const json& entry : entries) words.push_back(entry.at("event"));
  return words;
}

TEST(HistoryStory, OfARemedyThatAlwaysFailsReadsRight) {
  TestDaemon daemon({alwaysFailing()});
  daemon.start();
  daemon.dir().write("sick", "");
  daemon.await("dormant mode", [&] { return isDormant(daemon); });
  const auto attempts = historyOf(daemon, "kind=attempt&remedy=restart");
  ASSERT_EQ(attempts.size(), 20u);
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    EXPECT_EQ(attempts[i].at("attempt"), i / 2 + 1);
    EXPECT_EQ(attempts[i].at("event"), i % 2 == 0 ? "started" : "failed");
  }
  EXPECT_EQ(attempts[1].at("details").at("exitCode"), 7);
  EXPECT_THAT(attempts[1].at("message").get<std::string>(), HasSubstr("exit code 7"));
  EXPECT_TRUE(attempts[1].at("output").is_null()) << "only with the token";
  const auto told = json::parse(sendRaw(daemon.controlPort(),
                                        "GET /api/history?kind=attempt&limit=1 HTTP/1.1\r\nHost: "
                                        "localhost\r\nAuthorization: Bearer " +
                                            daemon.token() + "\r\n\r\n")
                                    .body);
  EXPECT_EQ(told.at("entries")[0].at("output"), "the secret word\n");
  const auto breaker = events(historyOf(daemon, "kind=breaker"));
  EXPECT_EQ(breaker.front(), "OPEN");
  EXPECT_EQ(breaker.back(), "PERMANENT_OPEN");
  EXPECT_THAT(events(historyOf(daemon, "kind=governor")), ElementsAre("dormant"));
  EXPECT_EQ(historyOf(daemon, "kind=check&check=service").back().at("event"), "unhealthy");
}

TEST(HistoryStory, GoesOnOverARestartWithWhoDidWhat) {
  TestDaemon daemon({alwaysFailing()});
  daemon.start();
  EXPECT_EQ(
      daemon.post("/api/governors/self-healing-main/dormant", R"({"reason": "a move"})").status,
      200);
  daemon.configure("checks: nonsense\n");
  daemon.signal(SIGHUP);
  daemon.await("the refusal", [&] { return historyOf(daemon, "kind=reload").size() == 1; });
  EXPECT_EQ(historyOf(daemon, "kind=reload")[0].at("event"), "refused");
  EXPECT_EQ(historyOf(daemon, "kind=reload")[0].at("actor"), "SIGHUP");
  daemon.configure(alwaysFailing());
  daemon.stop();
  daemon.start();
  const auto human = historyOf(daemon, "kind=human");
  ASSERT_EQ(human.size(), 1u);
  EXPECT_THAT(human[0].at("actor").get<std::string>(), HasSubstr("token control from 127.0.0.1"));
  EXPECT_EQ(human[0].at("message"), "a move");
  // That it has started is told with the next commit, a second later at most.
  daemon.await("the start", [&] { return historyOf(daemon, "kind=heald").size() > 2; });
  EXPECT_THAT(events(historyOf(daemon, "kind=heald")),
              ElementsAre("started", "stopped", "started"));
}

// The ids in what a stream has sent.
std::vector<long> idsIn(const std::string& stream) {
  std::vector<long> ids;
  for (auto at = stream.find("\nid: "); at != std::string::npos;
       at = stream.find("\nid: ", at + 1)) {
    ids.push_back(std::stol(stream.substr(at + 5)));
  }
  return ids;
}

TEST(HistoryStory, AClientThatComesBackWithTheLastIdMissesNothing) {
  TestDaemon daemon({alwaysFailing()});
  daemon.start();
  RawConnection first(daemon.controlPort());
  first.send("GET /api/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(first.readable({20, 0}));
  daemon.dir().write("sick", "");
  daemon.await("some attempts", [&] { return daemon.governor(kMain).at("attempts") > 3; });
  daemon.stop();  // the stream ends
  const auto before = idsIn(first.readAll());
  ASSERT_FALSE(before.empty());
  daemon.start();
  daemon.await("dormant mode", [&] { return isDormant(daemon); });
  RawConnection second(daemon.controlPort());
  second.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: " +
              std::to_string(before.back()) + "\r\n\r\n");
  ASSERT_TRUE(second.readable({20, 0}));
  daemon.post("/api/governors/self-healing-main/resume", R"({"reason": "seen"})");
  daemon.await("the resume", [&] { return historyOf(daemon, "kind=human").size() == 1; });
  daemon.stop();
  std::vector<long> all = before;
  for (const long id : idsIn(second.readAll())) all.push_back(id);
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], static_cast<long>(i) + 1);
}

TEST(HistoryStory, HealdctlFollowsOverARestartAndEndsWithCtrlC) {
  TestDaemon daemon({alwaysFailing()});
  daemon.start();
  daemon.launch().flags = {"--web.control-address=127.0.0.1:" +
                           std::to_string(daemon.controlPort())};
  Child follower(
      {HEALD_BINARY_DIR "/healdctl", "--url", daemon.url(), "history", "--follow", "--json"},
      daemon.file("followed"));
  const auto ids = [&] {
    std::vector<long> found;
    std::istringstream lines(follower.output());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("{\"id\":") && line.ends_with('}'))
        found.push_back(json::parse(line)["id"]);
    }
    return found;
  };
  daemon.await("the first entry", [&] { return !ids().empty(); });
  daemon.stop();
  daemon.start();
  daemon.dir().write("sick", "");
  daemon.await("dormant mode", [&] { return isDormant(daemon); });
  const auto newest = historyOf(daemon, "kind=governor").back().at("id").get<std::size_t>();
  daemon.await("what has happened meanwhile", [&] { return ids().size() >= newest; });
  const auto followed = ids();
  for (std::size_t i = 0; i < followed.size(); ++i) {
    ASSERT_EQ(followed[i], static_cast<long>(i) + 1) << "neither a gap nor an entry twice";
  }
  EXPECT_THAT(follower.output(), HasSubstr("trying again"));
  ::kill(follower.pid(), SIGINT);
  EXPECT_TRUE(eventually([&] { return !follower.running(); }));
}

TEST(HistoryStory, ManyStreamsLeaveEverythingElseWorking) {
  TestDaemon daemon({alwaysFailing()});
  daemon.start();
  std::vector<std::unique_ptr<RawConnection>> streams;
  for (int i = 0; i < 60; ++i) {
    streams.push_back(std::make_unique<RawConnection>(daemon.controlPort()));
    streams.back()->send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ASSERT_TRUE(streams.back()->readable({20, 0}));
  }
  EXPECT_EQ(daemon.get("/api/status").status, 200);
  EXPECT_EQ(daemon.post("/api/checks/service/run", "").status, 202);
  daemon.dir().write("sick", "");
  daemon.await("dormant mode", [&] { return isDormant(daemon); });
  EXPECT_EQ(daemon.stop(), 0);
  for (const auto& stream : streams) {
    EXPECT_THAT(stream->readAll(), HasSubstr("id: ")) << "and each has heard";
  }
}

}  // namespace
}  // namespace heald::test
