#include "heald/daemon.h"

#include <sys/prctl.h>

#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "app/configuration.h"
#include "app/embedding.h"
#include "app/listeners.h"
#include "app/log_options.h"
#include "app/version.h"
#include "app/what_if.h"
#include "http/backend.h"
#include "http/bell.h"
#include "io/log.h"
#include "io/process.h"
#include "io/process_monitor.h"
#include "metrics/collect.h"
#include "metrics/process_figures.h"
#include "metrics/protobuf.h"
#include "outbox/exporter.h"
#include "outbox/host_name.h"
#include "outbox/outbox.h"
#include "outbox/trace.h"
#include "runtime/engine_loop.h"
#include "runtime/performer.h"
#include "store/history_reader.h"
#include "store/sqlite_store.h"

namespace heald {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Checks are run for attempts as well, before and after their action, whatever detection.
// max_concurrent says; what they have to wait for is other checks, not a slot of an action.
constexpr std::size_t kMostVerifying = 100;

unsigned workersFor(const engine::Setup& setup) {
  return static_cast<unsigned>(setup.detection.max_concurrent + setup.healing.max_concurrent + 1) +
         static_cast<unsigned>(std::min(setup.checks.size(), kMostVerifying));
}

store::HistoryLimits historyLimitsOf(const config::Config& config) {
  return {config.store.history_max_age, config.store.history_max_bytes};
}

class RunningDaemon final : public Daemon {
 public:
  RunningDaemon(app::Configuration configuration, const DaemonOptions& options,
                std::vector<app::InheritedSocket> sockets)
      : options_(options),
        config_(std::move(configuration.config)),
        reloads_(configuration.hash, clock_.now().wall),
        log_(app::logFormatOf(options), app::logLevelOf(options)),
        workers_(workersFor(config_.setup)),
        services_{workers_, http_},
        performer_(config_, services_, monitor_, clock_),
        store_(store::makeSqliteStore({.path = config_.store.path})),
        loop_(config_.setup, *store_, performer_, clock_, log_),
        outbox_(aroundOutbox()),
        exporter_(aroundExporter()),
        tasks_(loop_),
        healing_(loop_),
        breakers_(loop_, clock_),
        listeners_(config_.web,
                   {log_, [this] { return clock_.now(); },
                    [this](engine::HistoryEntry entry) { loop_.record(std::move(entry)); },
                    std::filesystem::absolute(config_.store.path).parent_path().string(),
                    std::move(sockets)}) {
    in_force_.set(config_);
    warn(configuration.warnings);
  }

  ~RunningDaemon() override { stop(); }

  Result<void> begin() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    store_->limitHistory(historyLimitsOf(config_));
    loop_.onHistory([this] {
      history_bell_.ring();
      outbox_.ring();
      exporter_.ring();
    });
    performer_.addToEnvironment([this](const engine::StartAction& start) {
      std::vector<std::pair<std::string, std::string>> more;
      if (exporter_.exporting()) {
        more.emplace_back("TRACEPARENT",
                          trace_ids_.parent(start.incident, start.governor, start.attempt));
      }
      return more;
    });
    loop_.onRound([this] { listeners_.tell(); });
    loop_.record({.kind = engine::HistoryKind::kHeald,
                  .event = "started",
                  .details = {{"version", version()}}});
    log_.write(io::LogLevel::kInfo, "heald starts",
               {{"version", version()},
                {"store", config_.store.path},
                {"checks", config_.checks.size()},
                {"remedies", config_.remedies.size()}});
    loop_.start();
    outbox_.use(config_.notifications);
    exporter_.use(collectorOf(config_));
    if (auto listening = listeners_.openMetrics(backend()); !listening) {
      return listening;
    }
    return listeners_.openControl(backend());
  }

  void stop() override {
    if (stopped_) {
      return;
    }
    stopped_ = true;
    log_.write(io::LogLevel::kInfo, "heald stops");
    history_bell_.close();
    listeners_.closeControl();
    outbox_.stop();
    exporter_.stop();
    loop_.beginStop();
    performer_.cancelAll();
    // An action ends within its grace; what its supervisor cannot end, nobody can.
    loop_.waitUntilIdle(minutes(10));
    loop_.stop();
    workers_.stop();
    http_.stop();  // its callbacks reach what is gone before it is
    io::endIdleSupervisors();
    for (int round = 0; round < 100 && io::killStrays().found > 0; ++round) {
      std::this_thread::sleep_for(milliseconds(10));  // one that is dying is reaped the next time
    }
    listeners_.closeMetrics();
    log_.write(io::LogLevel::kInfo, "heald has stopped");
  }

