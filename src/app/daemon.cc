#include "heald/daemon.h"

#include <sys/prctl.h>

#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "api/backend.h"
#include "api/change_signal.h"
#include "app/config_watch.h"
#include "app/configuration.h"
#include "app/embedding.h"
#include "app/listeners.h"
#include "app/log_options.h"
#include "app/outgoing.h"
#include "app/replicas.h"
#include "app/version.h"
#include "app/what_if.h"
#include "io/every.h"
#include "io/log.h"
#include "metrics/collect.h"
#include "metrics/process_figures.h"
#include "metrics/protobuf.h"
#include "process/process.h"
#include "process/process_monitor.h"
#include "runtime/engine_loop.h"
#include "runtime/performer.h"
#include "store/history_reader.h"

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

// Of a configuration: for all else there is the one that is in force.
config::Config whatCannotChange(const config::Config& config) {
  config::Config fixed;
  fixed.web = config.web;
  fixed.store = config.store;
  return fixed;
}

class RunningDaemon final : public Daemon {
 public:
  RunningDaemon(app::Configuration configuration, app::Reading reading,
                const DaemonOptions& options, std::vector<app::InheritedSocket> sockets)
      : options_(options),
        in_force_(std::move(configuration.config)),
        config_(whatCannotChange(*in_force_.get())),
        reloads_(configuration.hash, clock_.now().wall),
        tried_(std::move(reading)),
        log_(app::logFormatOf(options), app::logLevelOf(options)),
        workers_(workersFor(in_force_.get()->setup)),
        services_{workers_, http_, looks_},
        performer_(*in_force_.get(), services_, monitor_, clock_),
        replicas_(config_.store.etcd ? std::make_unique<app::Replicas>(
                                           config_.store, version(),
                                           std::to_string(configuration.hash), clock_, log_)
                                     : nullptr),
        store_(app::makeStore(config_.store, replicas_.get())),
        loop_(in_force_.get()->setup, *store_, performer_, clock_, log_),
        outgoing_(services_, log_, clock_, loop_, config_.store.path),
        tasks_(loop_),
        healing_(loop_),
        breakers_(loop_, clock_),
        listeners_(config_.web,
                   {log_, [this] { return clock_.now(); },
                    [this](engine::HistoryEntry entry) { loop_.record(std::move(entry)); },
                    std::filesystem::absolute(config_.store.path).parent_path().string(),
                    std::move(sockets)}) {
    warn(configuration.warnings);
  }

  ~RunningDaemon() override { stop(); }

