#include "engine/check_dependencies.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using Indices = std::vector<int>;

TEST(CheckDependencies, ParentsAreDirectOrNotAndEachOnce) {
  // 3 depends on 1 and 2, and both of them on 0.
  const CheckDependencies all({{}, {0}, {0}, {1, 2}});
  EXPECT_EQ(all.parents(3), (Indices{1, 0, 2}));
  EXPECT_EQ(all.parents(0), Indices{});
  EXPECT_EQ(all.dependents(0), (Indices{1, 2, 3}));
  EXPECT_EQ(all.dependents(2), Indices{3});
}

TEST(CheckDependencies, ACircleEnds) {
  const CheckDependencies all({{1}, {0}});
  EXPECT_EQ(all.parents(0), (Indices{1, 0}));
}

}  // namespace
}  // namespace heald::engine