  std::string controlAddress() const override { return listeners_.controlAddress(); }
  std::string metricsAddress() const override { return listeners_.metricsAddress(); }
  bool beats() const override { return loop_.sinceBeat() < seconds(10); }
  Result<void> reload(const std::string& by) override {
    const std::lock_guard lock(reload_mutex_);
    auto done = readAndApply(by);
    if (!done) {
      reloads_.failed();
      loop_.record({.kind = engine::HistoryKind::kReload,
                    .event = "refused",
                    .actor = by,
                    .message = done.error().message});
      log_.write(io::LogLevel::kError, "the configuration was not reloaded: nothing has changed",
                 {{"by", by}, {"reason", done.error().message}});
    }
    return done;
  }
  BackgroundTaskManager& backgroundTaskManager() override { return tasks_; }
  SelfHealingEngine& selfHealingEngine() override { return healing_; }
  CircuitBreakerRegistry& circuitBreakerRegistry() override { return breakers_; }

 private:
  Result<void> readAndApply(const std::string& by) {
    auto read = app::readConfiguration(options_);
    if (!read) {
      return read.error();
    }
    if (const std::string fixed = app::whatNeedsARestart(config_, read->config); !fixed.empty()) {
      return Error{ErrorCode::kConflict, fixed};
    }
    const auto apply = [&] {
      workers_.allow(workersFor(read->config.setup));
      performer_.use(read->config);
      store_->limitHistory(historyLimitsOf(read->config));
    };
    const auto setup = std::make_shared<const engine::Setup>(read->config.setup);
    if (const auto reply = loop_.reload({setup, by}, apply); !reply) {
      return reply.error();
    }
    outbox_.use(read->config.notifications);
    exporter_.use(collectorOf(read->config));
    reloads_.succeeded(read->hash, clock_.now().wall);
    warn(read->warnings);
    in_force_.set(std::move(read->config));
    return {};
  }

