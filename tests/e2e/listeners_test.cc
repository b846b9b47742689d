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

#include "support/any_connection.h"
#include "support/child.h"
#include "support/command.h"
#include "support/daemon.h"
#include "support/tls_server.h"

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

double millisecondsSince(steady_clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count();
}

// A heald without TLS, or (the parameter) with it on both listeners, to which many come.
class Crowd : public testing::TestWithParam<bool> {
 protected:
  Crowd() : heald_({.config = std::string(GetParam() ? kTls : "") + kNothing}) {
    if (!GetParam()) return;
    certificate_.writePem(heald_.file("server.crt"));
    certificate_.writeKey(heald_.file("server.key"));
    heald_.dir().write("web.yml",
                       "tls_server_config: {cert_file: server.crt, key_file: server.key}\n");
    context_ = SSL_CTX_new(TLS_client_method());
  }
  ~Crowd() override { SSL_CTX_free(context_); }

  static constexpr char kTls[] =
      "web:\n  control: {config_file: '@DIR@/web.yml'}\n"
      "  metrics: {config_file: '@DIR@/web.yml'}\n";

  AnyConnection::Answer ask(std::uint16_t port, const std::string& request) const {
    AnyConnection connection(port, context_);
    connection.send(request);
    return connection.next();
  }
  AnyConnection::Answer get(std::uint16_t port, const std::string& path) const {
    return ask(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  int killSwitch() const {
    const std::string body = R"({"enabled": false, "reason": "a test"})";
    return ask(heald_.controlPort(),
               "PUT /api/flags/auto_healing HTTP/1.1\r\nHost: localhost\r\n"
               "Content-Type: application/json\r\nAuthorization: Bearer " +
                   heald_.token() + "\r\nContent-Length: " + std::to_string(body.size()) +
                   "\r\n\r\n" + body)
        .status;
  }
  // Of so many requests, each on a connection of its own, as a probe does it; in milliseconds.
  Latency latencyOf(std::uint16_t port, const std::string& path, int count) const {
    std::vector<double> all;
    for (int i = 0; i < count; ++i) {
      const auto begun = steady_clock::now();
      EXPECT_EQ(get(port, path).status, 200) << path;
      all.push_back(millisecondsSince(begun));
    }
    std::sort(all.begin(), all.end());
    return {all[all.size() / 2], all[all.size() * 99 / 100]};
  }
  // Who says nothing, half of a head, and, to TLS, half of a handshake.
  void hold(std::uint16_t port, int count) {
    for (int i = 0; i < count; ++i) {
      if (GetParam() && i % 4 != 0) {
        silent_.push_back(std::make_unique<RawConnection>(port));
        if (i % 4 == 1) silent_.back()->send(std::string("\x16\x03\x01\x02\x00\x01", 6));
        continue;
      }
      held_.push_back(std::make_unique<AnyConnection>(port, context_));
      if (i % 2 == 0) held_.back()->send("GET /metrics HTTP/1.1\r\nHost: loc");
    }
  }
  long memory() const {  // KiB
    std::ifstream in("/proc/" + std::to_string(heald_.pid()) + "/status");
    const std::string status(std::istreambuf_iterator<char>(in), {});
    return std::stol(status.substr(status.find("VmRSS:") + 6));
  }
  double stop() {  // seconds
    const auto stopping = steady_clock::now();
    EXPECT_EQ(heald_.stop(), 0);
    return millisecondsSince(stopping) / 1'000;
  }

  const Certificate certificate_{30};
  TestDaemon heald_;
  SSL_CTX* context_ = nullptr;
  std::vector<std::unique_ptr<AnyConnection>> held_;
  std::vector<std::unique_ptr<RawConnection>> silent_;
};

class ManyConnections : public Crowd {
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

  int count_ = 0;
};

TEST_P(ManyConnections, ThatAreIdleOrHalfSentDelayNoScrapeNoProbeAndNoKillSwitch) {
  const std::uint16_t metrics = heald_.metricsPort();
  const Latency quiet_health = latencyOf(metrics, "/-/healthy", 300);
  const Latency quiet_page = latencyOf(metrics, "/metrics", 100);
  const long before = memory();
  hold(metrics, count_);
  hold(heald_.controlPort(), count_);
  const Latency health = latencyOf(metrics, "/-/healthy", 300);
  const Latency page = latencyOf(metrics, "/metrics", 100);
  const auto begun = steady_clock::now();
  EXPECT_EQ(killSwitch(), 200);
  const double killed = millisecondsSince(begun);
  std::cout << count_ << " on each: /-/healthy p50 " << quiet_health.median << " p99 "
            << quiet_health.p99 << " ms quiet, p50 " << health.median << " p99 " << health.p99
            << " ms among them; /metrics p99 " << quiet_page.p99 << " and " << page.p99
            << "; kill switch " << killed << " ms; memory " << before << " and " << memory()
            << " KiB\n";
  // Generous: other tests run beside it. The figures are printed.
  EXPECT_LT(health.median, quiet_health.median + 5);
  EXPECT_LT(page.median, quiet_page.median + 5);
  EXPECT_LT(killed, 1'000);
  EXPECT_LT(memory() - before, (GetParam() ? 192 : 64) * 1024);
  const double stopped = stop();
  std::cout << "TERM " << stopped << " s\n";
  EXPECT_LT(stopped, 5);
}

TEST_P(ManyConnections, ThatHoldAStreamOfEventsHearTheSameAtOnce) {
  constexpr int kStreams = 500;
  const long before = memory();
  for (int i = 0; i < kStreams; ++i) {
    held_.push_back(std::make_unique<AnyConnection>(heald_.controlPort(), context_));
    held_.back()->send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  for (const auto& stream : held_) EXPECT_TRUE(stream->readUntil("\r\n\r\n"));
  const auto begun = steady_clock::now();
  EXPECT_EQ(killSwitch(), 200);
  const double killed = millisecondsSince(begun);
  for (const auto& stream : held_) EXPECT_TRUE(stream->readUntil("auto_healing"));
  const double told = millisecondsSince(begun);
  const Latency health = latencyOf(heald_.metricsPort(), "/-/healthy", 100);
  const Latency status = latencyOf(heald_.controlPort(), "/api/status", 100);
  std::cout << kStreams << " streams: kill switch " << killed << " ms, all have heard of it after "
            << told << " ms; /-/healthy p99 " << health.p99 << ", /api/status p99 " << status.p99
            << " ms; memory " << before << " and " << memory() << " KiB\n";
  EXPECT_LT(told, 5'000);
  EXPECT_LT(memory() - before, 64 * 1024);
  const double stopped = stop();
  std::cout << "TERM " << stopped << " s\n";
  EXPECT_LT(stopped, 5);
}

// As under `ulimit -n 64`: the limit is heald's from its start.
class FewDescriptors : public Crowd {
 protected:
  void SetUp() override {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{64, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    heald_.start();
    ::setrlimit(RLIMIT_NOFILE, &before);
  }
};

TEST_P(FewDescriptors, AreEnoughForProbesAndTheKillSwitchAmongManyWhoSayNothing) {
  hold(heald_.metricsPort(), 200);
  hold(heald_.controlPort(), 200);
  const Latency health = latencyOf(heald_.metricsPort(), "/-/healthy", 50);
  const auto begun = steady_clock::now();
  EXPECT_EQ(killSwitch(), 200);
  std::cout << "/-/healthy p99 " << health.p99 << " ms, kill switch " << millisecondsSince(begun)
            << " ms\n";
  EXPECT_EQ(get(heald_.metricsPort(), "/metrics").status, 200);
  EXPECT_EQ(get(heald_.controlPort(), "/api/status").status, 200);
  EXPECT_LT(stop(), 5);
}

std::string overWhat(const testing::TestParamInfo<bool>& over) {
  return over.param ? "Tls" : "Plain";
}
INSTANTIATE_TEST_SUITE_P(Over, ManyConnections, testing::Values(false, true), overWhat);
INSTANTIATE_TEST_SUITE_P(Over, FewDescriptors, testing::Values(false, true), overWhat);

}  // namespace
}  // namespace heald::test
