// The sockets that heald listens on: several addresses, those that systemd gives, and many who
// connect and say nothing.
#include <arpa/inet.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "support/child.h"
#include "support/command.h"
#include "support/daemon.h"

namespace heald::test {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;

constexpr char kNothing[] = "checks: [{name: ok, exec: {command: [/bin/true]}}]\n";

// The port in the last line of the log that has this address.
std::uint16_t portOf(const TestDaemon& heald, const std::string& plane, const std::string& host) {
  const std::string log = heald.log();
  const std::string mark = "msg=\"" + plane + " listener\" address=" + host + ":";
  const auto at = log.find(mark);
  return at == log.npos ? 0 : static_cast<std::uint16_t>(std::stoi(log.substr(at + mark.size())));
}

TEST(Addresses, OfAListenerMayBeSeveral) {
  TestDaemon heald({.config = kNothing,
                    .flags = {"--web.control-address=127.0.0.1:0,[::1]:0",
                              "--web.metrics-address=127.0.0.1:0,127.0.0.2:0"}});
  heald.start();
  EXPECT_EQ(heald.get("/api/status").status, 200);
  const auto curl = [](const std::string& url) { return runCommand({"curl", "-gsf", url}).code; };
  const auto url = [&](const std::string& plane, const std::string& host) {
    return "http://" + host + ":" + std::to_string(portOf(heald, plane, host));
  };
  EXPECT_EQ(curl(url("control", "[::1]") + "/api/status"), 0);
  EXPECT_EQ(curl(url("metrics", "127.0.0.1") + "/-/healthy"), 0);
  EXPECT_EQ(curl(url("metrics", "127.0.0.2") + "/-/healthy"), 0);
}

TEST(Addresses, OfTheFileMayBeAList) {
  TestDaemon heald({.config = std::string("web:\n  control_address: ['127.0.0.1:0', '0.0.0.0:0']\n"
                                          "  metrics_address: ['127.0.0.1:0', '127.0.0.1']\n") +
                              kNothing});
  const std::string said =
      runCommand({HEALD_BINARY_DIR "/healdctl", "check-config", heald.file("heald.yml")}).output;
  EXPECT_THAT(said, HasSubstr("web.control_address: \"0.0.0.0:0\" is not a loopback address"));
  EXPECT_THAT(said, HasSubstr("web.metrics_address: \"127.0.0.1\" has no port"));
}

std::uint16_t freePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  ::bind(socket, reinterpret_cast<const sockaddr*>(&name), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size);
  ::close(socket);
  return ntohs(name.sin_port);
}

TEST(Activation, SystemdsSocketsAreListenedOnInsteadOfTheConfigurations) {
  const TempDir dir;
  dir.write("heald.yml", "store: {path: '" + dir.file("heald.db") + "'}\n" + kNothing);
  const std::string metrics = "127.0.0.1:" + std::to_string(freePort());
  const std::string control = dir.file("control.sock");
  Child heald({"systemd-socket-activate", "-l", metrics, "-l", control, "--fdname=metrics:control",
               HEALD_BINARY_DIR "/heald", "--config.file=" + dir.file("heald.yml")},
              dir.file("log"));
  const auto curl = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"curl", "-sf", "--max-time", "10"});
    return runCommand(words).code;
  };
  // The first one wakes it.
  EXPECT_TRUE(eventually([&] { return curl({"http://" + metrics + "/-/healthy"}) == 0; }))
      << heald.output();
  EXPECT_EQ(curl({"--unix-socket", control, "http://localhost/api/status"}), 0) << heald.output();
  EXPECT_EQ(heald.output().find("3001"), std::string::npos) << heald.output();
}

