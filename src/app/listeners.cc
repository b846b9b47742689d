#include "app/listeners.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "api/control_routes.h"
#include "api/metrics_routes.h"
#include "door/listen.h"
#include "io/token.h"

namespace heald::app {
namespace {

std::size_t mostDescriptors() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<std::size_t>(limit.rlim_cur) : 0;
}

// A share of the descriptors that heald may have, for each listener: checks and remedies need most
// of them, and the listeners must not be what keeps them from it.
door::Seats::Limits limitsOfListener() {
  constexpr std::size_t kLeast = 4;
  constexpr std::size_t kMost = 4096;
  const std::size_t share = std::clamp(mostDescriptors() / 8, kLeast, kMost);
  return {share, share / 2};
}

// Each request under way costs two descriptors.
int controlWorkers() {
  constexpr std::size_t kLeast = 2;
  constexpr std::size_t kMost = 8;
  return static_cast<int>(std::clamp(mostDescriptors() / 32, kLeast, kMost));
}

}  // namespace

std::string Listeners::firstOf(const Addresses& addresses) {
  return addresses.empty() ? "" : toString(addresses.front());
}

Result<std::unique_ptr<door::WebAccess>> Listeners::openAccess(Plane plane,
                                                               const Addresses& addresses) {
  auto options = webAccessOptions(plane, web_, addresses);
  if (options.file.empty()) return std::unique_ptr<door::WebAccess>();
  options.told = [this, plane, file = options.file](const std::string& fault) {
    if (fault.empty()) {
      needs_.log.write(io::LogLevel::kInfo, "web configuration read anew",
                       {{"listener", toString(plane)}, {"file", file}});
    } else {
      needs_.log.write(io::LogLevel::kError,
                       "web configuration is wrong: the one before stays in force",
                       {{"listener", toString(plane)}, {"reason", fault}});
    }
  };
  return door::WebAccess::open(std::move(options));
}

Result<std::vector<io::UniqueFd>> Listeners::socketsOf(Plane plane,
                                                       const std::vector<std::string>& configured,
                                                       Addresses& bound) {
  std::vector<io::UniqueFd> sockets;
  bool inherited = false;
  for (InheritedSocket& given : needs_.sockets) {
    if (given.plane != toString(plane)) continue;
    inherited = true;
    if (!given.address) continue;
    bound.push_back(*given.address);
    sockets.push_back(std::move(given.socket));
  }
  if (inherited) return sockets;
  for (const std::string& text : configured) {
    auto one = door::listenOn(*config::parseListenAddress(text));
    if (!one) return one.error();
    bound.push_back(one->address);
    sockets.push_back(std::move(one->socket));
  }
  return sockets;
}

Result<std::vector<io::UniqueFd>> Listeners::unixSockets() {
  std::vector<io::UniqueFd> sockets;
  for (InheritedSocket& given : needs_.sockets) {
    if (!given.path.empty()) sockets.push_back(std::move(given.socket));
  }
  if (!sockets.empty() || web_.control_socket.empty()) return sockets;
  auto socket = door::listenOnPath(web_.control_socket);
  if (!socket) return socket.error();
  unlinked_ = web_.control_socket;
  sockets.push_back(std::move(*socket));
  return sockets;
}

door::Listener Listeners::listenerOf(const std::string& name, std::vector<io::UniqueFd> sockets,
                                     door::Service& service, door::WebAccess* access) {
  door::Listener listener;
  listener.name = name;
  listener.sockets = std::move(sockets);
  listener.service = &service;
  listener.limits = limitsOfListener();
  listener.tls = access;
  listener.gate = access;
  return listener;
}

Result<std::shared_ptr<door::Door>> Listeners::open(std::vector<door::Listener> listeners) {
  door::DoorOptions options;
  options.struck = [this](const std::string& listener, const door::Strikes::Report& report) {
    needs_.log.write(io::LogLevel::kWarn, "connections met a limit",
                     {{"listener", listener},
                      {"limit", toString(report.limit)},
                      {"connections", report.count},
                      {"last", report.last_peer}});
  };
  auto door = door::Door::open(std::move(listeners), std::move(options));
  if (!door) return door.error();
  return std::shared_ptr<door::Door>(std::move(*door));
}

void Listeners::tellOfListeners(Plane plane, const Addresses& addresses) {
  const auto& access = plane == Plane::kMetrics ? metrics_access_ : control_access_;
  for (const config::ListenAddress& address : addresses) {
    needs_.log.write(
        io::LogLevel::kInfo, toString(plane) + " listener",
        {{"address", toString(address)}, {"tls", access != nullptr && access->hasTls()}});
  }
}

