#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <map>
#include <set>

#include "e2e/stories.h"

// What a command of heald's finds when it starts: nothing of heald's but what it is given.
namespace heald::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Copies its own environment and status, and lists the descriptors of a shell.
const char* const kLookAround = R"(
checks:
  - name: service
    exec: {command: [/bin/sh, -c, 'cp /proc/self/environ @DIR@/seen/check; exit 2']}
    interval: 1s
remedies:
  - name: look
    when: {check: service}
    exec: {command: [/bin/cp, /proc/self/environ, /proc/self/status, '@DIR@/seen/']}
    verify: {after: 0}
  - name: list
    when: {check: service}
    exec: {command: [/bin/sh, -c, 'find /proc/$$/fd -mindepth 1 -fprintf @DIR@/seen/fd %f; exit 1']}
    verify: {after: 0}
)";

class CleanEnvironment : public testing::Test {
 protected:
  CleanEnvironment()
      : daemon_({.config = kLookAround,
                 .environment = {
                     {"HOME", "/root"}, {"API_SECRET", "do not tell"}, {"LD_DEBUG_OUTPUT", "x"}}}) {
    std::filesystem::create_directory(daemon_.file("seen"));
    daemon_.start();
    daemon_.await("both attempts", [this] {
      return daemon_.remedy("look").at("failures") == 1 &&
             daemon_.remedy("list").at("failures") == 1;
    });
  }

  std::map<std::string, std::string> variables(const std::string& file = "seen/environ") const {
    std::istringstream entries(daemon_.read(file));
    std::map<std::string, std::string> all;
    for (std::string entry; std::getline(entries, entry, '\0');) {
      const auto sign = entry.find('=');
      all[entry.substr(0, sign)] = entry.substr(sign + 1);
    }
    return all;
  }
  // A mask of signals in /proc/self/status.
  unsigned long long mask(const std::string& name) const {
    const std::string status = daemon_.read("seen/status");
    return std::stoull(status.substr(status.find(name + ":") + name.size() + 1), nullptr, 16);
  }

  TestDaemon daemon_;
};

TEST_F(CleanEnvironment, AnActionGetsItsOwnVariablesAndNoSecretOfHealds) {
  const auto all = variables();
  EXPECT_THAT(daemon_.read("seen/environ"), Not(HasSubstr("do not tell")));
  for (const auto& [name, value] : all) {
    const bool expected =
        name == "PATH" || name == "LANG" || name == "HOME" || name.starts_with("HEALD_");
    EXPECT_TRUE(expected) << name << "=" << value;
  }
  EXPECT_EQ(all.at("HOME"), "/root");
  EXPECT_EQ(all.at("LANG"), "C.UTF-8");
  EXPECT_EQ(all.at("HEALD_CHECK"), "service");
  EXPECT_EQ(all.at("HEALD_REMEDY"), "look");
  EXPECT_EQ(all.at("HEALD_ATTEMPT"), "1");
  EXPECT_EQ(all.count("HEALD_REASON"), 1u);
}

// The variables that docs/configuration.md promises to commands of this kind ("check", "remedy").
std::set<std::string> documented(const std::string& kind) {
  std::ifstream document(HEALD_SOURCE_DIR "/docs/configuration.md");
  std::set<std::string> names;
  bool here = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("#")) here = line == "### The environment of commands";
    const auto open = line.find("| `");
    if (!here || open == std::string::npos) continue;
    const std::string kinds = line.substr(0, open);
    const std::string name = line.substr(open + 3, line.find('`', open + 3) - open - 3);
    if (kinds.find(kind) != std::string::npos) names.insert(name);
  }
  return names;
}

TEST_F(CleanEnvironment, OfCommandsIsWhatTheDocumentPromises) {
  const auto names = [](const std::map<std::string, std::string>& all) {
    std::set<std::string> set;
    for (const auto& [name, value] : all) set.insert(name);
    return set;
  };
  EXPECT_EQ(names(variables()), documented("remedy"));
  // The shell of the check adds its own.
  std::set<std::string> check = names(variables("seen/check"));
  for (const char* of_the_shell : {"PWD", "OLDPWD", "SHLVL", "_"}) check.erase(of_the_shell);
  EXPECT_EQ(check, documented("check"));
}

TEST_F(CleanEnvironment, AnActionHasTheThreeStandardDescriptorsAlone) {
  EXPECT_EQ(daemon_.read("seen/fd"), "012");
}

TEST_F(CleanEnvironment, AnActionFindsEverySignalAtItsDefault) {
  // 32 and 33 belong to the C library, whose posix_spawn ignores them.
  constexpr unsigned long long kInternal = 3ULL << 31;
  EXPECT_EQ(mask("SigIgn") & (1ULL << (SIGPIPE - 1)), 0u);
  EXPECT_EQ(mask("SigIgn") & ~kInternal, 0u);
  EXPECT_EQ(mask("SigBlk"), 0u);
}

}  // namespace
}  // namespace heald::test