  Result<void> begin() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const std::shared_ptr<const config::Config> config = in_force_.get();
    store_->limitHistory(historyLimitsOf(*config));
    loop_.onHistory([this] {
      history_changed_.notify();
      outgoing_.historyGrew();
    });
    performer_.addToEnvironment([this](const engine::StartAction& start) {
      auto variables = outgoing_.environmentOf(start);
      if (replicas_) variables.emplace_back("HEALD_FENCE", std::to_string(replicas_->fence()));
      return variables;
    });
    performer_.askFleetsBy(
        {[this](const engine::AskFleet& ask, runtime::Work::Post post) {
           outgoing_.fleets().ask(ask, std::move(post));
         },
         [this](const engine::ReturnPermit& permit) { outgoing_.fleets().giveBack(permit); }});
    outgoing_.useFleets(*config);
    loop_.onRound([this] { listeners_.tell(); });
    if (replicas_) {
      loop_.onStandby([this] { return replicas_->leaderElsewhere(); });
      replicas_->start([this] { loop_.askStore(); });
    }
    loop_.record({.kind = engine::HistoryKind::kHeald,
                  .event = "started",
                  .details = {{"version", version()}}});
    log_.write(io::LogLevel::kInfo, "heald starts",
               {{"version", version()},
                {"store", config_.store.path},
                {"checks", config->setup.checks.size()},
                {"remedies", config->setup.remedies.size()}});
    loop_.start();
    outgoing_.use(*config);
    if (auto listening = listeners_.openMetrics(backend()); !listening) {
      return listening;
    }
    auto listening = listeners_.openControl(backend());
    if (listening && options_.watch_config) {
      watcher_.emplace(app::ConfigWatch::kInterval, [this] { config_watch_.look(); });
    }
    return listening;
  }

  void stop() override {
    if (stopped_) {
      return;
    }
    stopped_ = true;
    watcher_.reset();
    log_.write(io::LogLevel::kInfo, "heald stops");
    // First what decides ends, and then the lead, so that another replica goes on while the rest of
    // this one is tidied up.
    loop_.beginStop();
    performer_.cancelAll();
    listeners_.tellRest();
    stopOutgoing();
    // An action ends within its grace; what its supervisor cannot end, nobody can.
    loop_.waitUntilIdle(minutes(10));
    loop_.stop();
    if (replicas_) replicas_->stop();
    history_changed_.close();
    listeners_.closeControl();
    looks_.stop();  // a worker may wait for one
    workers_.stop();
    http_.stop();  // its callbacks reach what is gone before it is
    process::endIdleSupervisors();
    for (int round = 0; round < 100 && process::killStrays().found > 0; ++round) {
      std::this_thread::sleep_for(milliseconds(10));  // one that is dying is reaped the next time
    }
    listeners_.closeMetrics();
    log_.write(io::LogLevel::kInfo, "heald has stopped");
  }

  int exitCode() const override { return replicas_ ? replicas_->exitCode() : 0; }

  std::string controlAddress() const override { return listeners_.controlAddress(); }
  std::string metricsAddress() const override { return listeners_.metricsAddress(); }
  bool beats() const override { return loop_.sinceBeat() < seconds(10); }
  Result<void> reload(const std::string& by) override {
    const std::lock_guard lock(reload_mutex_);
    return goOnBy(app::readConfiguration(options_, tried_), by);
  }
  BackgroundTaskManager& backgroundTaskManager() override { return tasks_; }
  SelfHealingEngine& selfHealingEngine() override { return healing_; }
  CircuitBreakerRegistry& circuitBreakerRegistry() override { return breakers_; }

 private:
  // Behind a reload that is under way, which would begin them anew. It moves its cursors, for which
  // the engine's thread has to be there.
  void stopOutgoing() {
    const std::lock_guard lock(reload_mutex_);
    outgoing_.stop();
  }

  // With the reload's mutex.
  Result<void> goOnBy(Result<app::Configuration> read, const std::string& by) {
    auto done = read ? apply(std::move(*read), by) : Result<void>(read.error());
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

  // What is on disk, unless that is what was tried last. Returns what it depends on.
  std::vector<std::string> reloadIfChanged() {
    const std::lock_guard lock(reload_mutex_);
    app::Reading reading;
    auto read = app::readConfiguration(options_, reading);
    const bool changed = !reading.sameAs(tried_);
    tried_ = std::move(reading);
    if (changed) (void)goOnBy(std::move(read), "--config.watch");
    return tried_.looked_at;
  }

  Result<void> apply(app::Configuration read, const std::string& by) {
    if (const std::string fixed = app::whatNeedsARestart(config_, read.config); !fixed.empty()) {
      return Error{ErrorCode::kConflict, fixed};
    }
    const auto use = [&] {
      workers_.allow(workersFor(read.config.setup));
      performer_.use(read.config);
      outgoing_.useFleets(read.config);
      store_->limitHistory(historyLimitsOf(read.config));
    };
    const auto setup = std::make_shared<const engine::Setup>(read.config.setup);
    if (const auto reply = loop_.reload({setup, by}, use); !reply) {
      return reply.error();
    }
    outgoing_.use(read.config);
    reloads_.succeeded(read.hash, clock_.now().wall);
    if (replicas_) replicas_->configured(read.hash);
    warn(read.warnings);
    in_force_.set(std::move(read.config));
    return {};
  }

  void warn(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) {
      log_.write(io::LogLevel::kWarn, "the configuration: " + warning);
    }
  }

  api::Backend backend() {
    api::Backend backend;
    backend.snapshot = [this] { return loop_.snapshot(); };
    backend.now = [this] { return clock_.now(); };
    backend.call = [this](engine::Event event, api::Asker asker, api::Backend::Then then) {
      if (const std::string elsewhere = leaderElsewhere(); !elsewhere.empty()) {
        return then(Error{ErrorCode::kUnavailable, "this replica stands by: " + elsewhere});
      }
      loop_.call(std::move(event), std::move(asker.claim), std::move(asker.gone), std::move(then));
    };
    backend.reload = [this](const std::string& by, const api::Asker& asker) -> Result<void> {
      if (asker.gone && asker.gone()) return loop_.abandon();
      return reload(by);
    };
    backend.metrics = [this](api::MetricsFormat format) { return metricsPage(format); };
    backend.history_changed = &history_changed_;
    backend.history = [this](const engine::HistoryQuery& query) {
      return store::readHistory(config_.store.path, query);
    };
    backend.config = [this] { return in_force_.get(); };
    backend.simulate = [this](const api::WhatIf& question) {
      return what_ifs_.answer(*in_force_.get(), loop_.snapshot(), question);
    };
    outgoing_.offer(backend);
    backend.version = version();
    if (replicas_) {
      backend.standing = [this] { return replicas_->standing(); };
      backend.step_down = [this] { replicas_->stepDown(); };
    }
    return backend;
  }

  std::string leaderElsewhere() const { return replicas_ ? replicas_->leaderElsewhere() : ""; }

  metrics::Page metricsPage(api::MetricsFormat format) {
    metrics::Sources sources;
    sources.build = {version(), app::kRevision, app::kCompiler};
    sources.config = reloads_.read();
    sources.store = storeFigures();
    if (replicas_) sources.replica = replicas_->standing();
    sources.http = listeners_.figures();
    sources.http.abandoned = loop_.abandoned();
    sources.http.repeated = loop_.repeated();
    outgoing_.tell(sources);
    sources.event_queue = {loop_.queueLength(), runtime::EngineLoop::queueCapacity()};
    for (std::size_t i = 0; i < io::kLogLevels.size(); ++i) {
      sources.log_messages[i] = log_.count(io::kLogLevels[i]);
    }
    sources.monitored = monitor_.figures();
    sources.process = process_.read();
    const auto snapshot = loop_.snapshot();
    if (format == api::MetricsFormat::kProtobuf) {
      return metrics::wholePage(
          metrics::protobufOf(metrics::collectWithBeside(*snapshot, sources, clock_.now())));
    }
    const std::lock_guard lock(layout_mutex_);
    return metrics::textOf(*snapshot, sources, clock_.now(),
                           format == api::MetricsFormat::kOpenMetrics
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
      figures.failing.emplace_back(toString(cause), stats.failing == cause);
    }
    for (std::size_t i = 0; i < store::kOperationCount; ++i) {
      const store::OperationStats& operation = stats.operations[i];
      figures.operations.push_back({toString(static_cast<store::Operation>(i)), operation.count,
                                    operation.failures, operation.duration});
    }
    return figures;
  }

  const DaemonOptions options_;
  app::ConfigInForce in_force_;
  const config::Config config_;  // what cannot change while heald runs
  app::WhatIfs what_ifs_;
  runtime::SystemClock clock_;
  app::ReloadFigures reloads_;
  std::mutex reload_mutex_;
  app::Reading tried_;  // last; with the mutex
  io::Log log_;
  io::HttpClient http_;
  io::Looks looks_;
  io::WorkerPool workers_;
  io::Services services_;
  process::ProcessMonitor monitor_{looks_};
  runtime::Performer performer_;
  std::unique_ptr<app::Replicas> replicas_;  // none: without etcd
  std::unique_ptr<store::Store> store_;
  api::ChangeSignal history_changed_;
  runtime::EngineLoop loop_;
  app::Outgoing outgoing_;
  app::Tasks tasks_;
  app::Healing healing_;
  app::Breakers breakers_;
  const metrics::ProcessReader process_;
  std::mutex layout_mutex_;
  metrics::Layout layout_;
  app::Listeners listeners_;
  bool stopped_ = false;
  app::ConfigWatch config_watch_{[this] { return reloadIfChanged(); }};
  std::optional<io::Every> watcher_;  // last: it ends before what it uses
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
  app::Reading reading;
  auto configuration = app::readConfiguration(options, reading);
  if (!configuration) {
    return configuration.error();
  }
  auto daemon = std::make_unique<RunningDaemon>(std::move(*configuration), std::move(reading),
                                                options, std::move(*sockets));
  if (auto begun = daemon->begin(); !begun) {
    return begun.error();
  }
  return std::unique_ptr<Daemon>(std::move(daemon));
}

}  // namespace heald
