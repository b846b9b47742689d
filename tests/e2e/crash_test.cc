#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "e2e/history_of.h"
#include "e2e/stories.h"

// heald is killed (SIGKILL) at random moments and started again on the same store, while its remedy
// keeps its own book: the first thing an action does is to append its HEALD_ATTEMPT to a file.
namespace heald::test {
namespace {

using nlohmann::json;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// scripts/soak: ten thousand.
int kills() {
  return std::getenv("HEALD_SOAK") == nullptr ? 200 : 10'000;
}

class Dice {
 public:
  Dice() : seed_(std::random_device{}()), engine_(seed_) {
    std::cout << "seed " << seed_ << std::endl;
  }
  int upTo(int most) { return std::uniform_int_distribution<int>(0, most)(engine_); }

 private:
  unsigned seed_;
  std::mt19937 engine_;
};

std::string crashStory(const std::string& governor_defaults) {
  return governor_defaults + R"(
checks:
  - name: service
    exec: {command: [/bin/false], nonzero_is_critical: true}
    interval: 20ms
remedies:
  - name: restart
    when: {check: service}
    governor: self-healing-main
    exec: {command: [/bin/sh, -c, 'echo $HEALD_ATTEMPT >> @DIR@/attempts; exit 1'], kill_after: 1s}
    verify: {after: 0}
)";
}

// On a machine that is slow enough, the lock of the killed heald may outlive it by more than the
// next one waits for it; then that one is inert, and tries again.
void startOnItsStore(TestDaemon& daemon) {
  daemon.start();
  daemon.await("the store",
               [&] { return daemon.status().at("selfHealing").at("storeAvailable").get<bool>(); });
}

std::vector<std::uint64_t> attemptsOf(const TestDaemon& daemon) {
  std::istringstream lines(daemon.read("attempts"));
  std::vector<std::uint64_t> attempts;
  for (std::uint64_t attempt = 0; lines >> attempt;) attempts.push_back(attempt);
  return attempts;
}

void expectNoneTwice(const std::vector<std::uint64_t>& attempts) {
  const std::set<std::uint64_t> different(attempts.begin(), attempts.end());
  EXPECT_EQ(different.size(), attempts.size()) << "an attempt was run twice";
}

// Every attempt that was run is counted, and every one that is counted has an end or runs.
void expectAllCounted(const std::vector<std::uint64_t>& run, const json& governor) {
  const auto attempts = governor.at("attempts").get<std::uint64_t>();
  EXPECT_EQ(attempts, governor.at("successes").get<std::uint64_t>() +
                          governor.at("failures").get<std::uint64_t>() +
                          governor.at("inFlight").size());
  EXPECT_GE(attempts, run.empty() ? 0 : *std::max_element(run.begin(), run.end()));
}

// Each attempt's start is told once and so is its end, but for the one that runs now; and there are
// as many as the governor has counted. Reads on where it stopped: over ten thousand kills the whole
// is long.
class HistoryReader {
 public:
  void expectItAgrees(const TestDaemon& daemon) {
    const auto count = [&] { return daemon.governor(kMain).at("attempts").get<std::uint64_t>(); };
    const std::uint64_t at_least = count();
    for (const json& entry : historyOf(daemon, "kind=attempt", read_)) read(entry);
    EXPECT_GE(started_, at_least);
    EXPECT_LE(started_, count());
    EXPECT_GE(ended_.size() + 1, started_) << "an attempt has no end";
  }

 private:
  void read(const json& entry) {
    read_ = entry.at("id").get<std::int64_t>();
    const auto attempt = entry.at("attempt").get<std::uint64_t>();
    if (entry.at("event") == "started") {
      EXPECT_EQ(attempt, ++started_);
    } else {
      EXPECT_LE(attempt, started_) << "an end before its start";
      EXPECT_TRUE(ended_.insert(attempt).second) << attempt << " has ended twice";
    }
  }

