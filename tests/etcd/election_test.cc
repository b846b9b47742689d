#include "etcd/election.h"

#include <gtest/gtest.h>

#include <ctime>
#include <mutex>

#include "io/base64.h"
#include "support/etcd.h"
#include "support/link.h"
#include "support/tiny_server.h"

namespace heald::etcd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::eventually;

core::BootTime bootNow() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return core::BootTime(seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

class EtcdElection : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(etcd_.ready()) << etcd_.log(); }

  std::unique_ptr<Election> candidate(const std::string& name) const {
    return candidate(name, etcd_.urls());
  }
  static std::unique_ptr<Election> candidate(const std::string& name,
                                             std::vector<std::string> endpoints) {
    ElectionOptions options;
    options.address.endpoints = std::move(endpoints);
    options.prefix = "/heald/test";
    options.lease = seconds(2);
    options.self = {name, "https://" + name + ":3001", "0.2.0", "hash"};
    options.now = bootNow;
    return std::make_unique<Election>(std::move(options));
  }
  static bool leads(const Election& election) { return election.mayAct(); }

  test::Etcd etcd_;
};

TEST_F(EtcdElection, OneLeadsAndTheOthersKnowIt) {
  const auto a = candidate("a");
  const auto b = candidate("b");
  a->start(nullptr);
  ASSERT_TRUE(eventually([&] { return leads(*a); }));
  b->start(nullptr);
  ASSERT_TRUE(eventually([&] { return b->standing().leader.has_value(); }));
  EXPECT_EQ(b->standing().leader, (Replica{"a", "https://a:3001", "0.2.0", "hash"}));
  EXPECT_FALSE(b->standing().leads);
  EXPECT_EQ(b->leaseUntil(), 0);
  ASSERT_TRUE(eventually([&] { return a->standing().replicas.size() == 2; }));
  EXPECT_GT(a->standing().lease_until, bootNow());
}

// Of each renewal: a lease of two seconds, less a tenth for clocks that run at different rates.
TEST_F(EtcdElection, NothingMayRunUntilTheEndOfTheLeaseAsEtcdCountsIt) {
  const auto a = candidate("a");
  a->start(nullptr);
  std::int64_t last = 0;
  for (int seen = 0; seen < 3; ++seen) {
    ASSERT_TRUE(eventually([&] { return a->leaseUntil() > last; }));
    last = a->leaseUntil();
    EXPECT_LE(last, (bootNow() + milliseconds(1800)).time_since_epoch().count());
  }
}

TEST_F(EtcdElection, TheKeyOfAnEarlierProcessOfTheSameNameIsNotItsOwn) {
  Client client({.endpoints = etcd_.urls()}, seconds(2));
  const std::int64_t lease = client.grant(seconds(60));
  client.commit({}, {Put{"/heald/test/leader", R"({"name":"a"})", lease}});
  const auto a = candidate("a");
  a->start(nullptr);
  ASSERT_TRUE(eventually([&] { return a->standing().leader.has_value(); }));
  EXPECT_EQ(a->standing().leader->name, "a");
  EXPECT_FALSE(leads(*a)) << "what the earlier one runs may still run";
  client.revoke(lease);
  EXPECT_TRUE(eventually([&] { return leads(*a); }));
}

TEST_F(EtcdElection, AReplicaSaysWhatItIsUntilItHasGone) {
  const auto a = candidate("a");
  const auto b = candidate("b");
  a->start(nullptr);
  ASSERT_TRUE(eventually([&] { return leads(*a); }));
  b->start(nullptr);
  ASSERT_TRUE(eventually([&] { return a->standing().replicas.size() == 2; }));
  b->describe({"b", "", "0.3.0", "another"});
  ASSERT_TRUE(eventually([&] { return a->standing().replicas.back().config == "another"; }));
  b->stop(true);
  EXPECT_TRUE(eventually([&] { return a->standing().replicas.size() == 1; }));
}

TEST_F(EtcdElection, WhoStandsByIsToldOfEachLeader) {
  Client client({.endpoints = etcd_.urls()}, seconds(2));
  const std::int64_t lease = client.grant(seconds(60));
  client.commit({}, {Put{"/heald/test/leader", R"({"name":"x"})", lease}});
  std::atomic<int> changes{0};
  const auto a = candidate("a");
  a->start([&] { ++changes; });
  ASSERT_TRUE(eventually([&] { return a->standing().leader.has_value(); }));
  ASSERT_TRUE(eventually([&] { return changes == 1; }));
  client.commit({}, {Put{"/heald/test/leader", R"({"name":"y"})", lease}});
  EXPECT_TRUE(eventually([&] { return changes == 2; }));
}

TEST_F(EtcdElection, WhoStopsHandsOverAtOnce) {
  const auto a = candidate("a");
  const auto b = candidate("b");
  a->start(nullptr);
  ASSERT_TRUE(eventually([&] { return leads(*a); }));
  b->start(nullptr);
  ASSERT_TRUE(eventually([&] { return b->standing().leader.has_value(); }));
  const auto begun = bootNow();
  a->stop(true);
  EXPECT_FALSE(leads(*a));
  ASSERT_TRUE(eventually([&] { return leads(*b); }));
  EXPECT_LT(bootNow() - begun, seconds(1)) << "no lease had to end";
  ASSERT_TRUE(eventually([&] { return b->standing().replicas.size() == 1; }));
  EXPECT_EQ(b->standing().replicas.front().name, "b");
}

