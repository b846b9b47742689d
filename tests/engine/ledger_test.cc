#include "engine/ledger.h"

#include <gtest/gtest.h>

#include <string>

namespace heald::engine {
namespace {

using Numbers = Ledger<std::string, int>;

Numbers::Rows rows(std::initializer_list<std::pair<std::string, std::optional<int>>> list) {
  return {list.begin(), list.end()};
}

TEST(Ledger, AProposalIsSeenAtOnceAndKeptOnce) {
  Numbers ledger;
  ledger.load("a", 1);
  ledger.propose("a", 2);
  ledger.propose("b", 7);
  EXPECT_EQ(*ledger.find("a"), 2);
  EXPECT_TRUE(ledger.proposed("b"));
  EXPECT_EQ(ledger.unwritten(), rows({{"a", 2}, {"b", 7}}));
  const auto kept = ledger.keep();
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].key, "a");
  EXPECT_EQ(kept[0].before, 1);
  EXPECT_EQ(kept[1].before, std::nullopt);
  EXPECT_FALSE(ledger.proposed());
  EXPECT_TRUE(ledger.unwritten().empty());
  EXPECT_TRUE(ledger.keep().empty());
}

TEST(Ledger, AnUndoTakesBackEveryProposalTheLastFirst) {
  Numbers ledger;
  ledger.load("a", 1);
  ledger.propose("a", 2);
  ledger.propose("a", 3);
  ledger.propose("a", std::nullopt);
  ledger.propose("b", 7);
  EXPECT_EQ(ledger.undo().size(), 4u);
  EXPECT_EQ(*ledger.find("a"), 1);
  EXPECT_FALSE(ledger.contains("b"));
  EXPECT_TRUE(ledger.unwritten().empty());
}

TEST(Ledger, WhatWasSeenStaysUntilItIsWrittenWhateverBecomesOfProposals) {
  Numbers ledger;
  ledger.load("a", 1);
  ledger.propose("a", 2);
  ledger.see("a", std::nullopt);
  EXPECT_FALSE(ledger.proposed());
  ledger.propose("b", 7);
  ledger.undo();
  EXPECT_FALSE(ledger.contains("a"));
  EXPECT_EQ(ledger.unwritten(), rows({{"a", std::nullopt}}));
  ledger.keep();
  EXPECT_TRUE(ledger.unwritten().empty());
}

TEST(Ledger, WhatStandsWithoutACommitIsWrittenByNobody) {
  Numbers ledger;
  ledger.propose("a", 1);
  EXPECT_EQ(ledger.stand().size(), 1u);
  EXPECT_FALSE(ledger.proposed());
  EXPECT_TRUE(ledger.unwritten().empty());
  EXPECT_EQ(*ledger.find("a"), 1);
}

TEST(Ledger, WhatIsDerivedFollowsEveryChangeAndItsUndo) {
  int sum = 0;
  Numbers ledger([&](const std::string&, const int* before, const int* after) {
    sum += (after == nullptr ? 0 : *after) - (before == nullptr ? 0 : *before);
  });
  ledger.load({{"a", 1}, {"b", 2}});
  EXPECT_EQ(sum, 3);
  ledger.propose("a", 10);
  ledger.propose("b", std::nullopt);
  EXPECT_EQ(sum, 10);
  ledger.undo();
  EXPECT_EQ(sum, 3);
  ledger.see("b", 5);
  EXPECT_EQ(sum, 6);
  ledger.load({{"c", 4}});
  EXPECT_EQ(sum, 4);
}

}  // namespace
}  // namespace heald::engine
