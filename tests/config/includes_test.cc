#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "fake_kinds.h"
#include "support/temp_dir.h"

namespace heald::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Include : public testing::Test {
 protected:
  Include() { std::filesystem::create_directory(dir_.file("conf.d")); }

  static std::string check(const std::string& name) {
    return "checks: [{name: " + name + ", tcp: {address: 'h:1'}}]\n";
  }
  ReadResult read() { return readConfigFile(dir_.file("heald.yml"), fakeKinds(), nullptr); }
  // With @ for the folder.
  std::string problems() {
    std::string lines;
    for (const Problem& problem : read().problems) lines += toString(problem) + "\n";
    for (auto at = lines.find(dir_.path()); at != std::string::npos; at = lines.find(dir_.path())) {
      lines.replace(at, dir_.path().size(), "@");
    }
    return lines;
  }

  test::TempDir dir_;
};

TEST_F(Include, AddsChecksRemediesAndGovernorsInTheOrderOfTheNames) {
  dir_.write("heald.yml", "include: conf.d/*.yml\n" + check("main"));
  dir_.write("conf.d/20-b.yml", check("b") +
                                    "remedies: [{name: fix, when: {check: a}, governor: shared,"
                                    " exec: {command: [/bin/true]}}]\n");
  dir_.write("conf.d/10-a.yml", check("a") + "governors: {shared: {max_in_flight: 2}}\n");
  dir_.write("conf.d/.hidden.yml", "nonsense");
  dir_.write("conf.d/30-c.yml~", "nonsense");
  dir_.write("conf.d/40-empty.yml", "# nothing yet\n");
  EXPECT_EQ(problems(), "");
  const ReadResult result = read();
  ASSERT_EQ(result.config.setup.checks.size(), 3U);
  EXPECT_EQ(result.config.setup.checks[0].name, "main");
  EXPECT_EQ(result.config.setup.checks[1].name, "a");
  EXPECT_EQ(result.config.setup.checks[2].name, "b");
  ASSERT_EQ(result.config.setup.governors.size(), 2U);
  EXPECT_EQ(result.config.setup.governors[1].policy.max_in_flight, 2);
  ASSERT_EQ(result.files.size(), 4U);
  EXPECT_EQ(result.files[1], dir_.file("conf.d/10-a.yml"));
}

TEST_F(Include, GivesEachMistakeItsOwnFileAndItsPlaceThere) {
  dir_.write("heald.yml", "include: conf.d/*.yml\n" + check("main") + "detection: {interval: x}\n");
  dir_.write("conf.d/a.yml",
             "checks:\n  - name: main\n    tcp: {address: 'h:1'}\n    interval: y\n");
  dir_.write("conf.d/b.yml",
             "governors: {a: {max_in_flight: 0}}\ncheks: []\nweb: {}\ninclude: x.yml\n");
  dir_.write("conf.d/c.yml", "governors: {a: {}}\nchecks: []\nchecks: []\n");
  EXPECT_EQ(problems(),
            "@/conf.d/b.yml:2:1: cheks: cannot stand in an included file (did you mean "
            "\"checks\"?)\n"
            "@/conf.d/b.yml:3:1: web: cannot stand in an included file (it may have "
            "checks, governors, remedies; everything else belongs into the main file)\n"
            "@/conf.d/b.yml:4:1: include: cannot stand in an included file (it may have "
            "checks, governors, remedies; everything else belongs into the main file)\n"
            "@/conf.d/c.yml:3:1: checks: stands here twice, first in line 2 (keep one "
            "of the two)\n");
  dir_.write("conf.d/b.yml", "governors: {a: {max_in_flight: 0}}\n");
  dir_.write("conf.d/c.yml", "governors: {a: {}}\n");
  EXPECT_EQ(problems(),
            "@/heald.yml:3:13: detection.interval: \"x\" is not a duration (examples: 5s, 10m)\n"
            "@/conf.d/a.yml:2:5: checks[0].name: \"main\" is the name of the one at "
            "@/heald.yml:2:11 too (names are unique)\n"
            "@/conf.d/a.yml:4:5: checks[0].interval: \"y\" is not a duration (examples: 5s, 10m)\n"
            "@/conf.d/b.yml:1:17: governors.a.max_in_flight: \"0\" is out of range (1 to 100)\n"
            "@/conf.d/c.yml:1:13: governors.a: stands here twice, first in @/conf.d/b.yml:1:13 "
            "(keep one of the two)\n");
}

TEST_F(Include, KeepsTheErrorsOfYamlInTheirFile) {
  dir_.write("heald.yml", "include: [conf.d/a.yml]\n" + check("main"));
  dir_.write("conf.d/a.yml", "checks:\n\t- name: a\n");
  EXPECT_EQ(problems(), "@/conf.d/a.yml:2:1: a tab is used for indentation (use spaces)\n");
  dir_.write("conf.d/a.yml", "- name: a\n");
  EXPECT_EQ(problems(),
            "@/conf.d/a.yml:1:1: the file is not a mapping of keys (example: checks: [...])\n");
}

TEST_F(Include, HasDefaultsAndTemplatesOverFiles) {
  dir_.write("heald.yml", "include: conf.d/*.yml\ncheck_defaults: {interval: 7s}\n");
  dir_.write(
      "conf.d/a.yml",
      "checks:\n  - name: 'a{{n}}'\n    for_each: [{n: 1}, {n: 2}]\n    tcp: {address: h}\n");
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(read().config.setup.checks[1].interval, std::chrono::seconds(7));
  dir_.write("conf.d/b.yml", check("a2"));
  EXPECT_EQ(problems(),
            "@/conf.d/b.yml:1:11: checks[0].name: \"a2\" is the name of the one at "
            "@/conf.d/a.yml:2:5 too (names are unique)\n");
}

