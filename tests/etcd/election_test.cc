#include "etcd/election.h"

#include <gtest/gtest.h>

#include <ctime>

#include "support/etcd.h"
#include "support/link.h"

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
  EXPECT_LE(a->standing().lease_until, bootNow() + seconds(2));
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
  EXPECT_GT(a->standing().failures, 0u);
  etcd_.goOn();
  ASSERT_TRUE(eventually([&] { return leads(*a); })) << a->standing().trouble;
  EXPECT_EQ(a->standing().transitions, 2u);
  ASSERT_TRUE(eventually([&] { return changes >= 3; })) << changes;
}

// It cannot act, as it does not know that etcd has done its renewals.
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

}  // namespace
}  // namespace heald::etcd
