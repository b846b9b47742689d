// TLS, users and client certificates, with the programs that people use: Prometheus, curl, openssl,
// healdctl.
#include <gmock/gmock.h>

#include "support/command.h"
#include "support/daemon.h"
#include "support/prometheus.h"
#include "support/tls_client.h"

namespace heald::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Of "fakepassword".
constexpr char kHash[] = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
constexpr char kTls[] = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";

// A CA, heald's certificate and a client's, and a heald whose listeners use them.
class TlsStory : public testing::Test {
 protected:
  TlsStory()
      : heald_({.config = "web:\n"
                          "  control: {config_file: '@DIR@/control-web.yml'}\n"
                          "  metrics: {config_file: '@DIR@/metrics-web.yml'}\n"
                          "checks: [{name: ok, exec: {command: [/bin/true]}}]\n"}) {
    ca_.writePem(file("ca.crt"));
    useServer(Certificate{30, -30, "heald", &ca_});
    client_.writePem(file("client.crt"));
    client_.writeKey(file("client.key"));
    write("control-web.yml", kTls);
    write("metrics-web.yml", kTls);
  }

  std::string file(const std::string& name) const { return heald_.file(name); }
  void write(const std::string& name, const std::string& text) const {
    heald_.dir().write(name, text);
  }
  void useServer(const Certificate& certificate) const {
    certificate.writeKey(file("server.key"));
    certificate.writePem(file("server.crt"));
  }
  std::string metricsUrl() const {
    return "https://127.0.0.1:" + std::to_string(heald_.metricsPort());
  }
  std::string controlUrl() const {
    return "https://127.0.0.1:" + std::to_string(heald_.controlPort());
  }
  // The status that curl sees, "000" for none.
  std::string curl(const std::string& url, std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {
        "curl",         "-s",       "-o",           file("body"), "-w",
        "%{http_code}", "--cacert", file("ca.crt"), "--max-time", "20"};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back(url);
    return runCommand(words).output;
  }
  CommandResult healdctl(std::vector<std::string> more) const {
    std::vector<std::string> words = {HEALD_BINARY_DIR "/healdctl"};
    words.insert(words.end(), more.begin(), more.end());
    return runCommand(words);
  }
  // Waits until Prometheus has scraped a heald whose configuration of the job is this.
  void expectScraped(const std::string& job, double up = 1) const {
    Prometheus prometheus("global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: heald\n" +
                          job + "    static_configs: [{targets: ['127.0.0.1:" +
                          std::to_string(heald_.metricsPort()) + "']}]\n");
    ASSERT_TRUE(prometheus.ready()) << prometheus.log();
    heald_.await("the scrape", [&] { return prometheus.value("up") == up; });
  }
  std::string ca() const { return "ca_file: " + file("ca.crt"); }

  const Certificate ca_{30, -30, "ca", nullptr};
  const Certificate client_{30, -30, "client", &ca_, "DNS:prometheus.example"};
  TestDaemon heald_;
};

TEST_F(TlsStory, PrometheusScrapesOverHttps) {
  heald_.start();
  expectScraped("    scheme: https\n    tls_config: {" + ca() + "}\n");
  expectScraped("    scheme: http\n", 0);
}

TEST_F(TlsStory, PrometheusScrapesWithAUser) {
  write("metrics-web.yml", std::string(kTls) + "basic_auth_users: {prom: '" + kHash + "'}\n");
  heald_.start();
  const std::string https = "    scheme: https\n    tls_config: {" + ca() + "}\n";
  expectScraped(https + "    basic_auth: {username: prom, password: fakepassword}\n");
  expectScraped(https + "    basic_auth: {username: prom, password: wrong}\n", 0);
}

TEST_F(TlsStory, PrometheusScrapesWithACertificate) {
  write("metrics-web.yml", std::string(kTls) +
                               "  client_auth_type: RequireAndVerifyClientCert\n"
                               "  client_ca_file: ca.crt\n"
                               "  client_allowed_sans: [prometheus.example]\n");
  heald_.start();
  expectScraped("    scheme: https\n    tls_config: {" + ca() +
                ", cert_file: " + file("client.crt") + ", key_file: " + file("client.key") + "}\n");
  expectScraped("    scheme: https\n    tls_config: {" + ca() + "}\n", 0);
}

