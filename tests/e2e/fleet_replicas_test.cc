// Five hundred members ask at the same time; the server has replicas on a real etcd, and whoever
// leads is killed.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "support/daemon.h"
#include "support/etcd.h"

namespace heald::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr int kMembers = 500;
constexpr int kAtOnce = 10;
constexpr int kLostLimit = 3;

std::string nameOf(int member) {
  return "node-" + std::to_string(member);
}

// Where the replicas are, for many threads.
class Doors {
 public:
  struct Door {
    std::uint16_t port = 0;
    std::string token;
  };
  void set(std::size_t replica, const TestDaemon& daemon) {
    const Door door{daemon.controlPort(), daemon.token()};
    const std::lock_guard lock(mutex_);
    doors_.at(replica) = door;
  }
  Door operator[](std::size_t replica) const {
    const std::lock_guard lock(mutex_);
    return doors_.at(replica);
  }

 private:
  mutable std::mutex mutex_;
  std::array<Door, 2> doors_;
};

// What the members know of their permits, which is less than a server does: one is held from when
// its answer is there to when its report is sent, or to the deadline, counted from the question.
class Held {
 public:
  using Until = Clock::time_point;
  void take(int member, Until until) {
    const std::lock_guard lock(mutex_);
    if (until <= Clock::now()) return;
    std::erase_if(until_, [](const auto& one) { return one.second <= Clock::now(); });
    until_[member] = until;
    most_ = std::max(most_, until_.size());
  }
  void leave(int member) {
    const std::lock_guard lock(mutex_);
    until_.erase(member);
  }
  std::size_t most() const {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, Until> until_;
  std::size_t most_ = 0;
};

// A round of members, each of which wants one attempt. They ask as a heald does that is a member:
// under a key, again under the same one when it is not known what became of the question, and they
// report until they are heard.
class Round {
 public:
  using Vanishes = std::function<bool(int member)>;
  Round(const Doors& doors, std::string governor, seconds deadline, Vanishes vanishes)
      : doors_(doors),
        governor_(std::move(governor)),
        deadline_(deadline),
        vanishes_(std::move(vanishes)) {
    for (int i = 0; i < kMembers; ++i) due_.emplace(Clock::now(), i);
    for (int i = 0; i < 24; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Round() { stop(); }
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  int given() const { return given_; }
  int reported() const { return reported_; }
  int vanished() const { return vanished_; }
  int denied() const { return denied_; }  // answers that said no
  std::size_t most() const { return held_.most(); }
  bool everybodyHasActed() const { return reported_ + vanished_ >= kMembers; }

 private:
  struct Member {
    int asked = 0;  // questions that were answered: each has a key of its own
    bool in_doubt = false;
    Clock::time_point first_sent{};
    std::string permit;
    std::size_t replica = 0;
  };

  void work() {
    while (!stopping_) {
      int member = -1;
      {
        std::unique_lock lock(mutex_);
        if (due_.empty() || due_.begin()->first > Clock::now()) {
          is_due_.wait_for(lock, milliseconds(2));
          continue;
        }
        member = due_.begin()->second;
        due_.erase(due_.begin());
      }
      if (const auto wait = turn(member)) {
        const std::lock_guard lock(mutex_);
        due_.emplace(Clock::now() + *wait, member);
      }
    }
  }

  // Until its next one; nothing: it has acted, or is gone.
  std::optional<milliseconds> turn(int number) {
    Member& member = members_[static_cast<std::size_t>(number)];
    return member.permit.empty() ? ask(number, member) : report(number, member);
  }

  std::optional<milliseconds> ask(int number, Member& member) {
    if (!member.in_doubt) member.first_sent = Clock::now();
    const std::string key = nameOf(number) + "-" + governor_ + "-" + std::to_string(member.asked);
    const RawResponse answer = send(member, "/api/permits",
                                    json{{"governor", governor_},
                                         {"member", nameOf(number)},
                                         {"deadline", std::to_string(deadline_.count()) + "s"}}
                                        .dump(),
                                    key);
    if (answer.status == 201) {
      held_.take(number, member.first_sent + deadline_);
      ++given_;
      ++member.asked;
      member.in_doubt = false;
      if (vanishes_(number)) {
        ++vanished_;
        return std::nullopt;
      }
      member.permit = json::parse(answer.body)["id"];
      return milliseconds(20 + number % 60);
    }
    if (answer.status == 409) {
      ++denied_;
      // A replica that is about to lead denies what it cannot know yet. So a question in doubt
      // keeps its key: a permit that was given under it is found in the end.
      if (!member.in_doubt) ++member.asked;
      return milliseconds(200 + number % 300);
    }
    member.in_doubt = true;
    member.replica = 1 - member.replica;
    return milliseconds(50 + number % 100);
  }

  std::optional<milliseconds> report(int number, Member& member) {
    held_.leave(number);
    const RawResponse answer =
        send(member, "/api/permits/" + member.permit + "/result", R"({"ok": true})", "");
    // 404 is also what a replica says that is about to lead and has not read the state.
    const bool heard = answer.status == 200 || answer.status == 409;
    if (!heard) {
      member.replica = 1 - member.replica;
      return milliseconds(50 + number % 100);
    }
    // 409: a failover has taken longer than its deadline, and it is lost. It acts again.
    if (answer.status == 200) {
      ++reported_;
      return std::nullopt;
    }
    member.permit.clear();
    return milliseconds(300);
  }

  RawResponse send(const Member& member, const std::string& path, const std::string& body,
                   const std::string& key) {
    const Doors::Door door = doors_[member.replica];
    return sendRaw(door.port, "POST " + path +
                                  " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                                  door.token + (key.empty() ? "" : "\r\nIdempotency-Key: " + key) +
                                  "\r\nContent-Type: application/json\r\nContent-Length: " +
                                  std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  const Doors& doors_;
  const std::string governor_;
  const seconds deadline_;  // of a permit
  const Vanishes vanishes_;
  Held held_;
  std::vector<Member> members_{kMembers};  // each is of one thread at a time
  std::mutex mutex_;
  std::condition_variable is_due_;
  std::multimap<Clock::time_point, int> due_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> given_ = 0, reported_ = 0, vanished_ = 0, denied_ = 0;
  std::vector<std::thread> threads_;  // the last: they use the rest
};

class FleetReplicas : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(etcd_.ready()) << etcd_.log();
    for (std::size_t i = 0; i < 2; ++i) {
      replicas_.push_back(std::make_unique<TestDaemon>(launch(i == 0 ? "a" : "b")));
      std::string names;
      for (int k = 0; k < kMembers; ++k) names += nameOf(k) + "\n";
      replicas_.back()->dir().write("nodes.txt", names);
      start(i);
    }
    leader_ = awaitLeader();
  }

  // "reboots" has ten at once, "upgrades" one.
  Launch launch(const std::string& name) const {
    const auto fleet = [](const std::string& governor, int at_most) {
      return "  " + governor +
             ":\n"
             "    fleet: {members_file: nodes.txt, at_once: {percent: 100, at_most: " +
             std::to_string(at_most) +
             "}}\n"
             "    max_consecutive_failures: " +
             std::to_string(kLostLimit) +
             "\n"
             "    backoff: {base: 10ms, max: 20ms}\n"
             "    breaker: {failure_threshold: 100, permanent_open_threshold: 100}\n"
             "    budgets: []\n";
    };
    return {.config = "store:\n  path: @DIR@/heald.db\n  etcd: {endpoints: [" +
                      etcd_.urls().front() + "], lease: 3s, name: " + name + "}\ngovernors:\n" +
                      fleet("reboots", kAtOnce) + fleet("upgrades", 1)};
  }

  void start(std::size_t replica) {
    replicas_.at(replica)->start();
    doors_.set(replica, *replicas_.at(replica));
  }
  std::size_t awaitLeader() {
    std::size_t found = 0;
    replicas_.front()->await("a leader", [&] {
      for (std::size_t i = 0; i < replicas_.size(); ++i) {
        if (replicas_[i]->running() && replicas_[i]->get("/-/ready").status == 200) {
          found = i;
          return true;
        }
      }
      return false;
    });
    return found;
  }
  void killTheLeader() {
    replicas_[leader_]->kill();
    const std::size_t killed = leader_;
    leader_ = awaitLeader();
    EXPECT_NE(leader_, killed);
    start(killed);
  }
  // As who leads now says: on a busy machine that may have changed by itself.
  json governor(const std::string& name) {
    json found;
    replicas_.front()->await(
        "an answer of the leader",
        [&] {
          leader_ = awaitLeader();
          const auto answer = replicas_[leader_]->get("/api/governors/" + name);
          if (answer.status != 200) return false;
          found = json::parse(answer.body);
          return true;
        },
        seconds(40));
    return found;
  }
  bool dormant(const std::string& name) { return governor(name)["isDormant"] == true; }
  void resume(const std::string& name) {
    const std::string path = "/api/governors/" + name + "/resume";
    await("it is resumed", [&] {
      leader_ = awaitLeader();
      return replicas_[leader_]->post(path, R"({"reason": "looked at"})").status == 200;
    });
  }
  template <class Condition>
  void await(const std::string& what, Condition condition) {
    replicas_[leader_]->await(what, condition, seconds(40));
  }

  std::vector<std::unique_ptr<TestDaemon>> replicas_;
  std::size_t leader_ = 0;
  Doors doors_;
  Etcd etcd_;  // ends before them: it is nothing that they have left behind
};

TEST_F(FleetReplicas, NeverGiveMorePermitsThanMayBeUnderWayThoughWhoLeadsIsKilled) {
  Round round(doors_, "reboots", seconds(20), [](int) { return false; });
  await("the first hundred", [&] { return round.reported() >= 100; });
  killTheLeader();
  await("more of them", [&] { return round.reported() >= 250; });
  killTheLeader();
  await("all of them", [&] { return round.everybodyHasActed(); });
  round.stop();
  EXPECT_LE(round.most(), static_cast<std::size_t>(kAtOnce));
  EXPECT_GE(round.most(), 2u) << "or nothing was shown";
  EXPECT_EQ(round.reported(), kMembers);
  EXPECT_EQ(governor("reboots")["fleet"]["underWay"], 0);
  EXPECT_EQ(governor("reboots")["fleet"]["lost"], 0);
  EXPECT_GE(governor("reboots")["attempts"], kMembers);
}

TEST_F(FleetReplicas, OfWhichTwoInFiveVanishStopTheFleetEachTimeAHumanLetsItGoOn) {
  Round round(doors_, "reboots", seconds(2), [](int member) { return member % 5 < 2; });
  for (int times = 0; times < 3; ++times) {
    const int vanished_before = round.vanished();
    await("it is dormant", [&] { return dormant("reboots"); });
    EXPECT_GE(round.vanished() - vanished_before, times == 0 ? kLostLimit : 1);
    EXPECT_GE(governor("reboots")["fleet"]["lost"], kLostLimit);
    await("nobody is under way", [&] { return governor("reboots")["fleet"]["underWay"] == 0; });
    EXPECT_LE(governor("reboots")["fleet"]["lost"], kLostLimit + kAtOnce - 1);
    const int given = round.given();
    if (times == 0) killTheLeader();
    EXPECT_TRUE(dormant("reboots")) << "for the next leader, too";
    const int denied = round.denied();
    await("they all ask again", [&] { return round.denied() >= denied + kMembers; });
    EXPECT_EQ(round.given(), given) << "and none is given a permit";
    resume("reboots");
  }
  round.stop();
  EXPECT_LE(round.most(), static_cast<std::size_t>(kAtOnce));
}

TEST_F(FleetReplicas, StopARemedyThatIsForTheWorseAfterThreeNodes) {
  Round round(doors_, "upgrades", seconds(2), [](int) { return true; });
  await("the first is lost", [&] { return governor("upgrades")["fleet"]["lost"] == 1; });
  killTheLeader();
  await("it is dormant", [&] { return dormant("upgrades"); });
  EXPECT_EQ(round.given(), kLostLimit);
  killTheLeader();
  EXPECT_TRUE(dormant("upgrades")) << "it stays so over a failover";
  const int denied = round.denied();
  await("they all ask again", [&] { return round.denied() >= denied + kMembers; });
  EXPECT_EQ(round.given(), kLostLimit) << "for everybody";
  resume("upgrades");
  await("another one", [&] { return round.given() == kLostLimit + 1; });
  round.stop();
  EXPECT_EQ(round.most(), 1u);
}

}  // namespace
}  // namespace heald::test
