#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_kinds.h"
#include "support/temp_dir.h"

namespace heald::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

engine::GovernorSpec governor(const Config& config, const std::string& name) {
  for (const engine::GovernorSpec& spec : config.setup.governors) {
    if (spec.name == name) return spec;
  }
  ADD_FAILURE() << "no governor " << name;
  return {};
}

// What is wrong with `fleet` of a governor, without the place.
std::string wrong(const std::string& fleet) {
  return problemsOf("checks: []\ngovernors: {reboots: {fleet: " + fleet + "}}\n");
}

TEST(FleetSection, MakesAtOnceTheLimitOfTheGovernor) {
  const Config config = validConfig(
      "checks: []\n"
      "governors: {reboots: {fleet: {members: [b, a.example, c], at_once: {percent: 70}}}}\n");
  const engine::GovernorSpec spec = governor(config, "reboots");
  ASSERT_NE(spec.fleet, nullptr);
  EXPECT_THAT(spec.fleet->members, ElementsAre("a.example", "b", "c"));
  EXPECT_EQ(spec.fleet->at_once.at_least, 1);
  EXPECT_EQ(spec.policy.max_in_flight, 2);
  EXPECT_EQ(governor(config, "self-healing-main").fleet, nullptr);
}

TEST(FleetSection, NamesItsMistakes) {
  EXPECT_THAT(wrong("{}"), HasSubstr("list of members"));
  EXPECT_THAT(wrong("{members: []}"), HasSubstr("governors.reboots.fleet.members"));
  EXPECT_THAT(wrong("{members: [a, a]}"), HasSubstr("names \"a\" twice"));
  EXPECT_THAT(wrong("{members: [a b]}"), HasSubstr("\"a b\" is not a name"));
  EXPECT_THAT(wrong("{members: [" + std::string(254, 'a') + "]}"),
              HasSubstr("at most 253 characters"));
  EXPECT_THAT(wrong("{members: [a], at_once: {at_least: 3, at_most: 2}}"),
              HasSubstr("2 is below at_least, which is 3"));
  EXPECT_EQ(wrong("{members: [a], at_once: {at_least: 2, at_most: 2}}"), "");
  EXPECT_THAT(wrong("{members: [a], at_once: {percent: 101}}"), HasSubstr("percent"));
  EXPECT_THAT(wrong("{members: [a]}, max_in_flight: 2"), HasSubstr("stands beside fleet"));
  EXPECT_THAT(wrong("{members_file: fleet}"), HasSubstr("needs a configuration that is a file"));
}

TEST(FleetSection, IsForNoRemedyOfThisHeald) {
  const std::string remedy =
      "checks: [{name: a, tcp: {address: 'h:1'}}]\n"
      "remedies: [{name: fix, when: {check: a}, governor: reboots, exec: {command: "
      "[/bin/true]}}]\n";
  EXPECT_THAT(problemsOf(remedy + "governors: {reboots: {fleet: {members: [a]}}}\n"),
              HasSubstr("limits a fleet, and so permits of its members alone"));
  EXPECT_THAT(problemsOf("governors: {self-healing-main: {fleet: {members: [a]}}}\n"),
              HasSubstr("limits a fleet"));
  EXPECT_THAT(problemsOf("governor_defaults: {fleet: {members: [a]}}\n"), HasSubstr("fleet"));
}

TEST(PermitSection, HasADeadlineThatAnAttemptFitsInto) {
  const auto wrong_with = [](const std::string& verify) {
    return problemsOf(
        "checks: [{name: a, tcp: {address: 'h:1'}}]\n"
        "remedies: [{name: fix, when: {check: a}, exec: {command: [/bin/true]}, verify: {" +
        verify + "}, permit: {server: 'https://h', governor: f, token_file: /t}}]\n");
  };
  EXPECT_EQ(wrong_with("after: 1m, within: 5m"), "");
  EXPECT_THAT(wrong_with("after: 1m, within: 30m"),
              HasSubstr("deadline that is too short: verification alone may take 31m"));
}

class MembersFile : public testing::Test {
 protected:
  ReadResult read() { return readConfigFile(dir_.file("heald.yml"), fakeKinds(), nullptr); }
  std::string problem() {
    const ReadResult result = read();
    return result.ok() ? "" : toString(result.problems.front());
  }
  void SetUp() override {
    dir_.write("heald.yml",
               "checks: []\ngovernors: {reboots: {fleet: {members_file: nodes.txt}}}\n");
  }
  test::TempDir dir_;
};

