#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

// Without a daemon.
class ConfigCommands : public CtlTest {
 protected:
  static void SetUpTestSuite() {}
  static void TearDownTestSuite() {}
  void SetUp() override {}
};

TEST_F(ConfigCommands, CountsWhatAGoodFileDefines) {
  const std::string file = files_.write("heald.yml", R"(
checks:
  - name: gateway
    http: {url: http://127.0.0.1:8080/healthz}
remedies:
  - name: restart-gateway
    when: {check: gateway}
    exec: {command: [/bin/true]}
)");
  const Said said = ctl({"check-config", file});
  EXPECT_EQ(said.code, 0) << said.err;
  // Its own, and self-healing-main.
  EXPECT_EQ(said.out, file + ": ok: 1 check, 1 remedy, 2 governors\n");
}

TEST_F(ConfigCommands, LetsNoFileDriveTheTerminal) {
  const std::string hostile = "a\u009b2J\u202eb";
  const std::string config =
      files_.write("bad.yml", "checks:\n  - name: \"" + hostile + "\"\n\"" + hostile + "\": 1\n");
  const Said checked = ctl({"check-config", config});
  EXPECT_EQ(checked.code, 6);
  EXPECT_THAT(checked.err, HasSubstr("a\\u009b2J"));
  EXPECT_THAT(checked.err, Not(HasSubstr("\u009b")));
  EXPECT_THAT(checked.err, Not(HasSubstr("\u202e")));
  const std::string good = files_.write("good.yml", R"(
checks:
  - {name: web, interval: 10s, tcp: {address: "127.0.0.1:1"}}
)");
  const std::string scenario = files_.write("s.yml", "title: \"" + hostile + R"("
run_for: 1m
checks:
  web:
    - {at: 10s, status: critical, message: ")" + hostile +
                                                         "\"}\n");
  const Said played = ctl({"simulate", good, scenario});
  for (const std::string& text : {checked.out + checked.err, played.out + played.err}) {
    EXPECT_THAT(text, Not(HasSubstr("\u009b")));
    EXPECT_THAT(text, Not(HasSubstr("\u202e")));
  }
  EXPECT_THAT(played.out + played.err, HasSubstr("\\u009b2J\\u202e"));
}

TEST_F(ConfigCommands, PrintsEveryProblemWithItsPlace) {
  const std::string file =
      files_.write("heald.yml", "checks:\n  - name: a b\n    interval: 5 parsecs\nnonsense: 1\n");
  const Said said = ctl({"check-config", file});
  EXPECT_EQ(said.code, 6);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, HasSubstr(file + ":3:5: checks[0].interval: \"5 parsecs\""));
  EXPECT_THAT(said.err, HasSubstr(file + ":4:1: nonsense"));
}

TEST_F(ConfigCommands, SaysThatThereIsNoFile) {
  const Said said = ctl({"check-config", files_.file("none.yml")});
  EXPECT_EQ(said.code, 6);
  EXPECT_THAT(said.err, HasSubstr("none.yml"));
}

TEST_F(ConfigCommands, PrintsTheSchema) {
  const Said said = ctl({"config", "schema"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(nlohmann::json::parse(said.out)["type"], "object");
  EXPECT_EQ(ctl({"config"}).code, 2);
}

}  // namespace
}  // namespace heald::ctl