TEST(Activation, ASocketWithoutAKnownNameStartsNothing) {
  const TempDir dir;
  dir.write("heald.yml", "store: {path: '" + dir.file("heald.db") + "'}\n" + kNothing);
  const std::string control = dir.file("control.sock");
  Child heald({"systemd-socket-activate", "-l", control, "--fdname=heald",
               HEALD_BINARY_DIR "/heald", "--config.file=" + dir.file("heald.yml")},
              dir.file("log"));
  EXPECT_TRUE(eventually([&] {
    runCommand({"curl", "-s", "--max-time", "1", "--unix-socket", control, "http://localhost/"});
    return heald.output().find("FileDescriptorName=control or metrics") != std::string::npos;
  })) << heald.output();
}

struct Latency {
  double median = 0;
  double p99 = 0;
};

// Of so many requests, each on a connection of its own, as a probe does it; in milliseconds.
Latency latencyOf(std::uint16_t port, const std::string& path, int count) {
  std::vector<double> all;
  for (int i = 0; i < count; ++i) {
    const auto begun = steady_clock::now();
    EXPECT_EQ(get(port, path).status, 200) << path;
    all.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
  }
  std::sort(all.begin(), all.end());
  return {all[all.size() / 2], all[all.size() * 99 / 100]};
}

class ManyConnections : public testing::Test {
 protected:
  void SetUp() override {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    // On each of the two listeners, as far as this process may have them.
    count_ =
        std::min(10'000, (static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 100'000)) - 1'000) / 2);
    heald_.start();
  }
  void hold(std::uint16_t port) {
    for (int i = 0; i < count_; ++i) {
      held_.push_back(std::make_unique<RawConnection>(port));
      if (i % 2 == 0) held_.back()->send("GET /metrics HTTP/1.1\r\nHost: loc");
    }
  }
  long memory() const {  // KiB
    std::ifstream in("/proc/" + std::to_string(heald_.pid()) + "/status");
    const std::string status(std::istreambuf_iterator<char>(in), {});
    return std::stol(status.substr(status.find("VmRSS:") + 6));
  }

  TestDaemon heald_{{kNothing}};
  int count_ = 0;
  std::vector<std::unique_ptr<RawConnection>> held_;
};

TEST_F(ManyConnections, ThatAreIdleOrHalfSentDelayNoScrapeNoProbeAndNoKillSwitch) {
  const std::uint16_t metrics = heald_.metricsPort();
  const Latency quiet_health = latencyOf(metrics, "/-/healthy", 300);
  const Latency quiet_page = latencyOf(metrics, "/metrics", 100);
  const long before = memory();
  hold(metrics);
  hold(heald_.controlPort());
  const Latency health = latencyOf(metrics, "/-/healthy", 300);
  const Latency page = latencyOf(metrics, "/metrics", 100);
  const auto begun = steady_clock::now();
  EXPECT_EQ(
      heald_.put("/api/flags/auto_healing", R"({"enabled": false, "reason": "a test"})").status,
      200);
  const std::chrono::duration<double, std::milli> killed = steady_clock::now() - begun;
  std::cout << "/-/healthy p50 " << quiet_health.median << " p99 " << quiet_health.p99
            << " ms quiet, p50 " << health.median << " p99 " << health.p99
            << " ms among them; /metrics p99 " << quiet_page.p99 << " and " << page.p99
            << "; kill switch " << killed.count() << " ms; memory " << before << " and " << memory()
            << " KiB\n";
  // Generous: other tests run beside it. The figures are printed.
  EXPECT_LT(health.median, quiet_health.median + 5);
  EXPECT_LT(page.median, quiet_page.median + 5);
  EXPECT_LT(killed.count(), 1'000);
  EXPECT_LT(memory() - before, 64 * 1024);
  const auto stopping = steady_clock::now();
  EXPECT_EQ(heald_.stop(), 0);
  const std::chrono::duration<double> stopped = steady_clock::now() - stopping;
  std::cout << "TERM " << stopped.count() << " s\n";
  EXPECT_LT(stopped.count(), 5);
}

}  // namespace
}  // namespace heald::test
