#include "support/prometheus.h"

#include <regex>
#include <stdexcept>

#include "support/command.h"
#include "support/eventually.h"

namespace heald::test {

std::optional<int> portInLog(const std::string& log) {
  static const std::regex listening("Listening on\" address=127\\.0\\.0\\.1:([0-9]+)");
  std::smatch found;
  if (!std::regex_search(log, found, listening)) return std::nullopt;
  return std::stoi(found[1]);
}

Prometheus::Prometheus(const std::string& config, std::string features)
    : features_(std::move(features)) {
  dir_.write("prometheus.yml", config);
  start("127.0.0.1:0");
}

void Prometheus::start(const std::string& address) {
  child_.emplace(
      std::vector<std::string>{
          "prometheus", "--config.file", dir_.file("prometheus.yml"), "--storage.tsdb.path",
          dir_.file("data"), "--web.listen-address", address, "--enable-feature=" + features_,
          // An alert of the first seconds is lost: it knows no Alertmanager yet.
          "--rules.alert.resend-delay=10s"},
      dir_.file("log"));
}

bool Prometheus::ready() {
  return eventually(
      [&] {
        if (const auto port = portInLog(log())) port_ = *port;
        return port_ != 0 && runCommand({"curl", "-sf", url() + "/-/ready"}).code == 0;
      },
      std::chrono::seconds(30));
}

void Prometheus::restart() {
  child_->kill();
  start("127.0.0.1:" + std::to_string(port_));
}

nlohmann::json Prometheus::api(const std::string& call, const std::string& promql) const {
  const CommandResult said = runCommand({"curl", "-s", "--max-time", "20", "--data-urlencode",
                                         "query=" + promql, url() + "/api/v1/" + call});
  const auto answer = nlohmann::json::parse(said.output, nullptr, false);
  if (answer.is_discarded() || answer.value("status", "") != "success") {
    throw std::runtime_error(promql + ": " + said.output);
  }
  return answer.at("data");
}

nlohmann::json Prometheus::query(const std::string& promql, std::optional<double> at) const {
  const nlohmann::json data = api(at ? "query?time=" + std::to_string(*at) : "query", promql);
  if (data.at("resultType") == "scalar") {
    return nlohmann::json::array({{{"value", data.at("result")}}});
  }
  return data.at("result");
}

std::optional<double> Prometheus::value(const std::string& promql) const {
  const nlohmann::json samples = query(promql);
  if (samples.size() != 1) return std::nullopt;
  return std::stod(samples[0].at("value").at(1).get<std::string>());
}

}  // namespace heald::test
