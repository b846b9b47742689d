#include "outbox/digest.h"

#include "support.h"

namespace heald::outbox {
namespace {

using testing::HasSubstr;

std::string textOf(const Message& message) {
  std::string text = titleOf(message) + "\n";
  for (const Paragraph& part : paragraphsOf(message)) text += part.label + " " + part.text + "\n";
  return text;
}

TEST(Digesting, FourHundredGovernorsAreOneMessageThatNamesTwenty) {
  std::vector<engine::HistoryEntry> entries;
  for (int i = 0; i < 400; ++i) entries.push_back(dormant("gov-" + std::to_string(i), i * 0.001));
  const Message message = messageOf(entries);
  EXPECT_EQ(titleOf(message), "Critical: 400 × HealdDormant");
  const std::string text = textOf(message);
  EXPECT_THAT(text, HasSubstr("Affected (400): gov-0, gov-1,"));
  EXPECT_THAT(text, HasSubstr("gov-19 … and 380 others"));
  EXPECT_THAT(text, testing::Not(HasSubstr("gov-20,")));
  EXPECT_THAT(text, HasSubstr("For example: gov-0 on web-1 has tried"));
}

TEST(Digesting, TheBreakerOfADormantGovernorIsNotToldAsWell) {
  const Message message = messageOf(
      {breaker("main", "PERMANENT_OPEN", "OPEN", 0), dormant("main", 0), dormant("other", 0)});
  EXPECT_EQ(message.items.size(), 2u);
  EXPECT_EQ(messageOf({breaker("main", "PERMANENT_OPEN", "OPEN", 0)}).items.size(), 1u);
}

TEST(Digesting, WhatBeganAndEndedBeforeAMessageIsToldAsOver) {
  const Message message = messageOf({dormant("main", 0), active("main", 90)});
  EXPECT_EQ(titleOf(message), "Resolved: Healing has stopped: main is dormant");
  EXPECT_THAT(textOf(message), HasSubstr("It is over. It lasted from 2026-11-23 20:47:00 UTC to "
                                         "2026-11-23 20:48:30 UTC (1m 30s)."));
}

TEST(Digesting, WhatFlapsIsCounted) {
  std::vector<engine::HistoryEntry> entries;
  for (int i = 0; i < 5; ++i) {
    entries.push_back(store("unavailable", 2 * i));
    entries.push_back(store("available", 2 * i + 1));
  }
  entries.push_back(store("unavailable", 20));
  const Message message = messageOf(entries);
  ASSERT_EQ(message.items.size(), 1u);
  EXPECT_EQ(message.items.front().times, 6u);
  EXPECT_THAT(textOf(message), HasSubstr("6 times since the last message"));
}

TEST(Digesting, SeveralKindsOfProblemsHaveTheWorstFirst) {
  const Message message = messageOf({dormant("by-hand", 0, "manual"), store("unavailable", 1),
                                     dormant("main", 2), active("gone", 3)});
  EXPECT_EQ(titleOf(message), "Critical: 3 problems on web-1");
  EXPECT_EQ(message.items.back().notice.governor, "gone");
  EXPECT_EQ(message.items[2].notice.governor, "by-hand");
  EXPECT_THAT(textOf(message), HasSubstr("It is over."));
}

TEST(Digesting, BeyondAThousandProblemsNoticesAreCounted) {
  Digest digest;
  Interpreter interpreter("web-1");
  for (int i = 0; i < 1'005; ++i) digest.add(*interpreter.read(dormant(std::to_string(i), i)));
  Message message;
  digest.fill(message);
  EXPECT_EQ(message.items.size(), Digest::kMostItems);
  EXPECT_THAT(textOf(message), HasSubstr("5 other notices"));
}

TEST(Digesting, WhatComesAfterAFailedMessageIsAddedAsIfItHadBeenThere) {
  Interpreter interpreter("web-1");
  Digest all;
  Digest first;
  Digest later;
  const std::vector<engine::HistoryEntry> entries = {dormant("a", 0), dormant("b", 1),
                                                     active("a", 2), dormant("c", 3)};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Notice notice = *interpreter.read(entries[i]);
    all.add(notice);
    (i < 2 ? first : later).add(notice);
  }
  first.add(later);
  Message expected;
  Message merged;
  all.fill(expected);
  first.fill(merged);
  EXPECT_EQ(textOf(merged), textOf(expected));
}

}  // namespace
}  // namespace heald::outbox