TEST_F(EtcdElection, TheNextLeadsWhenTheLeaseOfASilentOneHasEndedAndNotBefore) {
  const auto a = candidate("a");
  const auto b = candidate("b");
  a->start(nullptr);
  ASSERT_TRUE(eventually([&] { return leads(*a); }));
  b->start(nullptr);
  ASSERT_TRUE(eventually([&] { return b->standing().leader.has_value(); }));
  a->stop(false);
  const std::int64_t until = a->leaseUntil();
  ASSERT_TRUE(eventually([&] { return leads(*b); }));
  EXPECT_GE(bootNow().time_since_epoch().count(), until) << "nothing of a may run any more";
}

TEST_F(EtcdElection, WithoutEtcdNobodyMayActOnceTheLeaseIsOver) {
  std::atomic<int> changes{0};
  const auto a = candidate("a");
  a->start([&] { ++changes; });
  ASSERT_TRUE(eventually([&] { return leads(*a); }));
  etcd_.pause();
  ASSERT_TRUE(eventually([&] { return !leads(*a); }));
  ASSERT_TRUE(eventually([&] { return !a->standing().trouble.empty() && !a->standing().leads; }));
  EXPECT_FALSE(a->standing().leader) << "nobody knows who leads now";
  EXPECT_GT(a->standing().failures, 0u);
  etcd_.goOn();
  ASSERT_TRUE(eventually([&] { return leads(*a); })) << a->standing().trouble;
  EXPECT_EQ(a->standing().transitions, 2u);
  ASSERT_TRUE(eventually([&] { return changes >= 3; })) << changes;
}

// It cannot act: etcd renews its lease, and the answers are lost.
TEST_F(EtcdElection, WhoHearsNoAnswersDoesNotKeepTheOthersFromLeading) {
  test::Link link(etcd_.port());
  const auto a = candidate("a", {link.url()});
  const auto b = candidate("b");
  a->start(nullptr);
  ASSERT_TRUE(eventually([&] { return leads(*a); }));
  b->start(nullptr);
  ASSERT_TRUE(eventually([&] { return b->standing().leader.has_value(); }));
  link.mute();
  ASSERT_TRUE(eventually([&] { return leads(*b); }, seconds(10)));
  EXPECT_FALSE(leads(*a));
  link.mend();
  ASSERT_TRUE(eventually([&] { return a->standing().leader == b->standing().self; }));
}

TEST_F(EtcdElection, TheOthersAreToldOfAnotherConfiguration) {
  const auto a = candidate("a");
  const auto b = candidate("b");
  a->start(nullptr);
  b->start(nullptr);
  ASSERT_TRUE(eventually([&] { return b->standing().replicas.size() == 2; }));
  Replica self = a->standing().self;
  self.config = "another";
  a->describe(self);
  ASSERT_TRUE(eventually([&] { return b->standing().replicas.front() == self; }));
}

TEST_F(EtcdElection, WhoseKeyIsTakenAwayLeadsNoMore) {
  const auto a = candidate("a");
  a->start(nullptr);
  ASSERT_TRUE(eventually([&] { return leads(*a); }));
  Client client({.endpoints = etcd_.urls()}, seconds(2));
  const std::int64_t lease = client.grant(seconds(60));
  client.commit({}, {Put{"/heald/test/leader", "not JSON", lease}});
  ASSERT_TRUE(eventually([&] { return !leads(*a); }));
  ASSERT_TRUE(eventually([&] { return a->standing().leader.has_value(); }));
  EXPECT_EQ(a->standing().leader->name, "an unknown replica");
}

// An etcd that answers as the test says; nobody leads there.
class TakingTheKey : public testing::Test {
 protected:
  std::string answer(const std::string& request) {
    const auto is = [&](const char* path) { return request.find(path) != std::string::npos; };
    if (is("/v3/lease/grant")) {
      ++grants_;
      return R"({"ID": "7", "TTL": "2"})";
    }
    if (is("/v3/lease/keepalive")) return R"({"result": {"ID": "7"}})";
    if (is("/v3/kv/range")) {
      if (slow_) passed_ += core::Duration(milliseconds(1500)).count();
      return R"({"header": {"revision": "5"}})";
    }
    if (request.find(io::toBase64("/heald/test/leader")) == std::string::npos) {
      return R"({"succeeded": true})";
    }
    const std::lock_guard lock(mutex_);
    asked_ = request;
    return R"({"header": {"revision": "6"}})";  // another was faster
  }
  std::string asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  Election candidate() {
    ElectionOptions options;
    options.address.endpoints = {server_.url("")};
    options.prefix = "/heald/test";
    options.lease = seconds(2);
    options.self = {"a", "", "", ""};
    options.now = [this] { return core::BootTime(seconds(60) + core::Duration(passed_.load())); };
    return Election(std::move(options));
  }

  bool slow_ = false;
  std::atomic<int> grants_{0};
  std::atomic<std::int64_t> passed_{0};
  mutable std::mutex mutex_;
  std::string asked_;
  test::TinyServer server_{
      [this](const std::string& request) { return test::TinyServer::reply(200, answer(request)); }};
};

TEST_F(TakingTheKey, IsOnlyDoneWhenNobodyElseHasIt) {
  Election a = candidate();
  a.start(nullptr);
  ASSERT_TRUE(eventually([&] { return !asked().empty(); }));
  EXPECT_NE(asked().find(R"("compare":[{"create_revision":"0")"), std::string::npos) << asked();
  EXPECT_NE(asked().find(R"("lease":"7")"), std::string::npos) << asked();
  a.stop(false);
  EXPECT_FALSE(a.standing().leads) << "another was faster";
}

TEST_F(TakingTheKey, IsNotTriedWithALeaseThatHasEndedMeanwhile) {
  slow_ = true;
  Election a = candidate();
  a.start(nullptr);
  EXPECT_TRUE(eventually([&] { return grants_ == 3; }));
  a.stop(false);
  EXPECT_EQ(asked(), "");
}

}  // namespace
}  // namespace heald::etcd
