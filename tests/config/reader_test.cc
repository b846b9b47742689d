#include "config/reader.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "fake_kinds.h"

namespace heald::config {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::vector<Problem> read(const std::string& text, const std::function<void(Fields&)>& fields,
                          const Lookup& environment = nullptr) {
  return readFields(text, "f", environment, fields);
}

std::string readText(const std::string& text, const Lookup& environment = nullptr) {
  std::string value = "absent";
  const auto problems = read(
      text, [&](Fields& f) { f.text("a", value, {.empty_allowed = true}, ""); }, environment);
  return problems.empty() ? value : toString(problems[0]);
}

TEST(Reader, LeavesVariablesOfAbsentKeysAlone) {
  std::string text = "as it was";
  int number = 7;
  std::vector<std::string> list = {"kept"};
  const auto problems = read("b: 1", [&](Fields& f) {
    f.text("a", text, {}, "");
    f.integer("b", number, {}, "");
    f.texts("c", list, {}, "");
  });
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(text, "as it was");
  EXPECT_EQ(number, 1);
  EXPECT_EQ(list, std::vector<std::string>{"kept"});
}

TEST(Reader, TakesTextsAsTheyStand) {
  EXPECT_EQ(readText("a: 0755"), "0755");
  EXPECT_EQ(readText("a: yes"), "yes");
  EXPECT_EQ(readText("a: 'null'"), "null");
  EXPECT_EQ(readText("a: \"x\\ty\""), "x\ty");
  EXPECT_EQ(readText("a: |\n  one\n  two\n"), "one\ntwo\n");
  EXPECT_EQ(readText("a: ''"), "");
  EXPECT_EQ(readText("a: grün\r\n"), "grün");
}

TEST(Reader, NeverParsesWhatTheEnvironmentPutsIn) {
  const auto hostile = environmentOf({{"X", "1\nb: 2"}, {"R", "${X}"}, {"N", "null"}});
  EXPECT_EQ(readText("a: ${X}", hostile), "1\nb: 2");
  EXPECT_EQ(readText("a: ${R}", hostile), "${X}");
  EXPECT_EQ(readText("a: ${N}", hostile), "null");
}

TEST(Reader, RefusesAnEnvironmentThatIsNotUtf8) {
  EXPECT_EQ(readText("a: ${X}", environmentOf({{"X", "\xff"}})),
            "f:1:1: a: \"${X}\" (from the environment) is not UTF-8 (check the environment)");
}

TEST(Reader, ReadsNumbersAndBooleansFromTheEnvironmentEvenInQuotes) {
  int number = 0;
  bool flag = false;
  const auto problems = read(
      "{n: '${N}', b: \"${B:-true}\"}",
      [&](Fields& f) {
        f.integer("n", number, {}, "");
        f.boolean("b", flag, "");
      },
      environmentOf({{"N", "12"}}));
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(number, 12);
  EXPECT_TRUE(flag);
}

TEST(Reader, KeepsMapsInFileOrder) {
  Pairs map;
  const auto problems = read("m: {z: 1, a: ''}", [&](Fields& f) { f.textMap("m", map, ""); });
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(map, (Pairs{{"z", "1"}, {"a", ""}}));
}

TEST(Reader, CallsSectionsOnceAnElementAndNamedOnesWithTheirNames) {
  std::vector<std::string> seen;
  const auto problems = read("l: [{}, {}]\nm: {x: {}, y: {}}", [&](Fields& f) {
    f.sections("l", {}, "", [&](Fields&) { seen.emplace_back("item"); });
    f.namedSections("m", "", [&](const std::string& name, Fields&) { seen.push_back(name); });
  });
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(seen, (std::vector<std::string>{"item", "item", "x", "y"}));
}

TEST(Reader, ReportsWhatTheCallerFinds) {
  Fields::Report late;
  const auto problems = read("s:\n  a: 1\n", [&](Fields& f) {
    f.section("s", false, "", [&](Fields& s) {
      int a = 0;
      s.integer("a", a, {}, "");
      s.fail("a", "is wrong (be right)");
      s.fail("", "is incomplete");
      s.fail("absent", "is missed");
      late = s.later("a");
    });
    late("is late");
  });
  ASSERT_EQ(problems.size(), 4U);
  EXPECT_EQ(toString(problems[0]), "f:1:1: s: is incomplete");
  EXPECT_EQ(toString(problems[1]), "f:1:1: s.absent: is missed");
  EXPECT_EQ(toString(problems[2]), "f:2:3: s.a: is wrong (be right)");
  EXPECT_EQ(toString(problems[3]), "f:2:3: s.a: is late");
}

TEST(Reader, ReadsWhatAnAliasStandsFor) {
  EXPECT_EQ(readText("b: &x word\na: *x"), "f:1:1: b: unknown key (known: a)");
  std::vector<std::string> list;
  const auto problems = read("l: [&x word, *x]", [&](Fields& f) { f.texts("l", list, {}, ""); });
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(list, (std::vector<std::string>{"word", "word"}));
}

TEST(Reader, CountsTheTextOfAliasesToo) {
  std::string text = "b: &x " + std::string(1 << 20, 'x') + "\na: [";
  for (int i = 0; i < 20; ++i) text += "*x, ";
  const auto problems = read(text + "]", [](Fields&) {});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].message.starts_with("the file grows too large here"))
      << toString(problems[0]);
}

TEST(Reader, KeepsHostileKeysOutOfItsMessages) {
  const auto problems = read("\"a\\nb" + std::string(200, 'k') + "\": 1", [](Fields&) {});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(toString(problems[0]),
            "f:1:1: a\\nb" + std::string(61, 'k') + "…: unknown key (there is none)");
}

TEST(Reader, SurvivesEveryTruncationAndEveryWrongByteOfTheSample) {
  const std::string sample = contentOf(HEALD_SOURCE_DIR "/config/examples/shared-key.yml");
  for (std::size_t i = 0; i < sample.size(); ++i) {
    problemsOf(sample.substr(0, i));
    for (const char byte :
         {'\0', '\t', '\n', '"', '{', ']', '*', '&', ':', '-', '\xff', '!', '|'}) {
      std::string broken = sample;
      broken[i] = byte;
      for (const Problem& problem : readConfig(broken, "f", fakeKinds(), nullptr).problems) {
        EXPECT_FALSE(problem.message.empty());
        EXPECT_EQ(toString(problem).find_first_of("\n\t"), std::string::npos) << toString(problem);
      }
    }
  }
}

}  // namespace
}  // namespace heald::config