Result<void> Listeners::openMetrics(api::Backend backend) {
  metrics_service_ = std::make_unique<http::MetricsService>(
      api::metricsRoutes(backend), http::GuardPolicy{.check_host = false}, hooks());
  auto sockets = socketsOf(Plane::kMetrics, web_.metrics_addresses, metrics_addresses_);
  if (!sockets) return sockets.error();
  auto access = openAccess(Plane::kMetrics, metrics_addresses_);
  if (!access) return access.error();
  metrics_access_ = std::move(*access);
  std::vector<door::Listener> listeners;
  listeners.push_back(
      listenerOf("metrics", std::move(*sockets), *metrics_service_, metrics_access_.get()));
  listeners.back().asks_for_users = metrics_access_ != nullptr;  // for passwords alone
  auto door = open(std::move(listeners));
  if (!door) return door.error();
  use(metrics_, std::move(*door));
  tellOfListeners(Plane::kMetrics, metrics_addresses_);
  return {};
}

// Other hosts reach it only where TLS hides what is said and a credential is asked for.
Result<void> Listeners::judgeControl(bool has_token) const {
  if (!reachesOthers(control_addresses_)) return {};
  const auto refused = [&](const std::string& why) {
    return Error{ErrorCode::kInvalid,
                 "the control plane listens on an address that other hosts reach, " + why};
  };
  if (control_access_ == nullptr) {
    return refused(
        "so it needs TLS: add \"web: {control: {config_file: "
        "/etc/heald/control-web.yml}}\", and to that file \"tls_server_config: "
        "{cert_file: server.crt, key_file: server.key}\"");
  }
  if (has_token || control_access_->hasCredentials()) return {};
  return refused(
      "and there is no credential: a token (web.token_file), or in the web configuration "
      "basic_auth_users or client_auth_type: RequireAndVerifyClientCert");
}

// Those of healdctl, and those of the configuration. Whatever cannot be read lets nobody in, and
// the control token and the socket do.
void Listeners::readTokens() {
  if (const auto loaded = tokens_.load(); !loaded) {
    needs_.log.write(io::LogLevel::kError,
                     "the named tokens cannot be read: none of them is taken, and none can be made",
                     {{"reason", loaded.error().message}});
  }
  const auto told = [this](const std::string& name, const std::string& problem) {
    if (problem.empty()) {
      needs_.log.write(io::LogLevel::kInfo, "token of the configuration read anew",
                       {{"token", name}});
    } else {
      needs_.log.write(io::LogLevel::kError,
                       "a token of the configuration cannot be read: it lets nobody in",
                       {{"token", name}, {"reason", problem}});
    }
  };
  token_files_ = std::make_unique<http::TokenFiles>(web_.tokens, tokens_, told);
}

http::GuardPolicy Listeners::controlPolicy() {
  const auto token = io::readOrCreateToken(web_.token_file);
  if (!token) {
    needs_.log.write(io::LogLevel::kError,
                     "no control token: whoever changes something needs another credential",
                     {{"reason", token.error().message}});
  }
  http::GuardPolicy policy;
  policy.allowed_hosts = web_.allowed_hosts;
  for (const auto& address : control_addresses_) policy.allowed_hosts.push_back(address.host);
  policy.token = token ? *token : "";
  policy.token_file = web_.token_file;
  policy.token_for_reads = reachesOthers(control_addresses_);
  policy.operators = {0, ::geteuid()};
  policy.tokens = &tokens_;
  for (const config::ClientRole& role : web_.client_roles) {
    policy.client_roles.push_back({role.san, role.grant});
  }
  return policy;
}