TEST_F(Include, OfAFileThatIsNotThereIsAMistakeAndOfNoMatchIsNone) {
  dir_.write("heald.yml", "include: conf.d/*.yml\n" + check("main"));
  EXPECT_EQ(problems(), "");
  dir_.write("heald.yml", "include: [conf.d/a.yml, cnf.d/*.yml, '', 'c*/a.yml', conf.d]\n");
  EXPECT_EQ(
      problems(),
      "@/heald.yml:1:11: include[0]: \"@/conf.d/a.yml\" cannot be read: No such file or "
      "directory (name a configuration file)\n"
      "@/heald.yml:1:25: include[1]: \"cnf.d/*.yml\" cannot be listed: No such file or "
      "directory (make the folder, or correct the pattern; example: conf.d/*.yml)\n"
      "@/heald.yml:1:38: include[2]: \"\" is empty (give it a value, or remove the key)\n"
      "@/heald.yml:1:42: include[3]: \"c*/a.yml\" has a * ? or [ in a folder (only the name of "
      "the file may; example: conf.d/*.yml)\n"
      "@/heald.yml:1:54: include[4]: \"@/conf.d\" cannot be read: it is a folder (name a "
      "configuration file)\n");
}

TEST_F(Include, OfItselfIsAMistake) {
  for (const char* pattern : {"heald.yml", "*.yml", "./heald.yml", "conf.d/../heald.yml"}) {
    dir_.write("heald.yml", "include: '" + std::string(pattern) + "'\n" + check("main"));
    EXPECT_THAT(problems(), HasSubstr("is, or matches, this file itself")) << pattern;
  }
  std::filesystem::create_symlink(dir_.file("heald.yml"), dir_.file("conf.d/link.yml"));
  dir_.write("heald.yml", "include: conf.d/*.yml\n" + check("main"));
  EXPECT_THAT(problems(), HasSubstr("is, or matches, this file itself"));
}

TEST_F(Include, FollowsLinksAsAConfigMapHasThem) {
  std::filesystem::create_directory(dir_.file("conf.d/..data"));
  dir_.write("conf.d/..data/a.yml", check("a"));
  std::filesystem::create_symlink("..data/a.yml", dir_.file("conf.d/a.yml"));
  dir_.write("heald.yml", "include: conf.d/*.yml\n");
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(read().config.setup.checks.size(), 1U);
}

TEST_F(Include, OfAPipeOrADeviceEndsAtOnce) {
  ASSERT_EQ(::mkfifo(dir_.file("conf.d/pipe.yml").c_str(), 0600), 0);
  std::filesystem::create_symlink("/dev/zero", dir_.file("conf.d/zero.yml"));
  dir_.write("heald.yml", "include: conf.d/*.yml\n");
  EXPECT_EQ(problems(),
            "@/heald.yml:1:1: include: \"@/conf.d/pipe.yml\" cannot be read: it is not a regular "
            "file (name a configuration file)\n"
            "@/heald.yml:1:1: include: \"@/conf.d/zero.yml\" cannot be read: it is not a regular "
            "file (name a configuration file)\n");
}

TEST_F(Include, HasOneLimitForAllFiles) {
  dir_.write("heald.yml", "include: conf.d/*.yml\n");
  for (int i = 0; i < 5; ++i) {
    dir_.write("conf.d/" + std::to_string(i) + ".yml", "# " + std::string(4 << 20, 'x') + "\n");
  }
  EXPECT_THAT(problems(),
              HasSubstr("makes the configuration larger than 16 MiB, with all that it"));
  for (int i = 0; i < 5; ++i) {
    std::string list = "checks:\n";
    for (int k = 0; k < 100'000; ++k) list += "- {}\n- a\n- b\n";
    dir_.write("conf.d/" + std::to_string(i) + ".yml", list);
  }
  EXPECT_THAT(problems(), HasSubstr("@/conf.d/3.yml"));
  EXPECT_THAT(problems(), HasSubstr("grows too large here"));
}

TEST_F(Include, OfTooManyFilesIsAMistake) {
  dir_.write("heald.yml", "include: conf.d/*\n");
  for (int i = 0; i < 1001; ++i) dir_.write("conf.d/" + std::to_string(i), "");
  EXPECT_THAT(problems(), HasSubstr("matches more than 1000 files"));
}

TEST_F(Include, OfOneFileByTwoPatternsReadsItOnce) {
  dir_.write("heald.yml", "include: [conf.d/a.yml, conf.d/*.yml]\n");
  dir_.write("conf.d/a.yml", check("a"));
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(read().config.setup.checks.size(), 1U);
}

TEST_F(Include, ChangesTheHashOfTheConfiguration) {
  dir_.write("heald.yml", "include: conf.d/*.yml\n");
  const auto before = read().hash;
  EXPECT_EQ(read().hash, before);
  dir_.write("conf.d/a.yml", check("a"));
  EXPECT_NE(read().hash, before);
}

TEST(IncludeWithoutFiles, IsRefused) {
  EXPECT_EQ(problemsOf("include: conf.d/*.yml\n"),
            "heald.yml:1:1: include: needs a configuration that is a file (this one is not)\n");
}

}  // namespace
}  // namespace heald::config
