#include "process/command_pattern.h"

#include <gtest/gtest.h>

namespace heald::process {
namespace {

bool matches(const std::string& pattern, const std::vector<std::string>& arguments,
             const std::string& program = "") {
  ProcessInfo process;
  process.state = 'S';
  process.arguments = arguments;
  process.program = program;
  return CommandPattern(pattern).matches(process);
}

TEST(CommandPattern, APlainPathFindsThatProgramWithAnyArguments) {
  EXPECT_TRUE(matches("/opt/app/worker", {"/opt/app/worker"}));
  EXPECT_TRUE(matches("/opt/app/worker", {"/opt/app/worker", "--queue", "mail"}));
  EXPECT_FALSE(matches("/opt/app/worker", {"/opt/app/worker2"}));
  EXPECT_FALSE(matches("/opt/app/worker", {"/srv/opt/app/worker"}));
}

TEST(CommandPattern, WhoOnlyHasItAmongHisArgumentsIsNotMeant) {
  EXPECT_FALSE(matches("/opt/app/worker", {"/usr/bin/vim", "/opt/app/worker"}));
  EXPECT_FALSE(matches("/opt/app/worker", {"tail", "-f", "/opt/app/worker"}));
  EXPECT_FALSE(matches("/opt/app/worker", {"sh", "-c", "/opt/app/worker"}));
}

TEST(CommandPattern, AScriptIsFoundUnderItsInterpreter) {
  EXPECT_TRUE(matches("/opt/app/worker", {"/bin/sh", "/opt/app/worker", "mail"}));
  EXPECT_TRUE(matches("/opt/app/worker", {"/bin/sh", "-e", "/opt/app/worker"}));
  EXPECT_TRUE(matches("/opt/app/worker.py", {"/usr/bin/python3.11", "-u", "/opt/app/worker.py"}));
  EXPECT_TRUE(matches("worker.js", {"node", "--trace-warnings", "/opt/app/worker.js"}));
  EXPECT_FALSE(matches("/opt/app/worker", {"python3", "-m", "/opt/app/worker"}));
  EXPECT_FALSE(matches("/opt/app/worker", {"bash", "-lc", "/opt/app/worker"}));
  EXPECT_TRUE(matches("python3 -m celery *", {"/usr/bin/python3", "-m", "celery", "worker"}));
}

TEST(CommandPattern, AWordWithoutASlashStandsForAProgramInAnyFolder) {
  EXPECT_TRUE(matches("worker", {"/opt/app/worker"}));
  EXPECT_TRUE(matches("worker", {"worker", "x"}));
  EXPECT_TRUE(matches("worker --all", {"/opt/app/worker", "--all", "mail"}));
  EXPECT_FALSE(matches("worker", {"/opt/app/worker.log"}));
  EXPECT_FALSE(matches("worker", {"coworker"}));
}

TEST(CommandPattern, ATitleThatTheProgramHasGivenItselfIsACommandLineToo) {
  EXPECT_TRUE(matches("nginx: master process", {"nginx: master process /usr/sbin/nginx -g x"}));
  EXPECT_FALSE(matches("nginx: worker process", {"nginx: master process /usr/sbin/nginx"}));
}

TEST(CommandPattern, AStarIsAnyTextAndNothingElseIsSpecial) {
  EXPECT_TRUE(matches("/opt/app/worker*", {"/opt/app/worker-2", "mail"}));
  EXPECT_TRUE(matches("/opt/*/worker --queue * --fast",
                      {"/opt/app/worker", "--queue", "mail", "--fast", "x"}));
  EXPECT_TRUE(matches("*mark*", {"sh", "-c", "true # mark here"}));
  EXPECT_FALSE(matches("/opt/app/worke.", {"/opt/app/worker"}));
  EXPECT_FALSE(matches("/opt/app/w[o]rker", {"/opt/app/worker"}));
  EXPECT_TRUE(matches("/x/a+b(c)", {"/x/a+b(c)"}));
}

TEST(CommandPattern, ManyStarsTakeNoTime) {
  std::string pattern = "/";
  while (pattern.size() < CommandPattern::kMaxBytes - 2) pattern += "*a";
  EXPECT_FALSE(matches(pattern + "b", {"/" + std::string(4095, 'a')}));
}

TEST(CommandPattern, ARelativeNameIsFoundByTheFileThatRuns) {
  EXPECT_TRUE(matches("/opt/app/worker --all", {"./worker", "--all"}, "/opt/app/worker"));
  EXPECT_FALSE(matches("/opt/app/worker", {"./worker"}, "/srv/app/worker"));
  EXPECT_FALSE(matches("/opt/app/worker", {"./worker"}));
}

TEST(CommandPattern, AZombieIsToldByItsNameAlone) {
  ProcessInfo zombie;
  zombie.state = 'Z';
  zombie.name = "background-work";  // 15 bytes are kept
  EXPECT_TRUE(CommandPattern("/opt/app/background-worker --all").matches(zombie));
  EXPECT_FALSE(CommandPattern("/opt/app/background").matches(zombie));
  zombie.name = "worker-7";
  EXPECT_TRUE(CommandPattern("/opt/app/worker*").matches(zombie));
}

TEST(CommandPattern, AThreadOfTheKernelIsNeverMeant) {
  EXPECT_FALSE(matches("kworker", {}));
}

TEST(CommandPattern, WhatCannotBeMeantIsRefusedWithTheReason) {
  EXPECT_EQ(commandPatternProblem("/opt/app/worker --queue *"), "");
  for (const char* all : {" ", "*", "* *", "**"}) {
    EXPECT_EQ(commandPatternProblem(all),
              "matches everything (begin with the program; example: /opt/app/worker)");
  }
  for (const char* regex : {"^/opt/app/worker", "/opt/app/worker$", "worker\\.py"}) {
    EXPECT_EQ(commandPatternProblem(regex),
              "is no regular expression: it is the beginning of the command line, and * is any "
              "text (example: /opt/app/worker --queue *)");
  }
  EXPECT_EQ(commandPatternProblem(std::string(257, 'x')), "is too long (at most 256 bytes)");
}

}  // namespace
}  // namespace heald::process
