#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/backend.h"
#include "config/model.h"
#include "engine/output.h"
#include "io/log.h"
#include "io/services.h"
#include "metrics/sources.h"
#include "outbox/exporter.h"
#include "outbox/fleets.h"
#include "outbox/outbox.h"
#include "outbox/trace.h"
#include "runtime/clock.h"
#include "runtime/engine_loop.h"

namespace heald::app {

// What heald tells others of its history by itself: notifications to receivers, traces to a
// collector, the outcome of its permits to the servers of fleets. Their cursors are kept in the
// store through the engine's loop. Thread-safe, but for use() and stop(), which belong to whoever
// starts and stops heald.
class Outgoing {
 public:
  Outgoing(io::Services& services, io::Log& log, const runtime::Clock& clock,
           runtime::EngineLoop& loop, std::string store_path);

  void use(const config::Config& config);  // from now on; begins with the first call
  // The same for the fleets of other healds, before anything of the configuration starts.
  void useFleets(const config::Config& config) { fleets_.use(config); }
  outbox::Fleets& fleets() { return fleets_; }
  void historyGrew();  // the history has become longer
  void stop();

  // TRACEPARENT, while traces are exported.
  std::vector<std::pair<std::string, std::string>> environmentOf(
      const engine::StartAction& start) const;
  void offer(api::Backend& backend);
  void tell(metrics::Sources& sources) const;

 private:
  outbox::Needs outboxNeeds();
  outbox::ExporterNeeds exporterNeeds();
  outbox::FleetNeeds fleetNeeds();
  Result<outbox::Cursors> receiverCursors() const;

  io::Services& services_;
  io::Log& log_;
  const runtime::Clock& clock_;
  runtime::EngineLoop& loop_;
  const std::string store_path_;
  const outbox::TraceIds trace_ids_;
  outbox::Outbox outbox_;
  outbox::Exporter exporter_;
  outbox::Fleets fleets_;
};

}  // namespace heald::app
