#include "http/metrics_service.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace heald::http {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

class MetricsServiceTest : public testing::Test {
 protected:
  explicit MetricsServiceTest(nanoseconds quick = MetricsService::kQuick) {
    Router router;
    router.get("/metrics", Access::kOpen, [this](const Request&) {
      maker_ = std::this_thread::get_id();
      return text("heald_up 1\n");
    });
    router.get("/-/healthy", Access::kOpen, [this](const Request&) {
      maker_ = std::this_thread::get_id();
      return text("fine\n");
    });
    service_ = std::make_unique<MetricsService>(std::move(router), GuardPolicy{.check_host = false},
                                                Hooks{}, quick);
  }
  // Whether it was answered on the thread that asked.
  bool answeredHere(const std::string& target) {
    std::promise<void> answered;
    door::Exchange::Contents contents;
    contents.head.method = "GET";
    contents.head.target = target;
    service_->serve(std::make_shared<door::Exchange>(
        std::move(contents),
        [&](door::Answer answer, std::shared_ptr<door::Outlet>) {
          EXPECT_EQ(answer.status, 200);
          answered.set_value();
        },
        [] {}));
    answered.get_future().wait();
    return maker_ == std::this_thread::get_id();
  }

  std::atomic<std::thread::id> maker_{};
  std::unique_ptr<MetricsService> service_;
};

struct QuickPages : MetricsServiceTest {
  QuickPages() : MetricsServiceTest(hours(1)) {}
};
struct SlowPages : MetricsServiceTest {
  SlowPages() : MetricsServiceTest(nanoseconds(0)) {}
};

TEST_F(SlowPages, AreMadeOnAThreadOfTheirOwn) {
  EXPECT_FALSE(answeredHere("/metrics"));
  EXPECT_FALSE(answeredHere("/metrics"));
}

TEST_F(SlowPages, DelayNoHealth) {
  EXPECT_TRUE(answeredHere("/-/healthy"));
}

// It is not known yet how long the first takes.
TEST_F(QuickPages, AreMadeAtOnceFromTheSecondOn) {
  EXPECT_FALSE(answeredHere("/metrics"));
  bool here = false;
  while (!here) here = answeredHere("/metrics");  // the share of the door's time has to be free
}

TEST_F(QuickPages, InAFloodMostAreLeftToTheOtherThread) {
  answeredHere("/metrics");
  int here = 0;
  for (int i = 0; i < 1000; ++i) here += answeredHere("/metrics") ? 1 : 0;
  EXPECT_LT(here, 900);
}

}  // namespace
}  // namespace heald::http
