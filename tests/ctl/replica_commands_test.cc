#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;

class ReplicaCommandsTest : public testing::Test {
 protected:
  void serve(bool replicas) {
    api::Backend backend = engine_.backend();
    if (replicas) {
      backend.standing = [this] { return standing_; };
      backend.step_down = [this] { ++stepped_down_; };
      backend.tell = [](const engine::HistoryEntry&) {};
    }
    http::GuardPolicy policy;
    policy.token = kTestToken;
    policy.token_file = files_.file("control.token");
    server_ = std::make_unique<test::ControlListener>(api::controlRoutes(backend), policy);
    files_.write("control.token", std::string(kTestToken) + "\n");
  }

  Said ctl(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    std::vector<const char*> argv = {"healdctl"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    const auto lookup = [&](const std::string& name) -> std::optional<std::string> {
      if (name == "HEALD_URL") return server_->url();
      if (name == "HEALD_TOKEN_FILE") return files_.file("control.token");
      return std::nullopt;
    };
    const int code = run(static_cast<int>(argv.size()), argv.data(),
                         {out, err, lookup, false, "alice@host", {}});
    return {code, out.str(), err.str()};
  }

  test::TempDir files_;
  api::FakeEngine engine_;
  etcd::Standing standing_{
      .self = {"a", "https://a:3001", "0.2.0", "17"},
      .leads = true,
      .leader = etcd::Replica{"a", "https://a:3001", "0.2.0", "17"},
      .replicas = {{"a", "https://a:3001", "0.2.0", "17"}, {"b", "https://b:3001", "0.1.0", "18"}}};
  int stepped_down_ = 0;
  std::unique_ptr<test::ControlListener> server_;
};

TEST_F(ReplicaCommandsTest, ListShowsWhoActsAndInWhatTheyDiffer) {
  serve(true);
  const Said said = ctl({"replicas"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("a        acts       0.2.0    17             https://a:3001"));
  EXPECT_THAT(said.out, HasSubstr("b        stands by  0.1.0    18             https://b:3001"));
  standing_.leader.reset();
  standing_.trouble = "no answer in time";
  EXPECT_THAT(ctl({"replicas"}).out,
              HasSubstr("None of them acts.\netcd cannot be asked: no answer in time\n"));
  const auto value = nlohmann::json::parse(ctl({"replicas", "--json"}).out);
  EXPECT_EQ(value.at("name"), "a");
  EXPECT_EQ(value.at("leader"), nullptr);
  EXPECT_EQ(value.at("replicas").size(), 2u);
}

TEST_F(ReplicaCommandsTest, StepDownIsRefusedWhereItMeansNothing) {
  serve(true);
  EXPECT_EQ(ctl({"step-down", "--reason", "upgrade"}).code, 0);
  EXPECT_EQ(stepped_down_, 1);
  standing_.replicas.pop_back();
  EXPECT_THAT(ctl({"step-down", "--reason", "upgrade"}).err, HasSubstr("no other replica"));
  standing_.leads = false;
  EXPECT_THAT(ctl({"step-down", "--reason", "upgrade"}).err, HasSubstr("does not lead: a does"));
  EXPECT_EQ(stepped_down_, 1);
  EXPECT_NE(ctl({"step-down"}).code, 0) << "without a reason";
}

// One that stands by, and at the address that it tells its leader.
class StandingBy : public ReplicaCommandsTest {
 protected:
  void SetUp() override {
    api::Backend backend = leader_.backend();
    backend.standing = [this] {
      etcd::Standing standing = standing_;
      standing.leads = true;
      return standing;
    };
    http::GuardPolicy policy;
    policy.token = kTestToken;
    leading_ = std::make_unique<test::ControlListener>(api::controlRoutes(backend), policy);
    standing_.self = {"b", "", "0.2.0", "17"};
    standing_.leads = false;
    standing_.leader = etcd::Replica{"a", leading_->url(), "0.2.0", "17"};
    engine_.reply = Error{ErrorCode::kUnavailable, "this replica stands by: a leads"};
    serve(true);
  }
  Said resume() { return ctl({"resume", "gateway", "--reason", "repaired", "--json"}); }
  std::size_t done(api::FakeEngine& engine) {
    engine.settle();
    return engine.events.size();
  }

  api::FakeEngine leader_;
  std::unique_ptr<test::ControlListener> leading_;
};

TEST_F(StandingBy, AChangeIsAskedOfTheLeader) {
  const Said said = resume();
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(done(engine_), 1u);
  EXPECT_EQ(done(leader_), 1u);
  EXPECT_EQ(said.err, "the replica at " + server_->url() + " stands by; asking its leader a at " +
                          leading_->url() + "\n");
}

// What stands by has read no state: to it every governor is dormant, and nothing waits.
TEST_F(StandingBy, WhatGovernorsAndApprovalsAreIsAskedOfTheLeaderToo) {
  engine_.show(api::troubledSnapshot());
  const std::string told = "asking its leader a at " + leading_->url() + "\n";
  leader_.show(api::sampleSnapshot());
  Said said = ctl({"explain", "gateway"});
  EXPECT_THAT(said.err, HasSubstr("no governor, remedy or check \"gateway\"")) << "of the leader";
  EXPECT_THAT(said.err, HasSubstr(told));
  said = ctl({"resume", "--reason", "repaired"});
  EXPECT_THAT(said.err, HasSubstr(told));
  EXPECT_THAT(said.err, HasSubstr("there is no dormant governor"));
  EXPECT_THAT(ctl({"approve"}).err, HasSubstr(told));
}

TEST_F(StandingBy, ALeaderThatRefusesTooIsNotFollowedOn) {
  leader_.reply = Error{ErrorCode::kUnavailable, "this replica stands by: b leads"};
  const Said said = resume();
  EXPECT_NE(said.code, 0);
  EXPECT_EQ(done(leader_), 1u);
  EXPECT_THAT(said.err, HasSubstr("b leads"));
}

TEST_F(StandingBy, WithoutAnAddressOfTheLeaderTheRefusalIsTheAnswer) {
  for (const char* url : {"", "unix:/run/heald/control.sock", "file:///etc/passwd"}) {
    standing_.leader->url = url;
    const Said said = resume();
    EXPECT_NE(said.code, 0) << url;
    EXPECT_THAT(said.err, HasSubstr("this replica stands by: a leads")) << url;
  }
  EXPECT_EQ(done(leader_), 0u);
}

TEST_F(ReplicaCommandsTest, OneHealdAloneSaysSo) {
  serve(false);
  EXPECT_THAT(ctl({"replicas"}).err, HasSubstr("this heald is no replica"));
  EXPECT_THAT(ctl({"step-down", "--reason", "x"}).err, HasSubstr("this heald is no replica"));
}

}  // namespace
}  // namespace heald::ctl
