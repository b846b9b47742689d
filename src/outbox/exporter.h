#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/time.h"
#include "engine/history.h"
#include "heald/result.h"
#include "io/log.h"
#include "outbox/otlp.h"

namespace heald::outbox {

// What the exporter stands on. Every function may be called from its thread; none throws.
struct ExporterNeeds {
  io::Services& services;
  io::Log& log;
  Resource resource;
  std::function<core::Now()> now;
  std::function<Result<engine::HistoryPage>(const engine::HistoryQuery&)> history;
  // How far the history was exported, from disk; nothing: it never was.
  std::function<Result<std::optional<std::int64_t>>()> cursor;
  // Makes that durable; nothing: it is forgotten.
  std::function<void(std::optional<std::int64_t>)> keep;
};

struct ExporterFigures {
  std::uint64_t exported = 0;  // spans, since the start
  std::uint64_t dropped = 0;   // that a collector refused
  std::uint64_t failed = 0;    // exports that are tried again
};

// Sends the traces of the history to a collector: like a receiver of notifications, by a durable
// cursor, so that a restart goes on. What a collector cannot take now waits in the history; what it
// says is wrong is dropped, as OTLP has it.
//
// A thread of its own from the first collector on. Thread-safe, but stop from one thread only.
class Exporter {
 public:
  // Of one request; what is beyond is in the next.
  static constexpr std::size_t kMostSpans = 512;

  explicit Exporter(ExporterNeeds needs);
  ~Exporter();  // stops
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  // From here on this collector; null: none, and what was not exported never is.
  void use(std::shared_ptr<const Collector> collector);
  void historyGrew();  // the history has become longer
  void stop();         // before the store is closed

  bool exporting() const { return exporting_; }
  ExporterFigures figures() const;

 private:
  class Worker;
  std::atomic<bool> exporting_ = false;
  std::unique_ptr<Worker> worker_;
};

}  // namespace heald::outbox
