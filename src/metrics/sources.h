#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/histogram.h"
#include "etcd/election.h"
#include "io/log.h"
#include "metrics/process_figures.h"
#include "process/process_monitor.h"

namespace heald::metrics {

// What a scrape tells and the engine does not know. Plain values, filled anew by the runtime for
// each scrape. Counts only grow while the process lives. Strings become label values: whoever fills
// them sees to it that they come from a small fixed set (route templates, not paths; known
// methods). A string_view is a word of the program, which lives as long.

struct BuildInfo {
  std::string version;
  std::string revision;
  std::string compiler;
};

struct StoreOperation {
  std::string_view operation;  // "load", "commit", "probe"
  std::uint64_t count = 0;
  std::uint64_t failures = 0;
  engine::Histogram duration;
};

struct StoreFigures {
  std::uint64_t size_bytes = 0;
  std::uint64_t reserve_bytes = 0;  // held for a full disk
  bool on_reserve = false;          // the disk is full, and heald lives on it
  std::vector<std::pair<std::string_view, bool>>
      failing;  // every cause, and whether it is the first
  std::vector<StoreOperation> operations;
};

struct HttpRequests {
  std::string handler;  // the route template; one word for everything that matched none
  std::string method;
  int code = 0;
  std::uint64_t count = 0;
};

struct HttpDuration {
  std::string handler;
  engine::Histogram duration;
};

struct ListenerFigures {
  std::string listener;         // "metrics", "control", …
  std::size_t connections = 0;  // open at this moment
  std::vector<std::pair<std::string_view, std::uint64_t>>
      limits;  // every limit, and how often it struck
};

struct HttpFigures {
  std::vector<HttpRequests> requests;   // each combination once
  std::vector<HttpDuration> durations;  // each handler once
  std::vector<ListenerFigures> listeners;
  std::uint64_t wrong_tokens = 0;
  std::uint64_t missing_tokens = 0;
  std::vector<std::pair<std::string_view, std::uint64_t>>
      alerts_refused;           // notifications, by reason
  std::uint64_t abandoned = 0;  // changing calls that nobody waited for any more
  std::uint64_t repeated = 0;   // answered again under their key
};

struct ConfigFigures {
  bool last_reload_successful = true;  // the load at start-up counts as one
  std::optional<core::WallTime> last_success;
  std::uint64_t hash = 0;  // of what is in force; the lower 48 bits are shown, which a double holds
  std::uint64_t reloads = 0;
  std::uint64_t failures = 0;
};

struct QueueFigures {
  std::size_t length = 0;
  std::size_t capacity = 0;
};

struct NotificationFigures {
  std::string receiver;
  std::uint64_t sent = 0;  // messages
  std::uint64_t failed = 0;
  std::size_t pending = 0;  // problems that it has not been told of
  std::uint64_t lost = 0;   // entries of the history that were forgotten before they were told
};

struct TelemetryFigures {
  std::uint64_t exported = 0;  // spans
  std::uint64_t dropped = 0;   // likewise, that the collector refused
  std::uint64_t failed = 0;    // exports that are tried again
};

struct Sources {
  BuildInfo build;
  ConfigFigures config;
  StoreFigures store;
  std::optional<etcd::Standing> replica;  // none: this heald is no replica
  HttpFigures http;
  QueueFigures event_queue;
  std::vector<NotificationFigures> notifications;  // of each receiver
  std::optional<TelemetryFigures> telemetry;       // none: nothing is exported
  std::vector<process::MonitoredProcess> monitored;
  std::array<std::uint64_t, io::kLogLevels.size()> log_messages{};  // by io::LogLevel
  std::optional<ProcessFigures> process;                            // none: cannot be read
};

}  // namespace heald::metrics
