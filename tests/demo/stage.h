#pragma once

#include <atomic>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/alertmanager.h"
#include "support/daemon.h"
#include "support/prometheus.h"
#include "support/tiny_server.h"

namespace heald::demo {

// How fast the story is told. The times of a governor are the defaults divided by 60, or by 1000.
struct Pace {
  bool fast = false;
  const char* governor() const;
  const char* interval() const { return fast ? "50ms" : "500ms"; }
  const char* scrape() const { return fast ? "250ms" : "1s"; }
};

// All that plays: a gateway that cannot do without its key, heald, Prometheus, Alertmanager, and a
// stub of Slack. Everything is on 127.0.0.1 and on free ports, in folders that go with it.
class Stage {
 public:
  explicit Stage(Pace pace);

  // The key of the gateway: a file. Without it the gateway answers 503, and a restart does not
  // help.
  void takeKeyAway();
  void putKeyBack();

  test::TestDaemon& heald() { return heald_; }
  std::string gatewayUrl() const { return gateway_.url("/healthz"); }
  std::string prometheusUrl() const { return prometheus_->url(); }
  std::string alertmanagerUrl() const { return alertmanager_->url(); }
  int restartsOfTheGateway() const { return restarts_; }
  // What Slack was sent, in its order.
  std::vector<nlohmann::json> slackMessages() const;

 private:
  std::string answer(const std::string& request);
  std::string rules() const;

  const Pace pace_;
  test::TempDir dir_;
  std::atomic<int> restarts_ = 0;
  std::atomic<bool> has_key_ = false;
  test::TinyServer gateway_;
  test::TestDaemon heald_;
  test::TinyServer slack_;
  std::optional<test::RealAlertmanager> alertmanager_;
  std::optional<test::Prometheus> prometheus_;
};

}  // namespace heald::demo
