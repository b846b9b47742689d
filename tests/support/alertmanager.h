#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "support/child.h"
#include "support/temp_dir.h"

namespace heald::test {

// The real Alertmanager (Debian package prometheus-alertmanager) on a free port of 127.0.0.1, with
// a folder of its own. Declare the TestDaemon first.
class RealAlertmanager {
 public:
  // `config` is its alertmanager.yml.
  explicit RealAlertmanager(const std::string& config);

  // Waits until it answers; false when it does not.
  bool ready();
  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string log() const { return child_->output(); }
  // Ends it in good order, as systemd does: it writes down whom it has told what.
  bool stop();
  // On the same port, which its messages now name too, and with what it has written down.
  void start();

  // As Prometheus tells it: an array of alerts.
  void tell(const nlohmann::json& alerts) const;
  // The alerts that it knows, each with its `status`.
  nlohmann::json alerts() const;

 private:
  void start(const std::string& address);

  TempDir dir_;
  std::optional<Child> child_;
  int port_ = 0;
};

// alerts/alertmanager.yml as it is shipped, but with these addresses, and with waits of a second in
// the place of minutes. `slack_url_file` holds the address of Slack.
std::string shippedAlertmanagerConfig(const std::string& source, const std::string& slack_url_file,
                                      const std::string& heartbeat_url);

std::string replaced(std::string text, const std::string& pattern, const std::string& with);
std::string contentOf(const std::string& path);

}  // namespace heald::test