  std::int64_t read_ = 0;  // the id
  std::uint64_t started_ = 0;
  std::set<std::uint64_t> ended_;
};

// Its consecutive failures are forgotten, so that it never gets to the limit.
void forgive(const TestDaemon& daemon) {
  const std::string governor = std::string("/api/governors/") + kMain;
  EXPECT_EQ(daemon.post(governor + "/dormant", R"({"reason": "a test"})").status, 200);
  EXPECT_EQ(daemon.post(governor + "/resume", R"({"reason": "a test"})").status, 200);
  EXPECT_EQ(daemon.post(governor + "/reset", "{}").status, 200);
}

TEST(Crash, KilledAtTwoHundredMomentsNoAttemptIsForgottenOrRunTwice) {
  TestDaemon daemon({crashStory(R"(
governor_defaults:
  backoff: {base: 1ms, max: 5ms}
  max_consecutive_failures: 1000
  breaker: {failure_threshold: 1000, permanent_open_threshold: 1000}
  budgets: []
)")});
  Dice dice;
  HistoryReader history;
  for (int kill = 1; kill <= kills(); ++kill) {
    daemon.start();
    daemon.killAfter(microseconds(dice.upTo(120'000)));
    if (kill % 10 != 0) continue;
    startOnItsStore(daemon);
    const auto run = attemptsOf(daemon);
    expectAllCounted(run, daemon.governor(kMain));
    history.expectItAgrees(daemon);
    expectNoneTwice(run);
    forgive(daemon);
    ASSERT_FALSE(testing::Test::HasFailure()) << "at kill " << kill;
    daemon.kill();
  }
  const auto run = attemptsOf(daemon);
  expectNoneTwice(run);
  std::cout << run.size() << " attempts over " << kills() << " kills" << std::endl;
  EXPECT_GT(run.size(), static_cast<std::size_t>(kills())) << "the kills met nothing";
}

// What heald has said, and must therefore still hold after a crash.
struct Word {
  bool dormant = false;
  json record = nullptr;  // of that dormancy
  json ended = nullptr;   // the record of the dormancy that an acknowledged resume has ended
  bool reset = false;     // a forced reset was acknowledged in the present dormancy
};

class Humans {
 public:
  Humans(TestDaemon& daemon, Dice& dice) : daemon_(daemon), dice_(dice) {}

  // Looks, perhaps acts, and kills heald; sometimes in the middle of the call.
  void actAndKill() {
    const json governor = daemon_.governor(kMain);
    if (governor.at("isDormant") == true) hear(governor);
    switch (word_.dormant ? dice_.upTo(3) : 4 + dice_.upTo(1)) {
      case 0:
        call("resume", R"({"reason": "a test"})", [this] { resumed(); });
        break;
      case 1:
        call("reset", R"({"force": true})", [this] { word_.reset = true; });
        break;
      case 4:
        call("dormant", R"({"reason": "a test"})", [this] { word_.dormant = true; });
        break;
      default:
        daemon_.killAfter(microseconds(dice_.upTo(60'000)));
    }
  }

  void expectKept() const {
    const auto run = attemptsOf(daemon_);  // before the look: heald goes on meanwhile
    const json governor = daemon_.governor(kMain);
    const json& record = governor.at("dormancy");
    if (word_.dormant) {
      EXPECT_EQ(governor.at("isDormant"), true) << "a dormancy was lost: " << word_.record;
      if (!word_.record.is_null()) {
        EXPECT_EQ(record, word_.record);
      }
    }
    if (word_.dormant && word_.reset) {
      EXPECT_EQ(governor.at("state"), "CLOSED") << "a reset was undone";
      EXPECT_EQ(governor.at("failureCount"), 0);
    }
    if (!word_.ended.is_null()) {
      EXPECT_NE(record, word_.ended) << "a resume was undone";
    }
    expectAllCounted(run, governor);
  }

  int resumes() const { return resumes_; }
  int dormancies() const { return dormancies_; }
  int resets() const { return resets_; }

 private:
  void hear(const json& governor) {
    if (word_.record.is_null()) ++dormancies_;
    word_.dormant = true;
    word_.record = governor.at("dormancy");
  }
  void resumed() {
    ++resumes_;
    word_ = Word{.ended = word_.record};
  }

  // Sends the call and kills heald a moment later. Only what was answered with 200 is its word; a
  // call without an answer may have happened or not.
  template <class Acknowledged>
  void call(const std::string& action, const std::string& body, Acknowledged acknowledged) {
    RawConnection connection(daemon_.controlPort());
    connection.send("POST /api/governors/" + std::string(kMain) + "/" + action +
                    " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                    "Authorization: Bearer " + daemon_.token() +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    // About every second call is answered, however slow the machine.
    daemon_.killAfter(microseconds(dice_.upTo(call_takes_)));
    const RawResponse answer(connection.readAll());
    call_takes_ = answer.status == 0 ? std::min(call_takes_ * 5 / 4, 1'000'000)
                                     : std::max(call_takes_ * 4 / 5, 2'000);
    if (answer.status == 200) {
      resets_ += action == "reset";
      acknowledged();
    } else if (answer.status == 0) {
      if (action == "resume") word_ = Word{};
    } else {
      EXPECT_EQ(answer.status, 409) << answer.body;
    }
  }

  TestDaemon& daemon_;
  Dice& dice_;
  Word word_;
  int call_takes_ = 8'000;  // microseconds
  int resumes_ = 0;
  int dormancies_ = 0;
  int resets_ = 0;
};

TEST(Crash, WhatWasAnsweredHoldsAfterEveryKill) {
  TestDaemon daemon({crashStory(R"(
governor_defaults:
  backoff: {base: 1ms, max: 10ms}
  max_consecutive_failures: 3
  breaker: {failure_threshold: 2, open_for: 10ms, permanent_open_threshold: 3}
  budgets: [{attempts: 5, per: 1h}]
)")});
  Dice dice;
  Humans humans(daemon, dice);
  for (int kill = 1; kill <= kills(); ++kill) {
    startOnItsStore(daemon);
    humans.expectKept();
    ASSERT_FALSE(testing::Test::HasFailure()) << "at kill " << kill << "\n" << daemon.log();
    humans.actAndKill();
  }
  expectNoneTwice(attemptsOf(daemon));
  std::cout << humans.dormancies() << " dormancies, " << humans.resumes() << " resumes, "
            << humans.resets() << " resets over " << kills() << " kills" << std::endl;
  EXPECT_GT(humans.dormancies(), 5);
  EXPECT_GT(humans.resumes(), 3);
}

// The command of a remedy does, in every story above.
TEST(Crash, TheCommandOfACheckEndsWithHeald) {
  TestDaemon daemon({R"(
checks:
  - name: slow
    exec: {command: [/bin/sh, -c, 'trap "" TERM; setsid sleep 1000 & echo up > @DIR@/up; wait']}
    timeout: 10m
remedies: []
)"});
  daemon.start();
  daemon.await("the check", [&] { return daemon.read("up") == "up\n"; });
  daemon.kill();
  EXPECT_EQ(daemon.leftovers(std::chrono::seconds(4)), "");
}

}  // namespace
}  // namespace heald::test
