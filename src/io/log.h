#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/time.h"

namespace heald::io {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

inline constexpr std::array kLogLevels = {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn,
                                          LogLevel::kError};
// "debug", "info", "warn", "error": the words of the log and of the metric label.
std::string_view toString(LogLevel level);

// A key and its value. Numbers and booleans stay so in JSON; text may be any bytes.
struct LogField {
  LogField(std::string_view name, std::string_view text) : key(name), value(text), quoted(true) {}
  LogField(std::string_view name, const char* text) : LogField(name, std::string_view(text)) {}
  LogField(std::string_view name, const std::string& text)
      : LogField(name, std::string_view(text)) {}
  LogField(std::string_view name, bool flag)
      : key(name), value(flag ? "true" : "false"), quoted(false) {}
  LogField(std::string_view name, std::integral auto number)
      : key(name), value(std::to_string(number)), quoted(false) {}
  LogField(std::string_view name, double number);

  std::string key;
  std::string value;
  bool quoted;
};
using LogFields = std::span<const LogField>;

// One line without its newline: ts (RFC 3339, UTC, milliseconds), level, msg, then the fields in
// their order. Always valid UTF-8; what steers a terminal (core/plain_text.h) is escaped. Pure.
//   ts=2024-05-01T12:00:00.000Z level=info msg="started" check=queue attempt=3
//   {"ts":"2024-05-01T12:00:00.000Z","level":"info","msg":"started","check":"queue","attempt":3}
std::string formatLogLine(LogFormat format, core::WallTime time, LogLevel level,
                          std::string_view message, LogFields fields);

// The log of the program, on stderr. Thread-safe; whole lines only; never throws.
class Log {
 public:
  explicit Log(LogFormat format = LogFormat::kLogfmt, LogLevel least = LogLevel::kInfo);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  void write(LogLevel level, std::string_view message, LogFields fields = {});
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    write(level, message, LogFields(fields.begin(), fields.size()));
  }
  // Takes effect at the next message.
  void setLeast(LogLevel least) { least_ = least; }
  void setFormat(LogFormat format) { format_ = format; }
  // Messages written at this level since the start; what is below `least` does not count.
  std::uint64_t count(LogLevel level) const;

 private:
  struct Sink;

  std::atomic<LogFormat> format_;
  std::atomic<LogLevel> least_;
  std::array<std::atomic<std::uint64_t>, kLogLevels.size()> counts_{};
  std::unique_ptr<Sink> sink_;
};

}  // namespace heald::io
