#include "demo/stage.h"

#include <filesystem>
#include <stdexcept>

namespace heald::demo {
namespace {

using test::TinyServer;

std::string ok(const std::string& body) {
  return TinyServer::reply(200, body, "Connection: close\r\n");
}
std::string unavailable(const std::string& body) {
  return TinyServer::reply(503, body, "Connection: close\r\n");
}

std::string configuration(const Pace& pace, const std::string& gateway) {
  return std::string("governor_defaults: ") + pace.governor() + R"(
governors:
  self-healing-main: {resume_conditions: [a valid API key is set]}
checks:
  - name: llm-gateway
    http: {url: ')" +
         gateway + R"(/healthz'}
    interval: )" +
         pace.interval() + R"(
remedies:
  - name: restart-gateway
    when: {check: llm-gateway}
    governor: self-healing-main
    http: {method: POST, url: ')" +
         gateway + R"(/restart'}
    verify: {after: 0}
)";
}

void require(bool ready, const std::string& program, const std::string& log) {
  if (!ready) throw std::runtime_error(program + " does not start:\n" + log);
}

}  // namespace

const char* Pace::governor() const {
  return fast ? "{backoff: {base: 5ms, max: 600ms}, breaker: {open_for: 60ms}}"
              : "{backoff: {base: 84ms, max: 10s}, breaker: {open_for: 1s}}";
}

Stage::Stage(Pace pace)
    : pace_(pace),
      gateway_([this](const std::string& request) { return answer(request); }),
      heald_({configuration(pace, gateway_.url(""))}),
      slack_([](const std::string&) { return ok("ok"); }) {
  putKeyBack();
  has_key_ = true;
  heald_.start();
  dir_.write("slack-url", slack_.url("/slack"));
  alertmanager_.emplace(test::shippedAlertmanagerConfig(HEALD_SOURCE_DIR, dir_.file("slack-url"),
                                                        slack_.url("/heartbeat")));
  require(alertmanager_->ready() && alertmanager_->stop(), "Alertmanager", alertmanager_->log());
  alertmanager_->start();  // once more, as its messages name its port
  require(alertmanager_->ready(), "Alertmanager", alertmanager_->log());
  const std::string every = pace_.scrape();
  prometheus_.emplace("global: {scrape_interval: " + every + ", evaluation_interval: " + every +
                      "}\nrule_files: [" + dir_.write("heald.rules.yml", rules()) +
                      "]\nalerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:" +
                      std::to_string(alertmanager_->port()) +
                      "']}]}]}\nscrape_configs: [{job_name: heald, static_configs: [{targets: "
                      "['127.0.0.1:" +
                      std::to_string(heald_.metricsPort()) + "']}]}]\n");
  require(prometheus_->ready(), "Prometheus", prometheus_->log());
}

// The shipped rules, with the addresses of this stage.
std::string Stage::rules() const {
  std::string text = test::contentOf(HEALD_SOURCE_DIR "/alerts/heald.rules.yml");
  text = test::replaced(text, "http://runbooks.example.org", HEALD_SOURCE_DIR "/docs/runbooks");
  return test::replaced(text, "http://grafana.example.org", "http://localhost:3000");
}

void Stage::takeKeyAway() {
  std::filesystem::remove(dir_.file("api-key"));
}

void Stage::putKeyBack() {
  dir_.write("api-key", "a key\n");
}

// The gateway reads its key when it starts, and notices when the file is gone.
std::string Stage::answer(const std::string& request) {
  const bool there = std::filesystem::exists(dir_.file("api-key"));
  const bool restart = request.starts_with("POST /restart ");
  if (restart) ++restarts_;
  has_key_ = there && (has_key_ || restart);
  if (has_key_) return ok("ok");
  return unavailable(restart ? "started, and there is no API key" : "no API key");
}

std::vector<nlohmann::json> Stage::slackMessages() const {
  std::vector<nlohmann::json> messages;
  for (const std::string& request : slack_.requests()) {
    if (!request.starts_with("POST /slack ")) continue;
    messages.push_back(nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4)));
  }
  return messages;
}

}  // namespace heald::demo
