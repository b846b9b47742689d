#include "io/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "core/plain_text.h"

namespace heald::io {
namespace {

std::string rfc3339(core::WallTime time) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char day[32], text[48];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text, sizeof text, "%s.%03dZ", day, static_cast<int>(ms - seconds * 1000));
  return text;
}

// The same escapes serve both formats: those of JSON.
void appendQuoted(std::string& out, std::string_view bytes) {
  std::string quoted;
  for (const char c : bytes) {
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      default:
        quoted += c;
    }
  }
  out += '"' + core::escaped(quoted) + '"';
}

bool isBare(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7F || c == '"' || c == '=' || c == '\\') return false;
  }
  return true;
}

// A key of logfmt cannot be quoted.
std::string bareKey(std::string_view key) {
  std::string out(key);
  for (char& c : out) {
    if (!isBare({&c, 1})) c = '_';
  }
  return out.empty() ? "_" : out;
}

void appendLogfmt(std::string& out, const LogField& field) {
  if (!out.empty()) out += ' ';
  out += bareKey(field.key) + '=';
  if (isBare(field.value) && field.key != "msg") {
    out += field.value;
  } else {
    appendQuoted(out, field.value);
  }
}

void appendJson(std::string& out, const LogField& field) {
  out += out.empty() ? '{' : ',';
  appendQuoted(out, field.key);
  out += ':';
  if (field.quoted) {
    appendQuoted(out, field.value);
  } else {
    out += field.value;
  }
}

}  // namespace

LogField::LogField(std::string_view name, double number)
    : key(name), quoted(!std::isfinite(number)) {  // JSON has no number for these
  char text[32];
  value.assign(text, std::to_chars(text, text + sizeof text, number).ptr);
}

std::string_view toString(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

std::string formatLogLine(LogFormat format, core::WallTime time, LogLevel level,
                          std::string_view message, LogFields fields) {
  const auto append = format == LogFormat::kJson ? appendJson : appendLogfmt;
  std::string line;
  append(line, {"ts", rfc3339(time)});
  append(line, {"level", toString(level)});
  append(line, {"msg", message});
  for (const LogField& field : fields) append(line, field);
  if (format == LogFormat::kJson) line += '}';
  return line;
}

struct Log::Sink {
  Sink() : logger("heald", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::trace);
  }
  spdlog::logger logger;
};

Log::Log(LogFormat format, LogLevel least)
    : format_(format), least_(least), sink_(std::make_unique<Sink>()) {}
Log::~Log() = default;

void Log::write(LogLevel level, std::string_view message, LogFields fields) {
  if (level < least_.load()) return;
  ++counts_[static_cast<std::size_t>(level)];
  const auto now = std::chrono::time_point_cast<core::Duration>(std::chrono::system_clock::now());
  const std::string line = formatLogLine(format_, now, level, message, fields);
  sink_->logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

std::uint64_t Log::count(LogLevel level) const {
  return counts_[static_cast<std::size_t>(level)];
}

}  // namespace heald::io
