#include "engine/shared_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace heald::engine {
namespace {

SharedList<int> upTo(int count) {
  SharedList<int> list;
  for (int i = 0; i < count; ++i) list.push_back(i);
  return list;
}

TEST(SharedList, ReadsAsAVectorDoes) {
  const SharedList<int> list = upTo(1000);
  EXPECT_EQ(list.size(), 1000u);
  EXPECT_EQ(list.front(), 0);
  EXPECT_EQ(list.back(), 999);
  EXPECT_EQ(std::accumulate(list.begin(), list.end(), 0), 999 * 1000 / 2);
  EXPECT_EQ(std::lower_bound(list.begin(), list.end(), 700) - list.begin(), 700);
  EXPECT_TRUE(SharedList<int>{}.empty());
  EXPECT_EQ((SharedList<std::string>{"a", "b"})[1], "b");
}

TEST(SharedList, AChangeIsSeenByNoCopy) {
  SharedList<int> list = upTo(100);
  const SharedList<int> copy = list;
  list.replace(40, -1);
  list[41] = -2;
  list.push_back(7);
  EXPECT_EQ(copy[40], 40);
  EXPECT_EQ(copy[41], 41);
  EXPECT_EQ(copy.size(), 100u);
  EXPECT_EQ(list[40], -1);
  EXPECT_EQ(list[41], -2);
  EXPECT_EQ(list[42], 42);
  EXPECT_EQ(list.back(), 7);
  EXPECT_FALSE(list == copy);
}

TEST(SharedList, WhatDidNotChangeIsTheSameObjectInAllCopies) {
  SharedList<int> list = upTo(10'000);
  const SharedList<int> copy = list;
  EXPECT_EQ(list.sharedWith(copy), 10'000u);
  list.replace(5000, -1);
  EXPECT_EQ(list.sharedWith(copy), 9'999u);
}

TEST(SharedList, GrowsAndShrinksOverTheEdgesOfItsChunks) {
  SharedList<int> list;
  for (const std::size_t size : {1u, 31u, 32u, 33u, 64u, 65u, 32u, 31u, 0u, 40u}) {
    list.resize(size);
    EXPECT_EQ(list.size(), size);
    EXPECT_EQ(static_cast<std::size_t>(std::distance(list.begin(), list.end())), size);
  }
  list.clear();
  EXPECT_TRUE(list.empty());
}

TEST(SharedListDeathTest, AnItemThatIsNotThereIsABrokenInvariant) {
  const SharedList<int> list = upTo(32);
  EXPECT_DEATH(list[32], "named by an index below its size");
}

}  // namespace
}  // namespace heald::engine
