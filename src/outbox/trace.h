#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/time.h"
#include "engine/history.h"

namespace heald::outbox {

// Names of traces and spans, in hexadecimal digits. They are made of what they name, so a heald
// that is started anew goes on with the same trace, and what is sent twice is the same span.
class TraceIds {
 public:
  // `instance`: of two healds with the same incident each has a trace of its own.
  explicit TraceIds(std::string instance) : instance_(std::move(instance)) {}

  std::string trace(std::string_view incident) const;  // 32 digits
  std::string root(std::string_view incident) const;   // 16, as all spans
  std::string attempt(std::string_view incident, std::string_view governor,
                      std::uint64_t number) const;
  std::string other(std::string_view incident, std::string_view what, std::int64_t id) const;

  // W3C Trace Context of an attempt, for TRACEPARENT: what it starts belongs below its span.
  std::string parent(std::string_view incident, std::string_view governor,
                     std::uint64_t number) const;

 private:
  std::string hashed(std::string_view kind, std::string_view name, std::size_t digits) const;

  const std::string instance_;
};

using Attribute = std::pair<std::string, std::variant<std::string, std::int64_t>>;

struct SpanEvent {
  core::WallTime at{};
  std::string name;
  std::vector<Attribute> attributes = {};
};

// One span, as OTLP has it.
struct Span {
  enum class Status : std::uint8_t { kUnset, kOk, kError };

  std::string trace = {};
  std::string id = {};
  std::string parent = {};  // "": it is the root
  std::string name = {};
  core::WallTime start{};
  core::WallTime end{};
  Status status = Status::kUnset;
  std::string message = {};  // of kError
  std::vector<Attribute> attributes = {};
  std::vector<SpanEvent> events = {};
};

// Makes spans of the history, read in its order: one trace for each incident. A span is made when
// it ends: an attempt with its verification below it, a human action, and last the incident itself.
// An incident is known from its first attempt on. Not thread-safe.
class Tracer {
 public:
  explicit Tracer(std::string instance) : ids_(std::move(instance)) {}

  std::vector<Span> read(const engine::HistoryRow& row);

  // The kinds of entries that it has to be shown.
  static const std::vector<engine::HistoryKind>& kinds();

 private:
  static constexpr std::size_t kMostOpen = 1000;  // incidents; the oldest is forgotten

  struct Open {
    std::string check;        // of an incident of a check
    std::string fingerprint;  // of an alert's
    std::string remedy;
    core::WallTime since{};
    std::set<std::string> governors;
    std::int64_t attempts = 0;
    bool healed = false;  // by the last attempt that has ended
    int running = 0;
    std::optional<core::WallTime> over;  // and an attempt still runs
    std::vector<SpanEvent> events;
  };
  struct Attempt {
    std::string incident;
    core::WallTime start{};
    std::string reason;
    std::vector<Attribute> attributes;
  };
  using Key = std::pair<std::string, std::uint64_t>;  // governor and ticket

  void began(const engine::HistoryEntry& entry);
  void ended(const engine::HistoryEntry& entry, std::vector<Span>& out);
  void human(const engine::HistoryRow& row, std::vector<Span>& out);
  void changed(const engine::HistoryEntry& entry);
  void checked(const engine::HistoryEntry& entry, std::vector<Span>& out);
  void alerted(const engine::HistoryEntry& entry, std::vector<Span>& out);
  // Now, or with the end of its last attempt: both are of one commit, in any order.
  void close(const std::string& incident, core::WallTime at, std::vector<Span>& out);

  const TraceIds ids_;
  std::map<std::string, Open> open_;  // by the incident's name
  std::map<Key, Attempt> attempts_;   // that run
};

}  // namespace heald::outbox