  void warn(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) {
      log_.write(io::LogLevel::kWarn, "the configuration: " + warning);
    }
  }

  http::Backend backend() {
    http::Backend backend;
    backend.snapshot = [this] { return loop_.snapshot(); };
    backend.now = [this] { return clock_.now(); };
    backend.call = [this](engine::Event event, http::Asker asker, http::Backend::Then then) {
      loop_.call(std::move(event), std::move(asker.claim), std::move(asker.gone), std::move(then));
    };
    backend.reload = [this](const std::string& by, const http::Asker& asker) -> Result<void> {
      if (asker.gone && asker.gone()) return loop_.abandon();
      return reload(by);
    };
    backend.metrics = [this](http::MetricsFormat format) { return metricsPage(format); };
    backend.bell = &history_bell_;
    backend.history = [this](const engine::HistoryQuery& query) {
      return store::readHistory(config_.store.path, query);
    };
    backend.config = [this] { return in_force_.get(); };
    backend.simulate = [this](const http::WhatIf& question) {
      return what_ifs_.answer(*in_force_.get(), loop_.snapshot(), question);
    };
    backend.receivers = [this] { return outbox_.receivers(); };
    backend.test_receiver = [this](const std::string& name, outbox::Outbox::Tested done) {
      outbox_.test(name, std::move(done));
    };
    backend.version = version();
    return backend;
  }

  static std::shared_ptr<const outbox::Collector> collectorOf(const config::Config& config) {
    return std::static_pointer_cast<const outbox::Collector>(config.collector);
  }

  // The names of cursors, as the store has them, begin with what they are for.
  static constexpr std::string_view kReceiver = "receiver/";

  outbox::Surroundings aroundOutbox() {
    return {services_,
            log_,
            [this] { return clock_.now(); },
            [this](const engine::HistoryQuery& query) {
              return store::readHistory(config_.store.path, query);
            },
            [this] { return receiverCursors(); },
            [this](const outbox::CursorMove& move, outbox::Surroundings::Kept done) {
              loop_.moveCursor(std::string(kReceiver) + move.receiver, move.to, std::move(done));
            },
            [this]() -> std::string {
              const auto snapshot = loop_.snapshot();
              return snapshot->store_up ? "" : snapshot->store_error;
            }};
  }

  static constexpr const char* kCollector = "otlp";

  outbox::ExporterSurroundings aroundExporter() {
    return {services_,
            log_,
            {outbox::hostName(), version()},
            [this] { return clock_.now(); },
            [this](const engine::HistoryQuery& query) {
              return store::readHistory(config_.store.path, query);
            },
            [this]() -> Result<std::optional<std::int64_t>> {
              const auto all = store::readCursors(config_.store.path);
              if (!all) return all.error();
              const auto found = all->find(kCollector);
              return found == all->end() ? std::nullopt : std::optional(found->second);
            },
            [this](std::optional<std::int64_t> position) {
              loop_.moveCursor(kCollector, position, nullptr);
            }};
  }

  Result<outbox::Cursors> receiverCursors() const {
    const auto all = store::readCursors(config_.store.path);
    if (!all) return all.error();
    outbox::Cursors cursors;
    for (const auto& [name, position] : *all) {
      if (name.starts_with(kReceiver)) cursors.emplace(name.substr(kReceiver.size()), position);
    }
    return cursors;
  }

  metrics::Page metricsPage(http::MetricsFormat format) {
    metrics::Sources sources;
    sources.build = {version(), app::kRevision, app::kCompiler};
    sources.config = reloads_.read();
    sources.store = storeFigures();
    sources.http = listeners_.figures();
    sources.http.abandoned = loop_.abandoned();
    sources.http.repeated = loop_.repeated();
    for (const outbox::ReceiverView& view : outbox_.receivers()) {
      sources.notifications.push_back({view.name, view.sent, view.failed, view.pending, view.lost});
    }
    if (exporter_.exporting()) {
      const outbox::ExporterFigures figures = exporter_.figures();
      sources.telemetry = {figures.exported, figures.dropped, figures.failed};
    }
    sources.event_queue = {loop_.queueLength(), runtime::EngineLoop::queueCapacity()};
    for (std::size_t i = 0; i < io::kLogLevels.size(); ++i) {
      sources.log_messages[i] = log_.count(io::kLogLevels[i]);
    }
    sources.monitored = monitor_.figures();
    sources.process = process_.read();
    const auto snapshot = loop_.snapshot();
    if (format == http::MetricsFormat::kProtobuf) {
      return metrics::wholePage(
          metrics::protobufOf(metrics::collectWithBeside(*snapshot, sources, clock_.now())));
    }
    const std::lock_guard lock(layout_mutex_);
    return metrics::textOf(*snapshot, sources, clock_.now(),
                           format == http::MetricsFormat::kOpenMetrics
                               ? metrics::TextFormat::kOpenMetrics
                               : metrics::TextFormat::kPrometheus,
                           layout_);
  }

  metrics::StoreFigures storeFigures() const {
    const store::Stats stats = store_->stats();
    metrics::StoreFigures figures;
    figures.size_bytes = stats.size_bytes;
    figures.reserve_bytes = stats.reserve_bytes;
    figures.on_reserve = stats.on_reserve;
    for (const store::Cause cause : store::kCauses) {
      figures.failing.emplace_back(std::string(toString(cause)), stats.failing == cause);
    }
    for (std::size_t i = 0; i < store::kOperationCount; ++i) {
      const store::OperationStats& operation = stats.operations[i];
      figures.operations.push_back({std::string(toString(static_cast<store::Operation>(i))),
                                    operation.count, operation.failures, operation.duration});
    }
    return figures;
  }

  const DaemonOptions options_;
  const config::Config config_;  // of the start: what cannot change is compared with it
  app::ConfigInForce in_force_;
  app::WhatIfs what_ifs_;
  runtime::SystemClock clock_;
  app::ReloadFigures reloads_;
  std::mutex reload_mutex_;
  io::Log log_;
  io::HttpClient http_;
  io::WorkerPool workers_;
  io::Services services_;
  io::ProcessMonitor monitor_;
  runtime::Performer performer_;
  std::unique_ptr<store::Store> store_;
  http::Bell history_bell_;
  runtime::EngineLoop loop_;
  outbox::Outbox outbox_;
  const outbox::TraceIds trace_ids_{outbox::hostName()};
  outbox::Exporter exporter_;
  app::Tasks tasks_;
  app::Healing healing_;
  app::Breakers breakers_;
  const metrics::ProcessReader process_;
  std::mutex layout_mutex_;
  metrics::Layout layout_;
  app::Listeners listeners_;
  bool stopped_ = false;
};

}  // namespace

std::string version() {
  return app::kVersion;
}

Result<std::unique_ptr<Daemon>> Daemon::start(const DaemonOptions& options) {
  auto sockets = app::inheritedSockets();
  if (!sockets) {
    return sockets.error();
  }
  auto configuration = app::readConfiguration(options);
  if (!configuration) {
    return configuration.error();
  }
  auto daemon =
      std::make_unique<RunningDaemon>(std::move(*configuration), options, std::move(*sockets));
  if (auto begun = daemon->begin(); !begun) {
    return begun.error();
  }
  return std::unique_ptr<Daemon>(std::move(daemon));
}

}  // namespace heald
