// approval: required, of remedies, steps and governors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_kinds.h"

namespace heald::config {
namespace {

using testing::HasSubstr;

const std::string kCheck = "checks: [{name: a, tcp: {address: 'h:1'}}]\n";
const std::string kAction = "exec: {command: [/bin/true]}";

std::vector<bool> approvalOf(const std::string& yaml) {
  return validConfig(kCheck + yaml).setup.remedies.at(0).approval;
}

TEST(Approval, IsNotNeededUnlessTheConfigurationSaysSo) {
  EXPECT_TRUE(approvalOf("remedies: [{name: fix, when: {check: a}, " + kAction + "}]\n").empty());
}

TEST(Approval, OfARemedyIsOfEachOfItsSteps) {
  EXPECT_EQ(approvalOf("remedies: [{name: fix, when: {check: a}, approval: required, " + kAction +
                       "}]\n"),
            (std::vector<bool>{true}));
  EXPECT_EQ(approvalOf("remedies: [{name: fix, when: {check: a}, approval: required, steps: [{" +
                       kAction + ", approval: none}, {after_failures: 1, " + kAction + "}]}]\n"),
            (std::vector<bool>{false, true}));
}

TEST(Approval, OfAStepIsOfThatOneAlone) {
  EXPECT_EQ(approvalOf("remedies: [{name: fix, when: {check: a}, steps: [{" + kAction +
                       "}, {after_failures: 1, approval: required, " + kAction + "}]}]\n"),
            (std::vector<bool>{false, true}));
}

TEST(Approval, OfAGovernorIsOfEverythingUnderIt) {
  const Config config =
      validConfig(kCheck +
                  "governors: {shared: {approval: required}, reboots: {approval: required}}\n"
                  "remedies: [{name: fix, when: {check: a}, governor: shared, steps: [{" +
                  kAction + ", approval: none}, {after_failures: 1, " + kAction + "}]}]\n");
  EXPECT_EQ(config.setup.remedies.at(0).approval, (std::vector<bool>{true, true}));
  for (const engine::GovernorSpec& spec : config.setup.governors) {
    EXPECT_EQ(spec.approval, spec.name != "self-healing-main") << spec.name;
  }
}

TEST(Approval, IsOneOfTwoWords) {
  EXPECT_THAT(problemsOf(kCheck + "remedies: [{name: fix, when: {check: a}, approval: requierd, " +
                         kAction + "}]\n"),
              HasSubstr("required"));
  EXPECT_THAT(problemsOf("governors: {g: {approval: true}}\n"), HasSubstr("approval"));
}

}  // namespace
}  // namespace heald::config
