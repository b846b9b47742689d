// Calls that nobody waits for any more, answers that are lost, and programs that stand still.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <sstream>

#include "e2e/stories.h"
#include "support/child.h"
#include "support/command.h"
#include "support/cutting_proxy.h"

namespace heald::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const std::string kConfig = "governors: {backup: {}}\n";

// Whether something that was sent to this port has not been read: the receive queue in
// /proc/net/tcp.
bool bytesSentTo(std::uint16_t port) {
  char wanted[16];
  std::snprintf(wanted, sizeof wanted, ":%04X", port);
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream columns(line);
    std::string number, local, remote, state, queues;
    columns >> number >> local >> remote >> state >> queues;
    if (local.ends_with(wanted) && state == "01" && queues.size() == 17 &&
        queues.substr(9) != "00000000") {
      return true;
    }
  }
  return false;
}

class Calls : public testing::Test {
 protected:
  Calls() : daemon_({kConfig}) { daemon_.start(); }

  std::vector<std::string> line(const std::string& url, const std::vector<std::string>& words) {
    std::vector<std::string> all = {HEALD_BINARY_DIR "/healdctl", "--url", url, "--token-file",
                                    daemon_.file("control.token")};
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }
  CommandResult ctl(const std::string& url, const std::vector<std::string>& words) {
    return runCommand(line(url, words));
  }
  std::vector<std::string> execWords(const std::vector<std::string>& options = {}) {
    std::vector<std::string> words = {"exec", "--governor", "backup", "--deadline", "5s"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--", "/bin/sh", "-c", "echo >> " + daemon_.file("runs")});
    return words;
  }
  std::size_t runs() {
    const std::string text = daemon_.read("runs");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  // In the history, so over restarts as well.
  int resets() {
    const auto page = nlohmann::json::parse(daemon_.get("/api/history?governor=backup").body);
    const auto& entries = page.at("entries");
    return static_cast<int>(std::count_if(entries.begin(), entries.end(), [](const auto& entry) {
      return entry.at("event") == "reset";
    }));
  }
  nlohmann::json backup() { return daemon_.governor("backup"); }
  std::string request(const std::string& path, const std::string& body,
                      const std::string& headers = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
           daemon_.token() + "\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  // A connection on which this was sent.
  int sent(const std::string& text) {
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(daemon_.controlPort());
    EXPECT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(client, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    return client;
  }
  double abandoned() { return daemon_.metric("heald_http_abandoned_total").value_or(-1); }

  TestDaemon daemon_;
};

TEST_F(Calls, OfWhomHasGoneBeforeTheyBeginAreDroppedAndCounted) {
  daemon_.signal(SIGSTOP);
  ::close(sent(request("/api/governors/backup/dormant", R"({"reason": "gone"})")));
  const int reset = sent(request("/api/governors/backup/dormant", R"({"reason": "reset"})"));
  const linger at_once{1, 0};
  ::setsockopt(reset, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(reset);
  const int waits = sent(request("/api/governors/backup/reset", "{}"));
  daemon_.signal(SIGCONT);
  daemon_.await("the calls to be dropped", [&] { return abandoned() >= 1; });
  char answer[16] = {};
  EXPECT_EQ(::recv(waits, answer, 12, MSG_WAITALL), 12);
  EXPECT_STREQ(answer, "HTTP/1.1 200");
  ::close(waits);
  EXPECT_FALSE(backup().at("isDormant").get<bool>());
  EXPECT_EQ(resets(), 1) << "one call of three";
}

TEST_F(Calls, WhoseAnswersAreLostAreDoneOnceAndToldAsDone) {
  CuttingProxy proxy(daemon_.controlPort(), theFirst(2));
  const auto said = ctl(proxy.url(), {"reset", "backup"});
  EXPECT_EQ(said.code, 0) << said.output;
  EXPECT_EQ(proxy.answered(), 3);
  EXPECT_EQ(resets(), 1);
  EXPECT_EQ(daemon_.metric("heald_http_repeated_total"), 2);
}

TEST_F(Calls, WithoutAnyAnswerAreNotSaidToBeUndoneAndTheKeyTells) {
  CuttingProxy proxy(daemon_.controlPort(), theFirst(1000));
  const auto lost = ctl(proxy.url(), {"--timeout", "1", "reset", "backup"});
  EXPECT_EQ(lost.code, 3);
  EXPECT_THAT(lost.output, HasSubstr("so it may have been done or not"));
  EXPECT_THAT(lost.output, Not(HasSubstr("cannot reach heald")));
  EXPECT_EQ(resets(), 1);
  const auto key = lost.output.substr(lost.output.find("--idempotency-key ") + 18, 32);
  daemon_.kill();
  daemon_.start();
  EXPECT_EQ(ctl(daemon_.url(), {"--idempotency-key", key, "reset", "backup"}).code, 0);
  EXPECT_EQ(resets(), 1) << "done before heald was killed, and known after it";
  EXPECT_EQ(daemon_.metric("heald_http_repeated_total"), 1);
}

TEST_F(Calls, OfAHealdThatStandsStillAreNotDoneAfterHealdctlHasGivenUp) {
  daemon_.signal(SIGSTOP);
  const auto said = ctl(daemon_.url(), {"--timeout", "1", "dormant", "backup", "--reason", "x"});
  daemon_.signal(SIGCONT);
  EXPECT_EQ(said.code, 3);
  daemon_.await("the calls to be dropped", [&] { return abandoned() >= 2; });
  EXPECT_FALSE(backup().at("isDormant").get<bool>());
}

TEST_F(Calls, OfAHealdctlThatStandsStillAreToldOfWhenItGoesOn) {
  daemon_.signal(SIGSTOP);
  Child program(line(daemon_.url(), {"--timeout", "2", "reset", "backup"}), daemon_.file("said"));
  daemon_.await("its request to be sent", [&] { return bytesSentTo(daemon_.controlPort()); });
  ::kill(program.pid(), SIGSTOP);
  daemon_.signal(SIGCONT);
  daemon_.await("the call to be done", [&] { return resets() == 1; });
  const auto begun = std::chrono::steady_clock::now();
  eventually([&] { return std::chrono::steady_clock::now() - begun > seconds(3); });
  ::kill(program.pid(), SIGCONT);
  daemon_.await("healdctl to end", [&] { return !program.running(); });
  EXPECT_THAT(program.output(), HasSubstr("The circuit breaker of governor backup is CLOSED"));
  EXPECT_EQ(resets(), 1);
}

TEST_F(Calls, ForAPermitWhoseAnswerIsLostRunTheCommandUnderThatPermit) {
  CuttingProxy proxy(daemon_.controlPort(), theFirst(1));
  const auto said = ctl(proxy.url(), execWords());
  EXPECT_EQ(said.code, 0) << said.output;
  EXPECT_EQ(runs(), 1u);
  EXPECT_EQ(backup().at("attempts"), 1);
  EXPECT_EQ(backup().at("successes"), 1);
}

TEST_F(Calls, ForAPermitThatAreNeverAnsweredSayThatOneMayHaveBeenGiven) {
  CuttingProxy proxy(daemon_.controlPort(), theFirst(1000));
  auto words = execWords();
  words.insert(words.begin(), {"--timeout", "1"});
  const auto said = ctl(proxy.url(), words);
  EXPECT_EQ(said.code, 69);
  EXPECT_THAT(said.output,
              HasSubstr("a permit that was given all the same counts as failed in 5s"));
  EXPECT_THAT(said.output, Not(HasSubstr("was not run")));
  EXPECT_THAT(said.output, HasSubstr("--if-unreachable run"));
  EXPECT_EQ(runs(), 0u);
}

TEST_F(Calls, ToAHealdThatIsDownRunTheCommandWhereItsOwnerHasChosenSo) {
  EXPECT_EQ(daemon_.stop(), 0);
  const auto refused = ctl(daemon_.url(), execWords());
  EXPECT_EQ(refused.code, 69);
  EXPECT_THAT(refused.output, HasSubstr("the command was not run: cannot reach heald"));
  EXPECT_THAT(refused.output, HasSubstr("while heald is down: --if-unreachable run"));
  EXPECT_EQ(ctl(daemon_.url(), execWords({"--if-unreachable", "refuse"})).code, 69);
  EXPECT_EQ(runs(), 0u);
  const auto run = ctl(daemon_.url(), execWords({"--if-unreachable", "run"}));
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.output, HasSubstr("the command is run without a permit (--if-unreachable run): "
                                    "cannot reach heald"));
  EXPECT_EQ(runs(), 1u);
}

TEST_F(Calls, ThatAreRunWithoutAnAnswerAreReportedOnceHealdAnswersAgain) {
  CuttingProxy proxy(daemon_.controlPort(), [this] { return runs() == 0; });
  auto words = execWords({"--if-unreachable", "run"});
  words.insert(words.begin(), {"--timeout", "1"});
  const auto said = ctl(proxy.url(), words);
  EXPECT_EQ(said.code, 0) << said.output;
  EXPECT_EQ(runs(), 1u);
  EXPECT_EQ(backup().at("attempts"), 1);
  EXPECT_EQ(backup().at("successes"), 1) << said.output;
}

}  // namespace
}  // namespace heald::test
