#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "e2e/stories.h"

// A configuration that changes under a running heald.
namespace heald::test {
namespace {

using testing::HasSubstr;

class ReloadStory : public testing::Test {
 protected:
  ReloadStory() : daemon_({.config = both()}) { daemon_.start(); }

  // A thousand times faster than the defaults, with the same ten attempts.
  static constexpr const char* kFast = R"(
governor_defaults:
  backoff: {base: 5ms, max: 600ms}
  breaker: {open_for: 60ms}
)";
  static std::string remedy(const std::string& name) {
    return "\n  - name: fix-" + name + "\n    when: {check: " + name +
           "}\n    exec: {command: [/bin/false]}\n    verify: {after: 0}";
  }
  static std::string check(const std::string& name) {
    return "\n  - name: " + name +
           "\n    exec: {command: [/bin/false], nonzero_is_critical: true}\n    interval: 50ms";
  }
  static std::string both() {
    return kFast + std::string("checks:") + check("one") + check("two") +
           "\nremedies:" + remedy("one") + remedy("two") + "\n";
  }
  static std::string onlyOne() {
    return kFast + std::string("checks:") + check("one") + "\nremedies:" + remedy("one") + "\n";
  }
  double reloads() const { return daemon_.metric("heald_config_reloads_total").value_or(-1); }
  void hangUpAndAwait(double count) {
    daemon_.signal(SIGHUP);
    daemon_.await("the reload", [&] { return reloads() == count; });
  }

  TestDaemon daemon_;
};

TEST_F(ReloadStory, AGoodFileKeepsStatesByNameAndRemovesWhatIsGoneWithItsSeries) {
  daemon_.await("three failures",
                [&] { return daemon_.remedy("fix-one").at("failures").get<int>() >= 3; });
  daemon_.configure(onlyOne());
  hangUpAndAwait(1);
  EXPECT_EQ(daemon_.metric("heald_config_last_reload_successful"), 1);
  EXPECT_THAT(daemon_.metrics(), testing::Not(HasSubstr("\"two\"")));
  EXPECT_THAT(daemon_.metrics(), testing::Not(HasSubstr("fix-two")));
  EXPECT_EQ(daemon_.get("/api/governors/fix-two").status, 404);
  EXPECT_GE(daemon_.remedy("fix-one").at("failures").get<int>(), 3);
  daemon_.await("dormancy",
                [&] { return daemon_.governor("fix-one").at("isDormant").get<bool>(); });
  EXPECT_EQ(daemon_.remedy("fix-one").at("attempts"), 10);

  daemon_.configure(both());
  EXPECT_EQ(daemon_.post("/-/reload", "").status, 200);
  awaitCheckRuns(daemon_, "one", 3);
  EXPECT_TRUE(daemon_.governor("fix-one").at("isDormant").get<bool>());
  EXPECT_EQ(daemon_.remedy("fix-one").at("attempts"), 10);
  daemon_.await("the other one",
                [&] { return daemon_.governor("fix-two").at("isDormant").get<bool>(); });
  EXPECT_EQ(daemon_.remedy("fix-two").at("attempts"), 10);
}

TEST_F(ReloadStory, ABadFileChangesNothingAndSaysEverything) {
  daemon_.configure("checks:\n  - nam: one\n    interval: 5 parsecs\n");
  hangUpAndAwait(1);
  EXPECT_EQ(daemon_.metric("heald_config_last_reload_successful"), 0);
  EXPECT_EQ(daemon_.metric("heald_config_reload_failures_total"), 1);
  daemon_.await("a line of the log", [&] { return daemon_.logHas("nothing has changed"); });
  const RawResponse answer = daemon_.post("/-/reload", "");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("did you mean"));
  EXPECT_THAT(answer.body, HasSubstr("parsecs"));
  awaitCheckRuns(daemon_, "two", 3);
  daemon_.configure(both());
  hangUpAndAwait(3);
  EXPECT_EQ(daemon_.metric("heald_config_last_reload_successful"), 1);
}

TEST_F(ReloadStory, WhatCannotChangeWhileHealdRunsIsRefusedWhole) {
  daemon_.configure("store: {path: @DIR@/other.db}\n" + onlyOne());
  const RawResponse answer = daemon_.post("/-/reload", "");
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.body, HasSubstr("store.path"));
  EXPECT_EQ(daemon_.get("/api/checks/two").status, 200);
}

TEST_F(ReloadStory, AHundredReloadsUnderLoadLoseNoAttemptAndAddNone) {
  for (int i = 0; i < 100; ++i) {
    daemon_.configure(i % 2 == 0 ? onlyOne() : both());
    ASSERT_EQ(daemon_.post("/-/reload", "").status, 200);
  }
  daemon_.await("dormancy", [&] {
    return daemon_.governor("fix-one").at("isDormant").get<bool>() &&
           daemon_.governor("fix-two").at("isDormant").get<bool>();
  });
  EXPECT_EQ(daemon_.remedy("fix-one").at("attempts"), 10);
  EXPECT_EQ(daemon_.remedy("fix-two").at("attempts"), 10);
}

// A mounted volume as the kubelet fills it: heald.yml -> ..data/heald.yml, ..data -> a folder.
class MountedFile : public ReloadStory {
 protected:
  MountedFile() {
    daemon_.stop();
    publish(both());
    daemon_.launch().flags = {"--config.file=@DIR@/mounted/heald.yml", "--config.watch"};
    daemon_.start();
  }
  // Renames the link, which is one step for whoever looks.
  void publish(const std::string& config) {
    const std::filesystem::path mounted = daemon_.file("mounted");
    const std::string version = "..version-" + std::to_string(++version_);
    std::filesystem::create_directories(mounted / version);
    daemon_.configure(config);
    std::filesystem::copy(daemon_.file("heald.yml"), mounted / version / "heald.yml");
    std::filesystem::create_directory_symlink(version, mounted / "..tmp");
    std::filesystem::rename(mounted / "..tmp", mounted / "..data");
    if (version_ == 1) std::filesystem::create_symlink("..data/heald.yml", mounted / "heald.yml");
  }
  void awaitReloads(double count) {
    daemon_.await("the reload", [&] { return reloads() == count; });
  }
  int version_ = 0;
};

TEST_F(MountedFile, ThatChangesIsReadByItself) {
  publish(onlyOne());
  awaitReloads(1);
  EXPECT_EQ(daemon_.metric("heald_config_last_reload_successful"), 1);
  EXPECT_EQ(daemon_.get("/api/checks/two").status, 404);
  EXPECT_TRUE(daemon_.logHas("--config.watch"));
}

TEST_F(MountedFile, WithMistakesKeepsTheOldOneAndSaysSoOnceUntilItIsMended) {
  publish("checks:\n  - nam: one\n");
  awaitReloads(1);
  EXPECT_EQ(daemon_.metric("heald_config_last_reload_successful"), 0);
  EXPECT_TRUE(daemon_.logHas("did you mean"));
  EXPECT_EQ(daemon_.get("/api/checks/two").status, 200);
  publish("checks:\n  - nam: one\n");  // the same again is no news
  publish(both());
  awaitReloads(2);
  EXPECT_EQ(daemon_.metric("heald_config_last_reload_successful"), 1);
}

TEST_F(MountedFile, ASignalForTheSameChangeIsNoSecondReload) {
  publish(onlyOne());
  hangUpAndAwait(1);
  publish(both());
  awaitReloads(2);
  EXPECT_EQ(daemon_.get("/api/checks/two").status, 200);
}

}  // namespace
}  // namespace heald::test
