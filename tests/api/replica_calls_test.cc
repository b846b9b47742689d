#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/control_routes.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ReplicaCalls : public testing::Test {
 protected:
  http::Response call(const std::string& method, const std::string& path,
                      const std::string& body = "") {
    Backend backend = engine_.backend();
    if (replica_) {
      backend.standing = [this] { return standing_; };
      backend.step_down = [this] { ++stepped_down_; };
      backend.tell = [this](engine::HistoryEntry entry) { told_.push_back(std::move(entry)); };
    }
    return ask(controlRoutes(backend), method, path, body);
  }
  http::Response stepDown(const std::string& body = R"({"reason": "upgrade"})") {
    return call("POST", "/api/replicas/step-down", body);
  }
  static std::string message(const http::Response& response) {
    return json::parse(response.body)["error"]["message"];
  }

  FakeEngine engine_;
  bool replica_ = true;
  etcd::Standing standing_{
      .self = {"a", "https://a:3001", "0.2.0", "17"},
      .leads = true,
      .leader = etcd::Replica{"a", "https://a:3001", "0.2.0", "17"},
      .replicas = {{"a", "https://a:3001", "0.2.0", "17"}, {"b", "", "0.1.0", "18"}},
      .transitions = 3,
      .trouble = "no answer in time"};
  int stepped_down_ = 0;
  std::vector<engine::HistoryEntry> told_;
};

TEST_F(ReplicaCalls, TellWhoLeadsAndWhatIsWrong) {
  const json a = {{"name", "a"}, {"url", "https://a:3001"}, {"version", "0.2.0"}, {"config", "17"}};
  const json b = {{"name", "b"}, {"url", ""}, {"version", "0.1.0"}, {"config", "18"}};
  EXPECT_EQ(json::parse(call("GET", "/api/replicas").body),
            json({{"name", "a"},
                  {"leads", true},
                  {"leader", a},
                  {"replicas", {a, b}},
                  {"transitions", 3},
                  {"trouble", "no answer in time"}}));
  standing_.leader.reset();
  EXPECT_EQ(json::parse(call("GET", "/api/replicas").body)["leader"], nullptr);
}

TEST_F(ReplicaCalls, StepDownIsInTheHistoryWithWhoAskedAndWhy) {
  EXPECT_EQ(stepDown().status, 202);
  EXPECT_EQ(stepped_down_, 1);
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].event, "stepped down");
  EXPECT_EQ(told_[0].actor, "token control from 127.0.0.1");
  EXPECT_EQ(told_[0].message, "stepped down: upgrade");
}

TEST_F(ReplicaCalls, StepDownIsRefusedWhereNobodyCouldTakeOver) {
  standing_.replicas.pop_back();
  EXPECT_EQ(stepDown().status, 409);
  EXPECT_THAT(message(stepDown()), HasSubstr("no other replica"));
  EXPECT_EQ(stepped_down_, 0);
  EXPECT_TRUE(told_.empty());
}

TEST_F(ReplicaCalls, StepDownIsRefusedByWhoDoesNotLead) {
  standing_.leads = false;
  standing_.leader = etcd::Replica{"b", "", "0.1.0", "18"};
  EXPECT_EQ(stepDown().status, 409);
  EXPECT_THAT(message(stepDown()), HasSubstr("does not lead: b does"));
  standing_.leader.reset();
  EXPECT_EQ(message(stepDown()), "this replica does not lead");
  EXPECT_EQ(stepDown("{}").status, 400) << "without a reason";
  EXPECT_EQ(stepped_down_, 0);
}

TEST_F(ReplicaCalls, AreNoneOfAHealdThatIsAlone) {
  replica_ = false;
  EXPECT_EQ(call("GET", "/api/replicas").status, 404);
  EXPECT_EQ(stepDown().status, 404);
}

}  // namespace
}  // namespace heald::api
