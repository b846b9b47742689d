#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ctl/explanation_text.h"
#include "ctl/status_text.h"
#include "fixture.h"
#include "http/explanation_json.h"
#include "http/status_json.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

ordered_json statusOf(const engine::Snapshot& snapshot) {
  return http::statusJson(snapshot, http::testNow(), "1.2.3");
}

// Against tests/golden/NAME. With HEALD_UPDATE_GOLDEN set, it is written instead.
void expectGolden(const std::string& name, const std::string& text) {
  const std::string path = HEALD_SOURCE_DIR "/tests/golden/" + name;
  if (std::getenv("HEALD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::stringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, expected.str()) << path;
}

TEST(StatusText, OfAQuietHeald) {
  expectGolden("ctl_status_healthy.txt", statusText(statusOf(http::sampleSnapshot()), false));
}

TEST(StatusText, OfOneInTrouble) {
  expectGolden("ctl_status_dormant.txt", statusText(statusOf(http::troubledSnapshot()), false));
}

TEST(StatusText, InColours) {
  expectGolden("ctl_status_colours.txt", statusText(statusOf(http::troubledSnapshot()), true));
}

TEST(StatusText, OfFlags) {
  engine::Snapshot snapshot = http::sampleSnapshot();
  snapshot.features.setConfiguration(core::Feature::kAutoDetection, false);
  ASSERT_TRUE(
      snapshot.features.setOverride(core::Feature::kAutoHealing, false, http::testNow().wall));
  expectGolden("ctl_flags.txt", flagsText({{"flags", statusOf(snapshot)["flags"]}}, false));
}

TEST(ExplanationText, OfEveryMood) {
  engine::Snapshot snapshot = http::troubledSnapshot();
  snapshot.remedies[0].unhealthy_parent = "disk";
  std::string text;
  for (const engine::GovernorView& governor : snapshot.governors) {
    text += explanationText(http::explanationJson(snapshot, governor, http::testNow()), false);
    text += "--\n";
  }
  snapshot.observe = true;
  text += explanationText(http::explanationJson(snapshot, snapshot.governors[1], http::testNow()),
                          true);
  expectGolden("ctl_explain.txt", text);
}

TEST(StatusText, HasNoBlanksAtTheEndsOfLines) {
  EXPECT_THAT(statusText(statusOf(http::troubledSnapshot()), false), Not(HasSubstr(" \n")));
}

TEST(StatusText, LetsNoMessageDriveTheTerminal) {
  engine::Snapshot snapshot = http::troubledSnapshot();
  snapshot.checks[0].message = "\x1b[2J\r\n\x07\u009b2J" + std::string(5000, 'x');
  const std::string text = statusText(statusOf(snapshot), false);
  for (const char* control : {"\x1b", "\r", "\x07", "\u009b"}) {
    EXPECT_THAT(text, Not(HasSubstr(control)));
  }
  EXPECT_THAT(text, HasSubstr("x…\n"));
}

TEST(StatusText, SurvivesAnswersOfAnotherShape) {
  for (const char* answer :
       {"null", "[]", "1", "{}", R"({"selfHealing": 1, "checks": {}})",
        R"({"checks": [1, null, {"name": 3, "interval": "x"}]})",
        R"({"circuitBreakers": [{"lastFailureAgo": 1e300}], "time": "x"})",
        R"({"time": "9999-99-99T99:99:99.999Z", "checks": [{}]})",
        R"({"checks": [{"interval": 9223372036854775807}]})",
        R"({"checks": [{"interval": 18446744073709551615}]})",
        R"({"backgroundTasks": {"tasks": [{"uptime": 9223372036854775807}]}})"}) {
    EXPECT_NE(statusText(ordered_json::parse(answer), true), "") << answer;
    flagsText(ordered_json::parse(answer), true);
  }
}

class StatusCommand : public CtlTest {};

TEST_F(StatusCommand, SaysHowItIs) {
  const Said said = ctl({"status"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, testing::StartsWith("heald 1.2.3 is healthy: everything is quiet.\n"));
  EXPECT_EQ(said.err, "");
}

TEST_F(StatusCommand, ColoursOnlyATerminalAndNotAgainstNoColor) {
  EXPECT_THAT(ctl({"status"}).out, Not(HasSubstr("\x1b[")));
  terminal_ = true;
  EXPECT_THAT(ctl({"status"}).out, HasSubstr("\x1b[32mhealthy"));
  environment_["NO_COLOR"] = "1";
  EXPECT_THAT(ctl({"status"}).out, Not(HasSubstr("\x1b[")));
}

TEST_F(StatusCommand, PrintsTheAnswerAsItCame) {
  terminal_ = true;
  const Said said = ctl({"status", "--json"});
  EXPECT_EQ(ordered_json::parse(said.out), statusOf(http::sampleSnapshot()));
}

TEST_F(StatusCommand, AnswersScriptsByExitCode) {
  EXPECT_EQ(ctl({"status", "--check"}).code, 0);
  engine::Snapshot snapshot = http::sampleSnapshot();
  snapshot.checks = {http::check("api", engine::Health::kUnknown, "")};
  snapshot.storm_brake = true;
  engine_->show(snapshot);
  EXPECT_EQ(ctl({"status", "--check"}).code, 10);
  engine_->show(http::troubledSnapshot());
  EXPECT_EQ(ctl({"status", "--check"}).code, 11);
  EXPECT_EQ(ctl({"status"}).code, 0);
  snapshot.features.setEnvironment(core::Feature::kAutoHealing, false);
  engine_->show(snapshot);
  EXPECT_EQ(ctl({"status", "--check", "--json"}).code, 12);
}

}  // namespace
}  // namespace heald::ctl
