#include "app/outgoing.h"

#include <optional>
#include <string_view>

#include "app/version.h"
#include "outbox/host_name.h"
#include "outbox/membership.h"
#include "store/history_reader.h"

namespace heald::app {
namespace {

// The names of cursors, as the store has them, begin with what they are for.
constexpr std::string_view kReceiver = "receiver/";
constexpr const char* kCollector = "otlp";

}  // namespace

Outgoing::Outgoing(io::Services& services, io::Log& log, const runtime::Clock& clock,
                   runtime::EngineLoop& loop, std::string store_path)
    : services_(services),
      log_(log),
      clock_(clock),
      loop_(loop),
      store_path_(std::move(store_path)),
      trace_ids_(outbox::hostName()),
      outbox_(outboxNeeds()),
      exporter_(exporterNeeds()),
      fleets_(fleetNeeds()) {}

void Outgoing::use(const config::Config& config) {
  outbox_.use(config.notifications);
  exporter_.use(config::partAs<outbox::Collector>(config.collector));
}

void Outgoing::historyGrew() {
  outbox_.historyGrew();
  exporter_.historyGrew();
  fleets_.historyGrew();
}

void Outgoing::stop() {
  outbox_.stop();
  exporter_.stop();
  fleets_.stop();
}

std::vector<std::pair<std::string, std::string>> Outgoing::environmentOf(
    const engine::StartAction& start) const {
  if (!exporter_.exporting()) return {};
  return {{"TRACEPARENT", trace_ids_.parent(start.incident, start.governor, start.attempt)}};
}

void Outgoing::offer(api::Backend& backend) {
  backend.receivers = [this] { return outbox_.receivers(); };
  backend.test_receiver = [this](const std::string& name, outbox::Outbox::Tested done) {
    outbox_.test(name, std::move(done));
  };
}

void Outgoing::tell(metrics::Sources& sources) const {
  for (const outbox::ReceiverView& view : outbox_.receivers()) {
    sources.notifications.push_back({view.name, view.sent, view.failed, view.pending, view.lost});
  }
  if (exporter_.exporting()) {
    const outbox::ExporterFigures figures = exporter_.figures();
    sources.telemetry = {figures.exported, figures.dropped, figures.failed};
  }
}

outbox::Needs Outgoing::outboxNeeds() {
  return {
      services_,
      log_,
      [this] { return clock_.now(); },
      [this](const engine::HistoryQuery& query) { return store::readHistory(store_path_, query); },
      [this] { return receiverCursors(); },
      [this](const outbox::CursorMove& move, outbox::Needs::Kept done) {
        loop_.moveCursor(std::string(kReceiver) + move.receiver, move.to, std::move(done));
      },
      [this]() -> std::string {
        const auto snapshot = loop_.snapshot();
        return snapshot->store_up || !snapshot->standby.empty() ? "" : snapshot->store_error;
      }};
}

outbox::ExporterNeeds Outgoing::exporterNeeds() {
  return {
      services_,
      log_,
      {outbox::hostName(), kVersion},
      [this] { return clock_.now(); },
      [this](const engine::HistoryQuery& query) { return store::readHistory(store_path_, query); },
      [this]() -> Result<std::optional<std::int64_t>> {
        const auto all = store::readCursors(store_path_);
        if (!all) return all.error();
        const auto found = all->find(kCollector);
        return found == all->end() ? std::nullopt : std::optional(found->second);
      },
      [this](std::optional<std::int64_t> position) {
        loop_.moveCursor(kCollector, position, nullptr);
      }};
}

outbox::FleetNeeds Outgoing::fleetNeeds() {
  return {
      services_,
      log_,
      [this] { return clock_.now(); },
      [this](const engine::HistoryQuery& query) { return store::readHistory(store_path_, query); },
      [this]() -> Result<outbox::Cursors> {
        const auto all = store::readCursors(store_path_);
        if (!all) return all.error();
        outbox::Cursors marks;
        for (const auto& [name, position] : *all) {
          if (name.starts_with(outbox::kPermitMarks)) marks.emplace(name, position);
        }
        return marks;
      },
      [this](std::string name, std::optional<std::int64_t> position,
             runtime::EngineLoop::Moved done) {
        loop_.moveCursor(std::move(name), position, std::move(done));
      }};
}

Result<outbox::Cursors> Outgoing::receiverCursors() const {
  const auto all = store::readCursors(store_path_);
  if (!all) return all.error();
  outbox::Cursors cursors;
  for (const auto& [name, position] : *all) {
    if (name.starts_with(kReceiver)) cursors.emplace(name.substr(kReceiver.size()), position);
  }
  return cursors;
}

}  // namespace heald::app
