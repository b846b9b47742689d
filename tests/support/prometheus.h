#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "support/child.h"
#include "support/temp_dir.h"

namespace heald::test {

// The real Prometheus (Debian package prometheus) on a free port of 127.0.0.1, with a folder of its
// own. Declare the TestDaemon first.
class Prometheus {
 public:
  // `config` is its prometheus.yml; `features` what it is started with beside.
  explicit Prometheus(const std::string& config, std::string features = "exemplar-storage");

  // Waits until it answers; false when it does not.
  bool ready();
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string log() const { return child_->output(); }
  // The samples of an instant query, of now or of a moment (seconds since 1970). Throws what it
  // says when it refuses the query.
  nlohmann::json query(const std::string& promql, std::optional<double> at = {}) const;
  // The value of a query that gives one sample.
  std::optional<double> value(const std::string& promql) const;
  // The answer of a call of its API: "query_exemplars?query=…".
  nlohmann::json api(const std::string& call, const std::string& promql) const;
  // Kills it and starts it again, on the same port and with what it has stored.
  void restart();
  void stop() { child_->kill(); }

 private:
  void start(const std::string& address);

  TempDir dir_;
  std::string features_;
  std::optional<Child> child_;
  int port_ = 0;
};

// A program of Prometheus' family says in its log where it listens; nothing before it has.
std::optional<int> portInLog(const std::string& log);

}  // namespace heald::test