// A job for each kind of http_config that can matter to a target, right and wrong.
TEST_F(TlsStory, PrometheusScrapesWithEveryKindOfHttpConfigAndWithNoWrongOne) {
  write("metrics-web.yml", std::string(kTls) +
                               "  client_auth_type: VerifyClientCertIfGiven\n"
                               "  client_ca_file: ca.crt\n"
                               "basic_auth_users: {prom: '" +
                               kHash + "'}\n");
  write("password", "fakepassword");
  const Certificate stranger(30, -30, "stranger", nullptr);
  const Certificate expired(-1, -30, "client", &ca_, "DNS:prometheus.example");
  for (const auto& [name, one] :
       {std::pair("stranger", &stranger), std::pair("expired", &expired)}) {
    one->writePem(file(std::string(name) + ".crt"));
    one->writeKey(file(std::string(name) + ".key"));
  }
  heald_.start();
  const auto with = [&](const std::string& name) {
    return ", cert_file: " + file(name + ".crt") + ", key_file: " + file(name + ".key");
  };
  const std::string user = "basic_auth: {username: prom, password: fakepassword}";
  const struct {
    const char* name;
    std::string tls;
    std::string credential;
    double up;
  } jobs[] = {
      {"password_file", ca(),
       "basic_auth: {username: prom, password_file: " + file("password") + "}", 1},
      {"http1", ca(), user + "\n    enable_http2: false\n    follow_redirects: false", 1},
      {"server_name", ca() + ", server_name: localhost", user, 1},
      {"tls13", ca() + ", min_version: TLS13", user, 1},
      {"skip_verify", "insecure_skip_verify: true", user, 1},
      {"certificate", ca() + with("client"), user, 1},
      {"no_user", ca(), "", 0},
      {"wrong_password", ca(), "basic_auth: {username: prom, password: wrong}", 0},
      {"other_user", ca(), "basic_auth: {username: root, password: fakepassword}", 0},
      {"bearer", ca(), "authorization: {credentials: fakepassword}", 0},
      {"unknown_ca", "insecure_skip_verify: false", user, 0},
      {"wrong_ca", "ca_file: " + file("stranger.crt"), user, 0},
      {"wrong_name", ca() + ", server_name: heald.example", user, 0},
      {"certificate_of_a_stranger", ca() + with("stranger"), user, 0},
      {"certificate_expired", ca() + with("expired"), user, 0},
      {"certificate_alone", ca() + with("client"), "", 0},
  };
  std::string config = "global: {scrape_interval: 1s}\nscrape_configs:\n";
  for (const auto& job : jobs) {
    config += std::string("  - job_name: ") + job.name + "\n    scheme: https\n    tls_config: {" +
              job.tls + "}\n    static_configs: [{targets: ['127.0.0.1:" +
              std::to_string(heald_.metricsPort()) + "']}]\n" +
              (job.credential.empty() ? "" : "    " + job.credential + "\n");
  }
  Prometheus prometheus(config);
  ASSERT_TRUE(prometheus.ready()) << prometheus.log();
  for (const auto& job : jobs) {
    const std::string up = std::string("up{job=\"") + job.name + "\"}";
    heald_.await(up, [&] { return prometheus.value(up).has_value(); });
    // Twice: what a first scrape may, a second may too.
    heald_.await(up + " twice", [&] {
      return prometheus.value("count_over_time(" + up + "[1m])").value_or(0) >= 2;
    });
    EXPECT_EQ(prometheus.value("max_over_time(" + up + "[1m])"), job.up) << job.name;
    EXPECT_EQ(prometheus.value("min_over_time(" + up + "[1m])"), job.up) << job.name;
  }
}