TEST_F(MembersFile, HasANameALineBesideTheConfiguration) {
  dir_.write("nodes.txt", "# rack 1\nnode-2\n\n  node-1  # the old one\r\n");
  EXPECT_EQ(problem(), "");
  const ReadResult result = read();
  EXPECT_THAT(governor(result.config, "reboots").fleet->members, ElementsAre("node-1", "node-2"));
  EXPECT_THAT(result.looked_at, testing::Contains(dir_.file("nodes.txt"))) << "it is watched";
  EXPECT_EQ(result.files.back(), dir_.file("nodes.txt")) << "and has to be one that is trusted";
}

TEST_F(MembersFile, MayHaveTheEndsOfLinesOfAnotherSystem) {
  dir_.write("nodes.txt", "node-1\r\n\r\nnode-2\t\r\n");
  EXPECT_EQ(problem(), "");
  EXPECT_THAT(governor(read().config, "reboots").fleet->members, ElementsAre("node-1", "node-2"));
}

TEST_F(MembersFile, HasAsManyMembersAsAFleetMayHaveAndNoMore) {
  std::string lines;
  for (std::size_t i = 0; i < engine::kMostMembers; ++i) lines += "n" + std::to_string(i) + "\n";
  dir_.write("nodes.txt", lines);
  EXPECT_EQ(problem(), "");
  dir_.write("nodes.txt", lines + "one-more\n");
  EXPECT_THAT(problem(), HasSubstr("names 10001 members (a fleet has at most 10000)"));
}

TEST_F(MembersFile, IsPartOfWhatTellsOneConfigurationFromAnother) {
  dir_.write("nodes.txt", "node-1\n");
  const auto before = read().hash;
  EXPECT_EQ(read().hash, before);
  dir_.write("nodes.txt", "node-1\nnode-2\n");
  EXPECT_NE(read().hash, before);
}

TEST_F(MembersFile, IsAMistakeWhenItIsMissingEmptyOrOdd) {
  EXPECT_THAT(problem(), HasSubstr("fleet.members_file: \"nodes.txt\" "));
  dir_.write("nodes.txt", "# nobody\n");
  EXPECT_THAT(problem(), HasSubstr("names no member"));
  dir_.write("nodes.txt", "node 1\n");
  EXPECT_THAT(problem(), HasSubstr("\"node 1\" is not a name"));
}

TEST(PermitVerifySection, NamesACheckOfThisHeald) {
  const std::string checks = "checks: [{name: queue, tcp: {address: 'h:1'}}]\n";
  const Config config =
      validConfig(checks + "governors: {backup: {verify: {check: queue, after: 10s}}}\n");
  const auto verify = governor(config, "backup").verify;
  ASSERT_TRUE(verify);
  EXPECT_EQ(verify->check, "queue");
  EXPECT_EQ(verify->policy.after, std::chrono::seconds(10));
  EXPECT_EQ(verify->policy.within, std::chrono::seconds(60)) << "six times after";
  EXPECT_FALSE(governor(config, "self-healing-main").verify);
  const auto fault = [&](const std::string& text) {
    return problemsOf(checks + "governors: {backup: {verify: " + text + "}}\n");
  };
  EXPECT_THAT(fault("{check: queu}"),
              HasSubstr("governors.backup.verify.check: there is no check \"queu\" (did you mean "
                        "\"queue\"?)"));
  EXPECT_THAT(fault("{after: 5s}"), HasSubstr("governors.backup.verify: has no \"check\""));
  EXPECT_THAT(fault("{check: queue, after: 9s, within: 2s}"),
              HasSubstr("within is at least after"));
}

TEST(PermitVerifySection, IsForGovernorsOfRemediesAndOfFleets) {
  const std::string checks = "checks: [{name: queue, tcp: {address: 'h:1'}}]\n";
  const Config main =
      validConfig(checks + "governors: {self-healing-main: {verify: {check: queue}}}\n");
  EXPECT_TRUE(governor(main, "self-healing-main").verify);
  const Config fleet = validConfig(
      checks + "governors: {reboots: {fleet: {members: [a]}, verify: {check: queue}}}\n");
  EXPECT_TRUE(governor(fleet, "reboots").verify);
}

}  // namespace
}  // namespace heald::config