Result<void> Listeners::openControl(api::Backend backend) {
  auto sockets = socketsOf(Plane::kControl, web_.control_addresses, control_addresses_);
  if (!sockets) return sockets.error();
  auto access = openAccess(Plane::kControl, control_addresses_);
  if (!access) return access.error();
  control_access_ = std::move(*access);
  readTokens();
  http::GuardPolicy policy = controlPolicy();
  const bool credentials =
      !policy.token.empty() || !web_.tokens.empty() || !policy.client_roles.empty();
  if (auto fit = judgeControl(credentials); !fit) return fit.error();
  backend.tokens = &tokens_;
  backend.token_file = web_.token_file;
  backend.tell = [this](engine::HistoryEntry entry) { tellOfToken(std::move(entry)); };
  auto service =
      http::ControlService::start(api::controlRoutes(backend), std::move(policy), controlHooks(),
                                  controlWorkers(), {needs_.folder, "/run", "/dev/shm", "/tmp"});
  if (!service) return service.error();
  control_service_ = std::move(*service);
  std::vector<door::Listener> listeners;
  if (!sockets->empty()) {
    listeners.push_back(
        listenerOf("control", std::move(*sockets), *control_service_, control_access_.get()));
  }
  auto local = unixSockets();
  if (!local) return local.error();
  if (!local->empty()) {
    listeners.push_back(listenerOf("socket", std::move(*local), *control_service_, nullptr));
  }
  auto door = open(std::move(listeners));
  if (!door) return door.error();
  use(control_, std::move(*door));
  tellOfListeners(Plane::kControl, control_addresses_);
  needs_.log.write(io::LogLevel::kInfo, "control plane",
                   {{"socket", unlinked_}, {"token_file", web_.token_file}});
  return {};
}

// What was in the place ends on this thread, and nobody waits for it meanwhile.
void Listeners::use(std::shared_ptr<door::Door>& place, std::shared_ptr<door::Door> door) {
  {
    const std::lock_guard lock(doors_mutex_);
    place.swap(door);
  }
  while (door.use_count() > 1) std::this_thread::yield();  // a scrape looks at its figures
}

void Listeners::closeControl() {
  use(control_, nullptr);
  if (!unlinked_.empty()) ::unlink(std::exchange(unlinked_, "").c_str());
  control_service_.reset();
  control_access_.reset();
  token_files_.reset();
  tellRest();
}

void Listeners::closeMetrics() {
  use(metrics_, nullptr);
  metrics_service_.reset();
  metrics_access_.reset();
}

http::Hooks Listeners::hooks() {
  return {[this](const http::RequestRecord& record) {
            requests_.observe(record);
            alerts_refused_.note(record);
          },
          [this](std::string_view message) {
            needs_.log.write(io::LogLevel::kWarn, "http", {{"message", message}});
          }};
}

// The metrics listener asks for no credential: one that it is sent is of no matter.
http::Hooks Listeners::controlHooks() {
  http::Hooks control = hooks();
  control.unauthorised = [this](const http::AuthFailure& failure) {
    if (auto report = auth_failures_.note(failure, needs_.now().boot)) {
      tellOf({std::move(*report)});
    }
  };
  return control;
}

void Listeners::tell() {
  tellOf(auth_failures_.due(needs_.now().boot));
}

void Listeners::tellOf(const std::vector<http::AuthFailures::Report>& reports) {
  for (const auto& [address, calls, last_call] : reports) {
    needs_.log.write(io::LogLevel::kWarn, "calls with a wrong token",
                     {{"address", address}, {"calls", calls}, {"last", last_call}});
    needs_.record({.kind = engine::HistoryKind::kAccess,
                   .event = "wrong_token",
                   .actor = "api from " + address,
                   .message = std::to_string(calls) + (calls == 1 ? " call" : " calls") +
                              " with a wrong token, the last " + last_call,
                   .details = {{"calls", static_cast<std::int64_t>(calls)}}});
  }
}

void Listeners::tellOfToken(engine::HistoryEntry entry) {
  needs_.log.write(io::LogLevel::kInfo, entry.message, {{"by", entry.actor}});
  needs_.record(std::move(entry));
}

metrics::HttpFigures Listeners::figures() const {
  metrics::HttpFigures figures = requests_.read();
  figures.wrong_tokens = auth_failures_.count(http::AuthFault::kWrong);
  figures.missing_tokens = auth_failures_.count(http::AuthFault::kMissing);
  for (std::size_t i = 0; i < api::kAlertsRefusalCount; ++i) {
    const auto refusal = static_cast<api::AlertsRefusal>(i);
    figures.alerts_refused.emplace_back(toString(refusal), alerts_refused_.count(refusal));
  }
  std::vector<std::shared_ptr<door::Door>> doors;
  {
    const std::lock_guard lock(doors_mutex_);
    doors = {metrics_, control_};
  }
  for (const auto& door : doors) {
    if (door == nullptr) continue;
    for (const door::Door::Figures& listener : door->figures()) {
      metrics::ListenerFigures& told = figures.listeners.emplace_back();
      told.listener = listener.listener;
      told.connections = listener.connections;
      for (const auto& [limit, count] : listener.strikes) {
        told.limits.emplace_back(toString(limit), count);
      }
    }
  }
  return figures;
}

}  // namespace heald::app
