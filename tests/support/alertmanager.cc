#include "support/alertmanager.h"

#include <fstream>
#include <regex>
#include <stdexcept>

#include "support/command.h"
#include "support/eventually.h"
#include "support/prometheus.h"

namespace heald::test {

RealAlertmanager::RealAlertmanager(const std::string& config) {
  dir_.write("alertmanager.yml", config);
  start("127.0.0.1:0");
}

void RealAlertmanager::start(const std::string& address) {
  std::vector<std::string> command = {"prometheus-alertmanager",
                                      "--config.file",
                                      dir_.file("alertmanager.yml"),
                                      "--storage.path",
                                      dir_.file("data"),
                                      "--web.listen-address",
                                      address,
                                      "--cluster.listen-address="};
  if (port_ != 0) command.push_back("--web.external-url=" + url());
  child_.emplace(command, dir_.file("log"));
}

void RealAlertmanager::start() {
  start("127.0.0.1:" + std::to_string(port_));
}

bool RealAlertmanager::stop() {
  return child_->terminate(std::chrono::seconds(20));
}

bool RealAlertmanager::ready() {
  return eventually(
      [&] {
        if (const auto port = portInLog(log())) port_ = *port;
        return port_ != 0 && runCommand({"curl", "-sf", url() + "/-/ready"}).code == 0;
      },
      std::chrono::seconds(30));
}

void RealAlertmanager::tell(const nlohmann::json& alerts) const {
  const CommandResult said = runCommand({"curl", "-sf", "-H", "Content-Type: application/json",
                                         "--data-binary", alerts.dump(), url() + "/api/v2/alerts"});
  if (said.code != 0) throw std::runtime_error("Alertmanager refuses " + alerts.dump());
}

nlohmann::json RealAlertmanager::alerts() const {
  const CommandResult said = runCommand({"curl", "-sf", url() + "/api/v2/alerts"});
  return nlohmann::json::parse(said.code == 0 ? said.output : "[]");
}

std::string shippedAlertmanagerConfig(const std::string& source, const std::string& slack_url_file,
                                      const std::string& heartbeat_url) {
  std::string config = contentOf(source + "/alerts/alertmanager.yml");
  config = replaced(config, "/etc/alertmanager/slack-url", slack_url_file);
  config = replaced(config, "http://127.0.0.1:9096/heartbeat", heartbeat_url);
  config = replaced(config, "templates/\\*", source + "/alerts/templates/*");
  config = replaced(config, "group_wait: [0-9]+[sm]", "group_wait: 1s");
  return replaced(config, "group_interval: [0-9]+[sm]", "group_interval: 1s");
}

std::string replaced(std::string text, const std::string& pattern, const std::string& with) {
  return std::regex_replace(text, std::regex(pattern), with);
}

std::string contentOf(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace heald::test
