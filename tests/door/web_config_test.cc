#include "door/web_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::door {
namespace {

using testing::HasSubstr;
using Auth = WebConfig::ClientAuth;

constexpr const char* kHash = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";

WebConfig good(const std::string& text) {
  auto read = readWebConfig(text, "/etc/heald/web.yml");
  EXPECT_TRUE(read) << text << "\n" << (read ? "" : read.error().message);
  return read ? std::move(*read) : WebConfig{};
}

std::string wrong(const std::string& text) {
  const auto read = readWebConfig(text, "/etc/heald/web.yml");
  EXPECT_FALSE(read) << text;
  return read ? "" : read.error().message;
}

std::string tls(const std::string& more) {
  return "tls_server_config:\n  cert_file: server.crt\n  key_file: /keys/server.key\n" + more;
}

TEST(WebConfig, MayBeEmptyAndThenChangesNothing) {
  const WebConfig config = good("");
  EXPECT_FALSE(config.has_tls);
  EXPECT_TRUE(config.users.empty());
  EXPECT_EQ(config.tls.min_version, 12);
  EXPECT_EQ(config.tls.max_version, 13);
  EXPECT_FALSE(good("tls_server_config:\nbasic_auth_users:\n").has_tls);
}

TEST(WebConfig, IsReadAsTheToolkitsSampleIs) {
  const WebConfig config =
      good(tls("") + "basic_auth_users:\n  alice: " + kHash + "\n  bob: " + kHash +
           "\nrate_limit:\n  interval: \"1s\"\n  burst: 20\n");
  EXPECT_TRUE(config.has_tls);
  EXPECT_EQ(config.tls.certificate_file, "/etc/heald/server.crt") << "beside the file";
  EXPECT_EQ(config.tls.key_file, "/keys/server.key");
  EXPECT_EQ(config.users.at("alice"), kHash);
  EXPECT_EQ(config.rate_interval, std::chrono::seconds(1));
  EXPECT_EQ(config.rate_burst, 20);
}

TEST(WebConfig, HasEveryKeyOfTheDocument) {
  const WebConfig config = good(
      "tls_server_config:\n  cert: a\n  key: b\n  client_ca: c\n"
      "  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [prom, 10.0.0.1]\n"
      "  min_version: TLS13\n  max_version: TLS13\n  prefer_server_cipher_suites: false\n"
      "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256]\n"
      "  curve_preferences: [X25519, CurveP256]\n"
      "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: deny\n"
      "    Strict-Transport-Security: max-age=1\n    X-XSS-Protection: ''\n");
  EXPECT_EQ(config.tls.certificate + config.tls.key + config.tls.client_ca, "abc");
  EXPECT_EQ(config.tls.client_auth, Auth::kRequireAndVerify);
  EXPECT_THAT(config.tls.client_allowed_sans, testing::ElementsAre("prom", "10.0.0.1"));
  EXPECT_EQ(config.tls.min_version, 13);
  EXPECT_FALSE(config.tls.prefer_server_ciphers);
  EXPECT_THAT(config.tls.ciphers, testing::ElementsAre("ECDHE-RSA-AES256-GCM-SHA384"));
  EXPECT_THAT(config.tls.curves, testing::ElementsAre("X25519", "P-256"));
  EXPECT_EQ(config.headers.size(), 2u) << "a blank one is unset";
}

TEST(WebConfig, RefusesWhatTheToolkitRefuses) {
  EXPECT_THAT(wrong("tls_config: {}"),
              HasSubstr("/etc/heald/web.yml:1:1: tls_config: unknown key"));
  EXPECT_THAT(wrong("tls_server_config: {certfile: a}"), HasSubstr("unknown key"));
  EXPECT_THAT(wrong("tls_server_config: {cert_file: a}"), HasSubstr("key"));
  EXPECT_THAT(wrong("tls_server_config: {key_file: a}"), HasSubstr("cert"));
  EXPECT_THAT(wrong("tls_server_config: {client_auth_type: NoClientCert}"), HasSubstr("cert"));
  EXPECT_THAT(wrong(tls("  client_auth_type: Perhaps\n")), HasSubstr("\"Perhaps\" is not known"));
  EXPECT_THAT(wrong(tls("  client_ca_file: ca\n")), HasSubstr("client_auth_type"));
  EXPECT_THAT(wrong(tls("  client_allowed_sans: [a]\n")), HasSubstr("client_allowed_sans"));
  EXPECT_THAT(
      wrong(tls("  client_auth_type: VerifyClientCertIfGiven\n  client_allowed_sans: [a]\n")),
      HasSubstr("client_allowed_sans"));
  EXPECT_THAT(wrong(tls("  min_version: TLS111\n")), HasSubstr("TLS111"));
  EXPECT_THAT(wrong(tls("  min_version: TLS13\n  max_version: TLS12\n")), HasSubstr("above"));
  EXPECT_THAT(wrong(tls("  cipher_suites: [TLS_RSA_WITH_RC4]\n")), HasSubstr("TLS_RSA_WITH_RC4"));
  EXPECT_THAT(wrong(tls("  curve_preferences: [CurveP257]\n")), HasSubstr("CurveP256"));
  EXPECT_THAT(wrong("http_server_config: {headers: {Server: x}}"), HasSubstr("Server"));
  EXPECT_THAT(wrong("http_server_config: {headers: {X-Frame-Options: yes}}"),
              HasSubstr("sameorigin"));
  for (const char* value : {"a\\nB: c", "a\\0", "\\e[31m"}) {
    EXPECT_THAT(
        wrong("http_server_config: {headers: {X-XSS-Protection: \"" + std::string(value) + "\"}}"),
        HasSubstr("control character"));
  }
  EXPECT_THAT(wrong("http_server_config: {http2: perhaps}"), HasSubstr("true or false"));
  EXPECT_THAT(wrong("rate_limit: {interval: soon}"), HasSubstr("duration"));
  EXPECT_THAT(wrong("rate_limit: {burst: x}"), HasSubstr("number"));
  EXPECT_THAT(wrong("basic_auth_users: [a]"), HasSubstr("mapping"));
}

TEST(WebConfig, ShowsNoHashInAMessage) {
  const std::string said = wrong("basic_auth_users: {alice: hunter2}");
  EXPECT_THAT(said, HasSubstr("basic_auth_users.alice"));
  EXPECT_THAT(said, testing::Not(HasSubstr("hunter2")));
}

TEST(WebConfig, TakesDurationsAsGoWritesThem) {
  const auto interval = [](const std::string& text) {
    return good("rate_limit: {interval: " + text + "}").rate_interval;
  };
  EXPECT_EQ(interval("0"), std::chrono::nanoseconds(0));
  EXPECT_EQ(interval("1m30s"), std::chrono::seconds(90));
  EXPECT_EQ(interval("1.5s"), std::chrono::milliseconds(1500));
  EXPECT_EQ(interval("100ms"), std::chrono::milliseconds(100));
  for (const char* none : {"nans", "infs", "-1s", "1", "s", "1s1", "9999999h", "1e3s"}) {
    EXPECT_THAT(wrong(std::string("rate_limit: {interval: ") + none + "}"), HasSubstr("duration"));
  }
}

}  // namespace
}  // namespace heald::door
