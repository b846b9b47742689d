#include "io/look.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "support/eventually.h"

namespace heald::io {
namespace {

using namespace std::chrono_literals;

TEST(Look, IsDoneWhenItHasEndedAndCanBeRepeated) {
  const Look look;
  for (int i = 0; i < 100; ++i) {
    auto seen = std::make_shared<int>(0);
    EXPECT_EQ(look.run(20s, {}, [seen] { *seen = 7; }), LookEnd::kDone);
    EXPECT_EQ(*seen, 7);
  }
}

TEST(Look, ThatHangsHoldsNobodyAndIsTheOnlyOne) {
  const Look look;
  auto release = std::make_shared<std::promise<void>>();
  auto looks = std::make_shared<std::atomic<int>>(0);
  const auto hang = [gate = release->get_future().share(), looks] {
    ++*looks;
    gate.wait();
  };
  EXPECT_EQ(look.run(20ms, {}, hang), LookEnd::kTimeout);
  EXPECT_EQ(look.run(20ms, {}, hang), LookEnd::kTimeout);
  EXPECT_EQ(*looks, 1) << "the second has waited for the first";
  release->set_value();
  EXPECT_EQ(look.run(20s, {}, [] {}), LookEnd::kDone);
}

TEST(Look, MayOutliveItsObject) {
  auto release = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::atomic<bool>>(false);
  {
    const Look look;
    EXPECT_EQ(look.run(1ms, {},
                       [gate = release->get_future().share(), ended] {
                         gate.wait();
                         *ended = true;
                       }),
              LookEnd::kTimeout);
  }
  release->set_value();
  EXPECT_TRUE(test::eventually([&] { return ended->load(); }));
}

TEST(Look, IsLeftAloneWhenCancelled) {
  const Look look;
  CancelSource cancel;
  auto release = std::make_shared<std::promise<void>>();
  auto started = std::make_shared<std::promise<void>>();
  auto end = std::async(std::launch::async, [&] {
    return look.run(60s, cancel.token(), [gate = release->get_future().share(), started] {
      started->set_value();
      gate.wait();
    });
  });
  started->get_future().wait();
  cancel.cancel();
  EXPECT_EQ(end.get(), LookEnd::kCancelled);
  EXPECT_EQ(look.run(60s, cancel.token(), [] {}), LookEnd::kCancelled);
  release->set_value();
}

}  // namespace
}  // namespace heald::io
