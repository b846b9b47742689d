#include "engine/label_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

AlertPolicy declaring(const std::string& label) {
  AlertPolicy policy;
  policy.matchers = {{"alertname", "Down"}};
  policy.arguments.emplace_back(label, core::LabelPattern("[a-z0-9]+"));
  return policy;
}

TEST(LabelVariables, HaveTheLabelsNameAndTheSameInCapitals) {
  const auto got = labelVariables({{"instance", "db1"}, {"TEAM", "core"}}, {});
  EXPECT_THAT(got.variables,
              ElementsAre(Pair("HEALD_LABEL_INSTANCE", "db1"), Pair("HEALD_LABEL_TEAM", "core"),
                          Pair("HEALD_LABEL_instance", "db1")));
  EXPECT_THAT(got.refused, IsEmpty());
}

TEST(LabelVariables, AreThoseOfTheDeclaredLabelWhateverAnotherIsCalled) {
  const Labels hostile[] = {{{"INSTANCE", "evil"}, {"Instance", "evil"}, {"instance", "db1"}},
                            {{"instance", "db1"}, {"Instance", "evil"}, {"INSTANCE", "evil"}}};
  for (const Labels& labels : hostile) {
    const auto got = labelVariables(labels, declaring("instance"));
    EXPECT_THAT(got.variables, ElementsAre(Pair("HEALD_LABEL_INSTANCE", "db1"),
                                           Pair("HEALD_LABEL_instance", "db1")));
    EXPECT_THAT(got.refused, testing::UnorderedElementsAre("INSTANCE", "Instance"));
  }
}

TEST(LabelVariables, AreThoseOfTheTargetAndOfAMatcherToo) {
  AlertPolicy policy;
  policy.matchers = {{"job", "node"}};
  policy.target = "host";
  const auto got =
      labelVariables({{"JOB", "evil"}, {"job", "node"}, {"HOST", "evil"}, {"host", "a"}}, policy);
  EXPECT_THAT(got.variables,
              ElementsAre(Pair("HEALD_LABEL_HOST", "a"), Pair("HEALD_LABEL_JOB", "node"),
                          Pair("HEALD_LABEL_host", "a"), Pair("HEALD_LABEL_job", "node")));
  EXPECT_THAT(got.refused, ElementsAre("HOST", "JOB"));
}

TEST(LabelVariables, AreNoneOfLabelsThatClashWhereNoneIsDeclared) {
  const auto got = labelVariables({{"team", "a"}, {"Team", "b"}, {"job", "c"}}, {});
  EXPECT_THAT(got.variables,
              ElementsAre(Pair("HEALD_LABEL_JOB", "c"), Pair("HEALD_LABEL_job", "c")));
  EXPECT_THAT(got.refused, ElementsAre("team", "Team"));
}

TEST(LabelVariables, TakeTheFirstOfTheSameNameAsItsPatternDoes) {
  const auto got = labelVariables({{"instance", "db1"}, {"instance", "evil"}}, {});
  EXPECT_THAT(got.variables, ElementsAre(Pair("HEALD_LABEL_INSTANCE", "db1"),
                                         Pair("HEALD_LABEL_instance", "db1")));
  EXPECT_THAT(got.refused, IsEmpty());
}

TEST(LabelVariables, LeaveOutWhatNoVariableCanHold) {
  const auto got = labelVariables(
      {{"", "x"}, {"a-b", "x"}, {"na\xC3\xAFve", "x"}, {"nul", std::string("a\0b", 3)}}, {});
  EXPECT_THAT(got.variables, IsEmpty());
  EXPECT_THAT(got.refused, IsEmpty());
}

TEST(LabelVariables, KnowTheDeclaredLabelsOnceEach) {
  AlertPolicy policy = declaring("instance");
  policy.target = "instance";
  EXPECT_THAT(declaredLabels(policy), ElementsAre("alertname", "instance"));
}

}  // namespace
}  // namespace heald::engine
