#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/eventually.h"
#include "support/http_test_client.h"
#include "support/temp_dir.h"

namespace heald::test {

// Why a heald could not be driven as the test wants: what was awaited, and the log.
struct DaemonFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// How a heald is started. @DIR@ stands for the test's folder in every text.
struct Launch {
  std::string config;  // YAML; `store` is heald.db in the folder unless it says otherwise
  std::vector<std::string> flags = {};
  // All that heald's environment has besides PATH.
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::optional<rlim_t> file_size_limit = {};
};

// The real heald, as a child process with a folder of its own, both listeners on free ports of
// 127.0.0.1 and its log in a file. Nothing of it survives the test: the destructor kills it, waits
// until all that it started is gone, and aborts the test when something is not.
//
// For one thread. Where a test has several, each knows what is its own only while it runs.
class TestDaemon {
 public:
  explicit TestDaemon(Launch launch);
  TestDaemon(const TestDaemon&) = delete;
  TestDaemon& operator=(const TestDaemon&) = delete;
  ~TestDaemon();

  // Starts it, on whatever store there is, and waits until it listens.
  void start();
  // Starts it without waiting.
  void spawn();
  void waitUntilListening();
  bool running();
  void signal(int number);
  // The exit code, or minus the signal that ended it.
  int waitForExit(std::chrono::milliseconds limit = std::chrono::seconds(60));
  int stop();   // TERM
  void kill();  // KILL
  void killAfter(std::chrono::microseconds delay);
  // Waits until everything that it has started is gone. What is left, or "".
  std::string leftovers(std::chrono::milliseconds limit);

  pid_t pid() const { return pid_; }
  const TempDir& dir() const { return dir_; }
  std::string file(const std::string& name) const { return dir_.file(name); }
  std::string read(const std::string& name) const { return dir_.read(name); }
  // Replaces the configuration; for the next start.
  void configure(const std::string& config);
  Launch& launch() { return launch_; }

  std::string log() const;  // of the present, or last, run
  bool logHas(const std::string& text) const { return log().find(text) != std::string::npos; }

  std::uint16_t controlPort() const { return control_port_; }
  std::uint16_t metricsPort() const { return metrics_port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(control_port_); }
  std::string token() const;
  // The control listener. `status` of the answer is 0 when nobody answers.
  RawResponse get(const std::string& path) const;
  RawResponse post(const std::string& path, const std::string& body) const;
  RawResponse put(const std::string& path, const std::string& body) const;

  nlohmann::json status() const;  // throws when nobody answers
  nlohmann::json governor(const std::string& name) const;
  nlohmann::json check(const std::string& name) const;
  nlohmann::json remedy(const std::string& name) const;
  std::string metrics() const;
  // The value of a series as it stands in /metrics ("heald_dormant{governor=\"x\"}").
  std::optional<double> metric(const std::string& series) const;

  // Waits until the condition holds; throws with the log when it does not in time.
  template <class Condition>
  void await(const std::string& what, Condition condition,
             std::chrono::milliseconds limit = std::chrono::seconds(30)) const {
    if (!eventually(condition, limit)) fail("waited in vain for: " + what);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const;
  std::string fill(std::string text) const;
  std::vector<std::string> commandLine() const;
  std::vector<std::string> environment() const;
  std::uint16_t portIn(const std::string& message) const;
  RawResponse send(const char* method, const std::string& path, const std::string& body) const;
  nlohmann::json json(const std::string& path) const;

  TempDir dir_;
  Launch launch_;
  pid_t pid_ = 0;
  std::size_t log_begin_ = 0;
  std::uint16_t control_port_ = 0;
  std::uint16_t metrics_port_ = 0;
};

}  // namespace heald::test
