#include "io/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

namespace heald::io {
namespace {

using namespace std::chrono_literals;

const core::WallTime kTime = core::WallTime(1'714'564'800s + 7ms);

std::string logfmt(std::string_view message, std::initializer_list<LogField> fields = {}) {
  return formatLogLine(LogFormat::kLogfmt, kTime, LogLevel::kInfo, message,
                       LogFields(fields.begin(), fields.size()));
}
std::string json(std::string_view message, std::initializer_list<LogField> fields = {}) {
  return formatLogLine(LogFormat::kJson, kTime, LogLevel::kWarn, message,
                       LogFields(fields.begin(), fields.size()));
}

TEST(Log, WritesLogfmt) {
  EXPECT_EQ(logfmt("attempt denied", {{"check", "queue"}, {"attempt", 3}, {"dry", true}}),
            "ts=2024-05-01T12:00:00.007Z level=info msg=\"attempt denied\" check=queue attempt=3 "
            "dry=true");
}

TEST(Log, WritesJson) {
  EXPECT_EQ(json("x", {{"check", "queue"}, {"attempt", 3}, {"ratio", 0.5}, {"dry", false}}),
            R"({"ts":"2024-05-01T12:00:00.007Z","level":"warn","msg":"x","check":"queue",)"
            R"("attempt":3,"ratio":0.5,"dry":false})");
}

TEST(Log, WritesOneLineOfUtf8WhateverComes) {
  const std::string dirty(
      "a\"b\\c\nd\x01"
      "e\xFF\x7F\0f",
      14);
  const std::string line = json(dirty, {{"k\n", dirty}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto parsed = nlohmann::json::parse(line);
  EXPECT_EQ(parsed["msg"], std::string("a\"b\\c\nd\x01"
                                       "e\xEF\xBF\xBD\x7F\0f",
                                       16));
  EXPECT_EQ(logfmt("m", {{"bad key=", "two words"}, {"empty", ""}, {"q", "a\"\n"}}),
            "ts=2024-05-01T12:00:00.007Z level=info msg=\"m\" bad_key_=\"two words\" empty=\"\" "
            "q=\"a\\\"\\n\"");
}

TEST(Log, EscapesWhatSteersATerminal) {
  const std::string hostile = "\x1b[2J\u009b2J \u202egpj.exe";
  EXPECT_EQ(logfmt("m", {{"message", hostile}}),
            "ts=2024-05-01T12:00:00.007Z level=info msg=\"m\" "
            "message=\"\\u001b[2J\\u009b2J \\u202egpj.exe\"");
  const std::string line = json(hostile, {});
  EXPECT_EQ(line.find("\u009b"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(line)["msg"], hostile);
}

TEST(Log, HasNoJsonNumberForWhatIsNone) {
  const std::string line = json("x", {{"v", std::numeric_limits<double>::infinity()}});
  EXPECT_TRUE(nlohmann::json::accept(line)) << line;
}

TEST(Log, WritesTimesBeforeTheEpoch) {
  EXPECT_EQ(formatLogLine(LogFormat::kLogfmt, core::WallTime(-1ms), LogLevel::kError, "x", {}),
            "ts=1969-12-31T23:59:59.999Z level=error msg=\"x\"");
}

TEST(Log, CountsWhatItWritesByLevel) {
  testing::internal::CaptureStderr();
  Log log(LogFormat::kLogfmt, LogLevel::kInfo);
  log.write(LogLevel::kDebug, "hidden");
  log.write(LogLevel::kError, "one {} %s", {{"n", 1}});
  log.setLeast(LogLevel::kDebug);
  log.setFormat(LogFormat::kJson);
  log.write(LogLevel::kDebug, "two");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(log.count(LogLevel::kDebug), 1u);
  EXPECT_EQ(log.count(LogLevel::kError), 1u);
  EXPECT_EQ(log.count(LogLevel::kWarn), 0u);
  EXPECT_NE(text.find("level=error msg=\"one {} %s\" n=1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\"msg\":\"two\"}\n"), std::string::npos) << text;
}

TEST(Log, TakesManyThreads) {
  testing::internal::CaptureStderr();
  Log log;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) log.write(LogLevel::kInfo, "line");
    });
  }
  for (auto& thread : threads) thread.join();
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 400);
  EXPECT_EQ(log.count(LogLevel::kInfo), 400u);
}

}  // namespace
}  // namespace heald::io
