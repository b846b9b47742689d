#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "api/alerts_refused.h"
#include "api/backend.h"
#include "app/activation.h"
#include "app/http_figures.h"
#include "app/web_configuration.h"
#include "config/listen_address.h"
#include "config/model.h"
#include "core/time.h"
#include "door/door.h"
#include "door/web_access.h"
#include "engine/history.h"
#include "http/auth_failures.h"
#include "http/control_service.h"
#include "http/metrics_service.h"
#include "http/token_files.h"
#include "http/tokens.h"
#include "io/log.h"
#include "metrics/sources.h"

namespace heald::app {

// Both listeners of heald, what they answer from, and what is told of them: figures for the
// metrics, lines for the log, entries of the history.
class Listeners {
 public:
  struct Needs {
    io::Log& log;
    std::function<core::Now()> now;
    std::function<void(engine::HistoryEntry)> record;
    std::string folder;                    // of the store: where heald may write
    std::vector<InheritedSocket> sockets;  // instead of those that the configuration names
  };

  Listeners(const config::WebOptions& web, Needs needs)
      : web_(web),
        needs_(std::move(needs)),
        tokens_(needs_.folder + "/tokens.json", [now = needs_.now] { return now().wall; }) {}

  // Listens when it returns; `backend` has to live until the listeners are closed.
  Result<void> openMetrics(api::Backend backend);
  Result<void> openControl(api::Backend backend);
  void closeControl();
  void closeMetrics();

  // The first of its plane; "" when systemd gave a Unix socket alone.
  std::string controlAddress() const { return firstOf(control_addresses_); }
  std::string metricsAddress() const { return firstOf(metrics_addresses_); }

  // Now and then: calls with a wrong token that have not been told of yet.
  void tell();
  // All of them, before who records it ends.
  void tellRest() { tellOf(auth_failures_.rest()); }

  metrics::HttpFigures figures() const;  // what the engine's loop counts is not among them

 private:
  void readTokens();
  http::GuardPolicy controlPolicy();
  http::Hooks hooks();
  http::Hooks controlHooks();
  static std::string firstOf(const Addresses& addresses);
  Result<std::unique_ptr<door::WebAccess>> openAccess(Plane plane, const Addresses& addresses);
  // The sockets of a plane on TCP: systemd's, or those that are to be bound.
  Result<std::vector<io::UniqueFd>> socketsOf(Plane plane,
                                              const std::vector<std::string>& configured,
                                              Addresses& bound);
  Result<std::vector<io::UniqueFd>> unixSockets();
  Result<void> judgeControl(bool has_token) const;
  door::Listener listenerOf(const std::string& name, std::vector<io::UniqueFd> sockets,
                            door::Service& service, door::WebAccess* access);
  void tellOfListeners(Plane plane, const Addresses& addresses);
  Result<std::shared_ptr<door::Door>> open(std::vector<door::Listener> listeners);
  void use(std::shared_ptr<door::Door>& place, std::shared_ptr<door::Door> door);
  void tellOf(const std::vector<http::AuthFailures::Report>& reports);
  void tellOfToken(engine::HistoryEntry entry);

  const config::WebOptions& web_;
  Needs needs_;
  http::Tokens tokens_;
  std::unique_ptr<http::TokenFiles> token_files_;
  HttpFigures requests_;
  http::AuthFailures auth_failures_;
  api::AlertsRefused alerts_refused_;
  Addresses metrics_addresses_;
  Addresses control_addresses_;
  std::string unlinked_;                             // the path of a Unix socket of heald's own
  std::unique_ptr<door::WebAccess> metrics_access_;  // null: plain, and for everybody
  std::unique_ptr<door::WebAccess> control_access_;
  std::unique_ptr<http::MetricsService> metrics_service_;
  std::unique_ptr<http::ControlService> control_service_;
  mutable std::mutex doors_mutex_;  // a scrape may come while one opens or closes
  std::shared_ptr<door::Door> metrics_;
  std::shared_ptr<door::Door> control_;
};

}  // namespace heald::app