TEST_F(TlsStory, PrometheusScrapesAgainWhenACertificateThatWasWrongIsReplaced) {
  const std::string job = "    scheme: https\n    tls_config: {" + ca() + "}\n";
  const Certificate good(30, -30, "heald", &ca_);
  const Certificate expired(-1, -30, "heald", &ca_);
  const Certificate early(60, 30, "heald", &ca_);
  const Certificate own(30, -30, "heald", nullptr);
  useServer(expired);
  heald_.start();
  Prometheus prometheus("global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: heald\n" +
                        job + "    static_configs: [{targets: ['127.0.0.1:" +
                        std::to_string(heald_.metricsPort()) + "']}]\n");
  ASSERT_TRUE(prometheus.ready()) << prometheus.log();
  heald_.await("a refusal", [&] { return prometheus.value("up") == 0; });
  for (const Certificate* wrong : {&early, &own}) {
    const auto served = [&] {
      TlsConnection connection(heald_.metricsPort());
      return connection.shaken() && connection.serverDer() == wrong->der();
    };
    useServer(*wrong);
    heald_.await("it to be served", served);
    EXPECT_EQ(prometheus.value("up"), 0);
  }
  useServer(good);
  heald_.await("a scrape", [&] { return prometheus.value("up") == 1; });
}

TEST_F(TlsStory, CurlSeesTheStatusAndTheHeaders) {
  write("metrics-web.yml", std::string(kTls) + "basic_auth_users: {prom: '" + kHash +
                               "'}\nhttp_server_config:\n  http2: true\n  headers:\n"
                               "    Strict-Transport-Security: max-age=60\n");
  heald_.start();
  EXPECT_EQ(curl(metricsUrl() + "/metrics"), "401");
  EXPECT_EQ(curl(metricsUrl() + "/metrics", {"-u", "prom:no"}), "401");
  EXPECT_EQ(curl(metricsUrl() + "/metrics", {"-u", "prom:fakepassword", "-D", file("head")}),
            "200");
  EXPECT_THAT(heald_.read("head"), HasSubstr("Strict-Transport-Security: max-age=60"));
  EXPECT_THAT(heald_.read("head"), HasSubstr("HTTP/1.1 200")) << "HTTP/2 is not served";
  EXPECT_EQ(curl(metricsUrl() + "/-/healthy", {"--tlsv1.3", "-u", "prom:fakepassword"}), "200");
  EXPECT_EQ(curl(metricsUrl() + "/-/healthy", {"--tls-max", "1.1"}), "000");
}

TEST_F(TlsStory, OpensslSeesTheChainAndNoRenegotiation) {
  heald_.start();
  const auto said =
      runCommand({"/bin/sh", "-c",
                  "printf 'GET /-/healthy HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: "
                  "close\\r\\n\\r\\n' | openssl s_client -quiet -ign_eof -verify_return_error "
                  "-CAfile " +
                      file("ca.crt") +
                      " -connect 127.0.0.1:" + std::to_string(heald_.metricsPort()) + " 2>&1"});
  EXPECT_THAT(said.output, HasSubstr("HTTP/1.1 200"));
  const auto again =
      runCommand({"/bin/sh", "-c",
                  "(sleep 1; echo R; sleep 1) | openssl s_client -tls1_2 -connect 127.0.0.1:" +
                      std::to_string(heald_.metricsPort()) + " 2>&1"});
  EXPECT_THAT(again.output, HasSubstr("no renegotiation"));
}

TEST_F(TlsStory, ACertificateThatIsReplacedIsServedWithoutARestart) {
  useServer(Certificate{-1, -30, "expired", &ca_});
  heald_.start();
  EXPECT_EQ(curl(metricsUrl() + "/-/healthy"), "000") << "curl does not take an expired one";
  useServer(Certificate{30, -30, "renewed", &ca_});
  heald_.await("the new one", [&] { return curl(metricsUrl() + "/-/healthy") == "200"; });
  write("server.key", "not a key");
  heald_.await("a word about it", [&] { return heald_.logHas("web configuration is wrong"); });
  EXPECT_EQ(curl(metricsUrl() + "/-/healthy"), "200") << "the one before stays";
}

