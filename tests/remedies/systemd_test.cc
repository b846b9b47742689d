#include "remedies/systemd.h"

#include "io/systemd.h"
#include "remedies/remedy_fixture.h"

namespace heald::remedies {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct SystemdRemedy : RemedyTest {
  void SetUp() override {
    if (!io::systemdSupported()) GTEST_SKIP() << "built without libsystemd";
  }
};

TEST_F(SystemdRemedy, WithoutABusHasFailed) {
  const ActionResult result = run(systemdKind(), "{unit: nginx, bus: 'unix:path=/nowhere/bus'}");
  EXPECT_EQ(result.outcome, ActionOutcome::kFailed);
  EXPECT_EQ(result.text, "no D-Bus at unix:path=/nowhere/bus: No such file or directory");
}

TEST_F(SystemdRemedy, HasATimeoutForAllOfIt) {
  EXPECT_EQ(read(systemdKind(), "unit: nginx")->timeout(), 1min);
  EXPECT_EQ(read(systemdKind(), "{unit: nginx, timeout: 90s}")->timeout(), 90s);
}

TEST_F(SystemdRemedy, OptionsAreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(systemdKind(), yaml).problems;
  };
  EXPECT_THAT(problems("action: restart"), ElementsAre(HasSubstr("has no \"unit\"")));
  EXPECT_THAT(problems("{unit: a, action: kill}"), ElementsAre(HasSubstr("action")));
  EXPECT_THAT(problems("{unit: a, settle: 5s, timeout: 5s}"),
              ElementsAre(HasSubstr("5s leaves no time before timeout, which is 5s")));
  EXPECT_THAT(problems("{unit: '/etc/passwd'}"), ElementsAre(HasSubstr("is not the name of a")));
  EXPECT_THAT(problems("{unit: a, bus: 'tcp:host=b'}"), ElementsAre(HasSubstr("bus")));
}

}  // namespace
}  // namespace heald::remedies
