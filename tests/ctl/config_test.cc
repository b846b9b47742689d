#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;

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