TEST_F(TlsStory, HealdctlReachesTheControlPlaneByAContext) {
  heald_.start();
  write("home.yml", "");
  const std::string where = "config/heald";
  runCommand({"mkdir", "-p", file(where)});
  write(where + "/config.yml",
        "current: here\ncontexts:\n  here:\n    url: " + controlUrl() +
            "\n    ca_file: ../../ca.crt\n    token_file: ../../control.token\n");
  const auto with = [&](std::vector<std::string> words) {
    std::vector<std::string> all = {"env", "-u", "HEALD_URL", "XDG_CONFIG_HOME=" + file("config"),
                                    HEALD_BINARY_DIR "/healdctl"};
    all.insert(all.end(), words.begin(), words.end());
    return runCommand(all);
  };
  EXPECT_EQ(with({"--context", "here", "status"}).code, 0) << with({"status"}).output;
  EXPECT_EQ(with({"flag", "auto_healing", "off", "--reason", "a test"}).code, 0)
      << "the current one";
  EXPECT_THAT(with({"--context", "ther", "status"}).output, HasSubstr("there is no context"));
  EXPECT_EQ(healdctl({"--url", controlUrl(), "status"}).code, 3) << "not of a CA that it knows";
  EXPECT_EQ(healdctl({"--url", controlUrl(), "--ca-file", file("ca.crt"), "status"}).code, 0);
}

TEST_F(TlsStory, HealdctlShowsItsCertificate) {
  write("control-web.yml", std::string(kTls) +
                               "  client_auth_type: RequireAndVerifyClientCert\n"
                               "  client_ca_file: ca.crt\n");
  heald_.start();
  const std::vector<std::string> at = {"--url", controlUrl(), "--ca-file", file("ca.crt")};
  const auto ask = [&](std::vector<std::string> more) {
    more.insert(more.begin(), at.begin(), at.end());
    more.push_back("status");
    return healdctl(more);
  };
  EXPECT_EQ(ask({"--cert", file("client.crt"), "--key", file("client.key")}).code, 0);
  EXPECT_EQ(ask({}).code, 3);
  EXPECT_THAT(ask({"--cert", file("client.crt")}).output,
              HasSubstr("--cert and --key belong together"));
}

TEST_F(TlsStory, OnAnAddressThatOthersReachNothingIsReadWithoutACredential) {
  heald_.launch().flags = {"--web.control-address=0.0.0.0:0"};
  write("control-web.yml", std::string(kTls) + "basic_auth_users: {ops: '" + kHash + "'}\n");
  heald_.spawn();
  const auto port = [&] {
    const std::string log = heald_.log();
    const auto at = log.find("msg=\"control listener\" address=0.0.0.0:");
    return at == std::string::npos ? 0 : std::stoi(log.substr(at + 39));
  };
  heald_.await("it", [&] { return port() != 0 || !heald_.running(); });
  const std::string url = "https://127.0.0.1:" + std::to_string(port()) + "/api/status";
  EXPECT_EQ(curl(url), "401");
  EXPECT_EQ(curl(url, {"-H", "Authorization: Bearer wrong"}), "401");
  EXPECT_EQ(curl(url, {"-H", "Authorization: Bearer " + heald_.token()}), "200");
  EXPECT_EQ(curl(url, {"-u", "ops:no"}), "401");
  EXPECT_EQ(curl(url, {"-u", "ops:fakepassword"}), "200");
  write("control-web.yml", "basic_auth_users: {ops: '" + std::string(kHash) + "'}\n");
  heald_.await("a refusal", [&] { return heald_.logHas("tls_server_config is missing"); });
  EXPECT_EQ(curl(url, {"-u", "ops:fakepassword"}), "200") << "over TLS, as before";
}

TEST_F(TlsStory, AnAddressThatOthersReachNeedsTls) {
  heald_.configure("checks: []\n");
  heald_.launch().flags = {"--web.control-address=0.0.0.0:0"};
  heald_.spawn();
  EXPECT_NE(heald_.waitForExit(), 0);
  EXPECT_THAT(heald_.log(), HasSubstr("needs TLS and credentials"));
  EXPECT_THAT(heald_.log(), HasSubstr("config_file: /etc/heald/control-web.yml"));
}

TEST_F(TlsStory, AWebConfigurationThatIsWrongStartsNothingAndSaysWhere) {
  write("control-web.yml", "tls_server_config: {cert_fil: server.crt}\n");
  heald_.spawn();
  EXPECT_NE(heald_.waitForExit(), 0);
  EXPECT_THAT(heald_.log(),
              HasSubstr("control-web.yml:1:21: tls_server_config.cert_fil: unknown key"));
  const auto checked = healdctl({"check-config", "--host", file("heald.yml")});
  EXPECT_THAT(checked.output, HasSubstr("[web-config]"));
}

}  // namespace
}  // namespace heald::test
