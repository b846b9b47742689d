#include "door/web_access.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "door/echo_service.h"
#include "support/eventually.h"
#include "support/temp_dir.h"
#include "support/tls_client.h"

namespace heald::door {
namespace {

using test::Certificate;
using test::RawResponse;
using test::TlsConnection;
using testing::HasSubstr;

constexpr char kAsk[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
// Of "fakepassword".
constexpr char kHashOfFake[] = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
// alice:fakepassword, alice:guess
constexpr char kRight[] = "Authorization: Basic YWxpY2U6ZmFrZXBhc3N3b3Jk\r\n";
constexpr char kWrong[] = "Authorization: Basic YWxpY2U6Z3Vlc3M=\r\n";

std::string ask(const std::string& more) {
  return "GET /a HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

class WebAccessTest : public testing::Test {
 protected:
  WebAccessTest() { useCertificate(server_); }

  void useCertificate(const Certificate& certificate) {
    certificate.writePem(dir_.file("server.crt"));
    certificate.writeKey(dir_.file("server.key"));
  }
  void configure(const std::string& more) {
    dir_.write("web.yml",
               "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n" + more);
  }
  void plain(const std::string& text) { dir_.write("web.yml", text); }

  std::string openFault(bool bearers = false) {
    WebAccess::Options options;
    options.file = dir_.file("web.yml");
    options.bearers = bearers;
    options.told = [this](const std::string& fault) {
      const std::lock_guard lock(mutex_);
      told_.push_back(fault);
    };
    auto access = WebAccess::open(std::move(options));
    if (!access) return access.error().message;
    access_ = std::move(*access);
    return "";
  }
  void open(bool bearers = false) {
    ASSERT_EQ(openFault(bearers), "");
    auto bound = listenOn({"127.0.0.1", 0});
    ASSERT_TRUE(bound);
    port_ = bound->address.port;
    std::vector<Listener> listeners(1);
    listeners[0].name = "test";
    listeners[0].sockets.push_back(std::move(bound->socket));
    listeners[0].service = &service_;
    listeners[0].tls = access_.get();
    listeners[0].gate = access_.get();
    auto door = Door::open(std::move(listeners), {});
    ASSERT_TRUE(door);
    door_ = std::move(*door);
  }
  // What the watcher said last, when it has said so often.
  std::string told(std::size_t times) {
    EXPECT_TRUE(test::eventually([&] {
      const std::lock_guard lock(mutex_);
      return told_.size() >= times;
    }));
    const std::lock_guard lock(mutex_);
    return told_.empty() ? "nothing was told" : told_.back();
  }
  std::string nameOfServer() const { return TlsConnection(port_).server(); }

  test::TempDir dir_;
  const Certificate server_{30, -30, "first", nullptr};
  EchoService service_;
  std::mutex mutex_;
  std::vector<std::string> told_;
  std::uint16_t port_ = 0;
  std::unique_ptr<WebAccess> access_;
  std::unique_ptr<Door> door_;  // last: it ends before what it uses
};

TEST_F(WebAccessTest, ServesOverTls) {
  configure("");
  open();
  TlsConnection connection(port_);
  EXPECT_EQ(connection.version(), "TLSv1.3");
  EXPECT_EQ(connection.server(), "first");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(connection.ask(kAsk).body, "GET /a ") << "kept alive";
}

TEST_F(WebAccessTest, ALargeAnswerComesWholeOverTls) {
  configure("");
  open();
  TlsConnection connection(port_);
  EXPECT_EQ(connection.ask("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").body.size(), 8'000'000u);
}

TEST_F(WebAccessTest, RequestsInOnePieceAreAnsweredOneAfterTheOther) {
  configure("");
  open();
  TlsConnection connection(port_);
  const RawResponse first = connection.ask(
      std::string(kAsk) + "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_THAT(first.head + first.body + connection.readAnswer(), HasSubstr("POST /b ok"));
}

TEST_F(WebAccessTest, WhoSpeaksPlainHttpHearsThatItIsHttps) {
  configure("");
  open();
  const RawResponse answer = test::sendRaw(port_, kAsk);
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("HTTPS"));
}

TEST_F(WebAccessTest, HoldsTheVersionsAndTheCiphers) {
  configure("  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n");
  open();
  TlsConnection connection(port_);
  EXPECT_EQ(connection.version(), "TLSv1.2");
  EXPECT_EQ(connection.cipher(), "ECDHE-ECDSA-AES256-GCM-SHA384");
  TlsConnection::Options other;
  other.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
  EXPECT_FALSE(TlsConnection(port_, other).shaken());
}

TEST_F(WebAccessTest, RefusesAVersionBelowTheLeast) {
  configure("  min_version: TLS13\n");
  open();
  TlsConnection::Options old;
  old.max_version = TLS1_2_VERSION;
  EXPECT_FALSE(TlsConnection(port_, old).shaken());
}

TEST_F(WebAccessTest, AClientNeedsACertificateOfItsCaThatIsStillGood) {
  const Certificate ca{30, -30, "ca", nullptr};
  const Certificate client{30, -30, "client", &ca, "DNS:prometheus.example"};
  const Certificate expired{-1, -30, "client", &ca, "DNS:prometheus.example"};
  const Certificate stranger{30, -30, "client", nullptr, "DNS:prometheus.example"};
  ca.writePem(dir_.file("ca.crt"));
  configure("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n");
  open();
  const auto status = [&](const Certificate* certificate) {
    TlsConnection::Options options;
    options.certificate = certificate;
    return TlsConnection(port_, options).ask(kAsk).status;
  };
  EXPECT_EQ(status(&client), 200);
  EXPECT_EQ(status(nullptr), 0);
  EXPECT_EQ(status(&expired), 0);
  EXPECT_EQ(status(&stranger), 0);
}

TEST_F(WebAccessTest, OfTheAllowedNamesOneHasToBeInTheCertificate) {
  const Certificate ca{30, -30, "ca", nullptr};
  ca.writePem(dir_.file("ca.crt"));
  configure(
      "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"
      "  client_allowed_sans: [prometheus.example, 'spiffe://example/prometheus']\n");
  open();
  const auto status = [&](const std::string& name) {
    const Certificate client{30, -30, "client", &ca, name};
    TlsConnection::Options options;
    options.certificate = &client;
    return TlsConnection(port_, options).ask(kAsk).status;
  };
  EXPECT_EQ(status("DNS:prometheus.example"), 200);
  EXPECT_EQ(status("URI:spiffe://example/prometheus"), 200);
  EXPECT_EQ(status("DNS:other.example"), 0);
  EXPECT_EQ(status("DNS:prometheus.example.org"), 0);
}

TEST_F(WebAccessTest, ACertificateThatIsOnlyAskedForNeedsNobodysSignature) {
  const Certificate stranger{30, -30, "client", nullptr, "DNS:a.example"};
  configure("  client_auth_type: RequireAnyClientCert\n");
  open();
  TlsConnection::Options options;
  options.certificate = &stranger;
  EXPECT_EQ(TlsConnection(port_, options).ask(kAsk).status, 200);
  EXPECT_EQ(TlsConnection(port_).ask(kAsk).status, 0) << "but there has to be one";
}

TEST_F(WebAccessTest, AsksForAUserAndThePassword) {
  plain("basic_auth_users:\n  alice: " + std::string(kHashOfFake) + "\n");
  open();
  const RawResponse none = test::sendRaw(port_, kAsk);
  EXPECT_EQ(none.status, 401);
  EXPECT_TRUE(none.hasHeader("WWW-Authenticate: Basic"));
  for (int i = 0; i < 3; ++i) {  // compared, and known
    EXPECT_EQ(test::sendRaw(port_, ask(kWrong)).status, 401);
    EXPECT_EQ(test::sendRaw(port_, ask(kRight)).status, 200);
  }
  EXPECT_EQ(test::sendRaw(port_, ask("Authorization: Basic ???\r\n")).status, 401);
  EXPECT_EQ(test::sendRaw(port_, ask("Authorization: Bearer x\r\n")).status, 401);
  EXPECT_EQ(test::sendRaw(port_, ask(std::string(kRight) + kWrong)).status, 401)
      << "which of the two counts is nobody's guess";
}

TEST_F(WebAccessTest, AUserIsOneOnlyAsLongAsTheFileSaysSo) {
  const std::string users = "basic_auth_users:\n  alice: " + std::string(kHashOfFake) + "\n";
  plain(users);
  open();
  RequestHead head;
  head.headers.add("Authorization", "Basic YWxpY2U6ZmFrZXBhc3N3b3Jk");
  std::promise<Gate::Verdict> judged;
  access_->judgeLater(head, {}, [&](Gate::Verdict verdict) { judged.set_value(verdict); });
  const Gate::Verdict verdict = judged.get_future().get();
  ASSERT_EQ(verdict.user, "alice");
  EXPECT_TRUE(verdict.still());
  plain(users + "  bob: " + std::string(kHashOfFake) + "\n");
  access_->refresh();
  EXPECT_TRUE(verdict.still()) << "another user has come";
  plain("basic_auth_users:\n  bob: " + std::string(kHashOfFake) + "\n");
  access_->refresh();
  EXPECT_FALSE(verdict.still());
}

TEST_F(WebAccessTest, ABodyOfAWrongPasswordIsNotRead) {
  plain("basic_auth_users:\n  alice: " + std::string(kHashOfFake) + "\n");
  open();
  const std::string head = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n";
  const RawResponse wrong = test::sendRaw(port_, head + kWrong + "\r\n");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_TRUE(wrong.hasHeader("Connection: close"));
  EXPECT_EQ(test::sendRaw(port_, head + kRight + "\r\nok").body, "POST /b ok");
}

TEST_F(WebAccessTest, ABearerIsLetInWhereSomebodyElseJudgesIt) {
  plain("basic_auth_users:\n  alice: " + std::string(kHashOfFake) + "\n");
  open(true);
  EXPECT_EQ(test::sendRaw(port_, ask("Authorization: Bearer x\r\n")).status, 200);
  EXPECT_EQ(test::sendRaw(port_, kAsk).status, 401);
}

TEST_F(WebAccessTest, EveryAnswerHasTheHeaders) {
  plain(
      "http_server_config:\n  headers:\n    X-Frame-Options: deny\n"
      "    Strict-Transport-Security: max-age=31536000\n");
  open();
  for (const std::string path : {"/a", "/forbidden"}) {
    const RawResponse answer = test::get(port_, path);
    EXPECT_TRUE(answer.hasHeader("X-Frame-Options: deny")) << answer.head;
    EXPECT_TRUE(answer.hasHeader("Strict-Transport-Security: max-age=31536000"));
  }
}

TEST_F(WebAccessTest, MoreThanTheRateIsRefused) {
  plain("rate_limit:\n  interval: 1h\n  burst: 2\n");
  open();
  EXPECT_EQ(test::sendRaw(port_, kAsk).status, 200);
  EXPECT_EQ(test::sendRaw(port_, kAsk).status, 200);
  EXPECT_EQ(test::sendRaw(port_, kAsk).status, 429);
}

TEST_F(WebAccessTest, ACertificateThatIsReplacedIsServedFromThenOn) {
  configure("");
  open();
  EXPECT_EQ(nameOfServer(), "first");
  useCertificate(Certificate{30, -30, "second", nullptr});
  EXPECT_TRUE(test::eventually([&] { return nameOfServer() == "second"; }));
}

TEST_F(WebAccessTest, ABrokenOneKeepsTheOneBeforeAndIsToldOfOnce) {
  configure("");
  open();
  dir_.write("web.yml", "tls_server_confg: {}\n");
  EXPECT_THAT(told(1), HasSubstr("web.yml:1:1: tls_server_confg: unknown key"));
  EXPECT_EQ(nameOfServer(), "first");
  configure("  key_file: missing.key\n");
  EXPECT_THAT(told(2), HasSubstr("there twice"));
  configure("basic_auth_users: {alice: '" + std::string(kHashOfFake) + "'}\n");
  EXPECT_EQ(told(3), "");
  EXPECT_EQ(TlsConnection(port_).ask(kAsk).status, 401);
}

TEST_F(WebAccessTest, IsReadAgainWhenAFileThatWasMissingIsThere) {
  configure("");
  open();
  dir_.write("web.yml", "tls_server_config:\n  cert_file: new.crt\n  key_file: new.key\n");
  EXPECT_THAT(told(1), HasSubstr("cannot read " + dir_.file("new.crt")));
  const Certificate fresh{30, -30, "fresh", nullptr};
  fresh.writeKey(dir_.file("new.key"));
  fresh.writePem(dir_.file("new.crt"));
  EXPECT_TRUE(test::eventually([&] { return nameOfServer() == "fresh"; }));
}

TEST_F(WebAccessTest, IsNotOpenedWithAKeyOfAnotherCertificate) {
  Certificate{30, -30, "other", nullptr}.writeKey(dir_.file("server.key"));
  configure("");
  EXPECT_THAT(openFault(), HasSubstr("is not the key of the certificate"));
}

TEST_F(WebAccessTest, IsNotOpenedWithoutItsFile) {
  EXPECT_THAT(openFault(), HasSubstr("cannot read"));
}

TEST_F(WebAccessTest, AHandshakeThatIsNotEndedEndsWithItsTime) {
  configure("");
  open();
  test::RawConnection half(port_);
  half.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_EQ(TlsConnection(port_).ask(kAsk).status, 200) << "and nobody waits for it";
  EXPECT_EQ(half.readAll(), "");
}

TEST_F(WebAccessTest, GarbageInThePlaceOfAHandshakeEndsTheConnectionAlone) {
  configure("");
  open();
  for (const std::string& garbage :
       {std::string("\0\0\0\0\0\0\0\0", 8), std::string(3000, '\x16')}) {
    test::RawConnection hostile(port_);
    hostile.send(garbage);
    (void)hostile.readAll();
  }
  EXPECT_EQ(TlsConnection(port_).ask(kAsk).status, 200);
}

}  // namespace
}  // namespace heald::door
