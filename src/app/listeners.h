#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "app/http_figures.h"
#include "config/listen_address.h"
#include "config/model.h"
#include "core/time.h"
#include "door/door.h"
#include "engine/history.h"
#include "http/alerts_refused.h"
#include "http/auth_failures.h"
#include "http/backend.h"
#include "http/control_service.h"
#include "http/metrics_service.h"
#include "http/tokens.h"
#include "io/log.h"
#include "metrics/sources.h"

namespace heald::app {

// Both listeners of heald, what they answer from, and what is told of them: figures for the
// metrics, lines for the log, entries of the history.
class Listeners {
 public:
  struct Surroundings {
    io::Log& log;
    std::function<core::Now()> now;
    std::function<void(engine::HistoryEntry)> record;
    std::string folder;  // of the store: where heald may write
  };

  Listeners(const config::WebOptions& web, Surroundings around)
      : web_(web),
        around_(std::move(around)),
        tokens_(around_.folder + "/tokens.json", [now = around_.now] { return now().wall; }) {}

  // Listens when it returns; `backend` has to live until the listeners are closed.
  Result<void> openMetrics(http::Backend backend);
  Result<void> openControl(http::Backend backend);
  void closeControl();
  void closeMetrics();

  std::string controlAddress() const { return toString(control_address_); }
  std::string metricsAddress() const { return toString(metrics_address_); }

  // Now and then: calls with a wrong token that have not been told of yet.
  void tell();

  metrics::HttpFigures figures() const;  // what the engine's loop counts is not among them

 private:
  void readTokens();
  http::GuardPolicy controlPolicy();
  http::Hooks hooks();
  http::Hooks controlHooks();
  door::Listener listenerOf(const std::string& name, io::UniqueFd socket, door::Service& service);
  Result<std::shared_ptr<door::Door>> open(std::vector<door::Listener> listeners);
  void use(std::shared_ptr<door::Door>& place, std::shared_ptr<door::Door> door);
  void tellOf(const std::vector<http::AuthFailures::Report>& reports);
  void tellOfToken(engine::HistoryEntry entry);

  const config::WebOptions& web_;
  const Surroundings around_;
  http::Tokens tokens_;
  HttpFigures requests_;
  http::AuthFailures auth_failures_;
  http::AlertsRefused alerts_refused_;
  config::ListenAddress metrics_address_;
  config::ListenAddress control_address_;
  std::unique_ptr<http::MetricsService> metrics_service_;
  std::unique_ptr<http::ControlService> control_service_;
  mutable std::mutex doors_mutex_;  // a scrape may come while one opens or closes
  std::shared_ptr<door::Door> metrics_;
  std::shared_ptr<door::Door> control_;
};

}  // namespace heald::app
