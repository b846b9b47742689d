#include "io/http_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>

#include "support/temp_dir.h"
#include "support/tiny_server.h"
#include "support/tls_server.h"

namespace heald::io {
namespace {

using test::Certificate;
using test::TinyServer;
using test::TlsServer;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct HttpAccessTest : testing::Test {
  HttpResponse send(HttpRequest request) {
    std::promise<HttpResponse> promise;
    sendWithAccess(services, std::move(request), access, {},
                   [&](HttpResponse response) { promise.set_value(std::move(response)); });
    return promise.get_future().get();
  }
  HttpResponse send(const TinyServer& to) {
    HttpRequest request;
    request.url = to.url();
    request.method = "POST";
    request.headers = {{"X-Key", "configured"}, {"Content-Type", "text/plain"}};
    return send(request);
  }
  HttpResponse send(const TlsServer& to) {
    HttpRequest request;
    request.url = to.url();
    request.ca_file = dir.file("ca.pem");
    return send(request);
  }
  static std::string ok() { return TinyServer::reply(200, "fine"); }

  const test::TempDir dir;
  HttpAccess access;
  WorkerPool workers{2};
  HttpClient http;
  Looks looks;
  Services services{workers, http, looks};
  const TinyServer server{[](const std::string&) { return ok(); }};
};

TEST_F(HttpAccessTest, SendsTheHeadersOfItsFileWhichTakeThePlaceOfOthers) {
  access.headers_file =
      dir.write("headers", "# of the vault\nX-Key: secret\r\n\n  X-Scope-OrgID: a:b \n");
  EXPECT_EQ(send(server).status, 200);
  EXPECT_THAT(server.lastRequest(), HasSubstr("\r\nX-Key: secret\r\n"));
  EXPECT_THAT(server.lastRequest(), Not(HasSubstr("configured")));
  EXPECT_THAT(server.lastRequest(), HasSubstr("Content-Type: text/plain\r\n"));
}

TEST_F(HttpAccessTest, NamesTheLineThatIsNoHeaderAndNotWhatIsInIt) {
  for (const char* text : {"X-Key: a\nhush hush\n", "X-Key: a\nX Y: hush", "X-Key: a\n: hush",
                           "X-Key: a\nX-Y: hush\x01"}) {
    access.headers_file = dir.write("headers", text);
    const auto response = send(server);
    EXPECT_EQ(response.end, HttpEnd::kNotSent);
    EXPECT_EQ(response.error, "headers_file: " + dir.file("headers") +
                                  ": line 2 is no header (example: X-Key: abc)");
  }
  EXPECT_THAT(server.requests(), testing::IsEmpty());
}

TEST_F(HttpAccessTest, SendsTheBodyOfItsFileByteByByte) {
  const std::string body("{\"key\": \"\0\xff\"}\n", 15);
  access.body_file = dir.write("body", body);
  EXPECT_EQ(send(server).status, 200);
  EXPECT_THAT(server.lastRequest(), EndsWith("\r\n\r\n" + body));
}

TEST_F(HttpAccessTest, TakesNoFileThatIsTooLarge) {
  access.body_file = dir.write("body", std::string(1024 * 1024 + 1, 'x'));
  EXPECT_EQ(send(server).error, "body_file: " + dir.file("body") + ": larger than 1048576 bytes");
  access.body_file.clear();
  access.password_file = dir.write("password", std::string(65 * 1024, 'x'));
  EXPECT_EQ(send(server).error,
            "password_file: " + dir.file("password") + ": larger than 65536 bytes");
}

// RFC 7617 and RFC 4648.
TEST_F(HttpAccessTest, SendsBasicAuthentication) {
  const std::pair<const char*, const char*> cases[] = {
      {"open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
      {"a", "QWxhZGRpbjph"},
      {"ab", "QWxhZGRpbjphYg=="},
      {"abc", "QWxhZGRpbjphYmM="},
      {"\xc2\xa3:", "QWxhZGRpbjrCozo="}};
  access.username = "Aladdin";
  for (const auto& [password, encoded] : cases) {
    access.password_file = dir.write("password", std::string(password) + "\n");
    EXPECT_EQ(send(server).status, 200);
    EXPECT_THAT(server.lastRequest(),
                HasSubstr("\r\nAuthorization: Basic " + std::string(encoded) + "\r\n"));
  }
}

TEST_F(HttpAccessTest, SendsAnotherAuthorization) {
  access.authorization_type = "ApiKey";
  access.credentials_file = dir.write("key", "abc=\n");
  EXPECT_EQ(send(server).status, 200);
  EXPECT_THAT(server.lastRequest(), HasSubstr("\r\nAuthorization: ApiKey abc=\r\n"));
}

TEST_F(HttpAccessTest, ReadsEachFileAnewForEachRequest) {
  access.bearer_token_file = dir.write("token", "one");
  send(server);
  dir.write("token", "two");
  send(server);
  EXPECT_THAT(server.lastRequest(), HasSubstr("Authorization: Bearer two\r\n"));
  std::remove(dir.file("token").c_str());
  const auto response = send(server);
  EXPECT_EQ(response.end, HttpEnd::kNotSent);
  EXPECT_EQ(response.error,
            "bearer_token_file: " + dir.file("token") + ": No such file or directory");
}

TEST_F(HttpAccessTest, TakesNoFileThatOthersMayChange) {
  access.password_file = dir.write("password", "hush");
  access.username = "heald";
  ASSERT_EQ(chmod(access.password_file.c_str(), 0666), 0);
  const auto response = send(server);
  EXPECT_EQ(response.end, HttpEnd::kNotSent);
  EXPECT_THAT(response.error, HasSubstr("may be written by everybody (mode 0666)"));
  EXPECT_THAT(server.requests(), testing::IsEmpty());
}

// A server that asks for a certificate of its own authority.
struct HttpAccessWithCertificate : HttpAccessTest {
  HttpAccessWithCertificate() {
    certificate.writePem(dir.file("ca.pem"));
    own.writePem(dir.file("own.pem"));
    own.writeKey(dir.file("own.key"));
  }
  void use(const std::string& cert, const std::string& key) {
    access.cert_file = dir.file(cert);
    access.key_file = dir.file(key);
  }

  const Certificate certificate{30};
  const Certificate authority{30, -30, "clients", nullptr};
  const Certificate own{30, -30, "heald", &authority};
  const TlsServer guarded{certificate, ok(), nullptr, &authority};
};

TEST_F(HttpAccessWithCertificate, IsLetInWithIt) {
  use("own.pem", "own.key");
  const auto response = send(guarded);
  EXPECT_EQ(response.end, HttpEnd::kAnswered) << response.error;
  EXPECT_EQ(response.status, 200);
}

TEST_F(HttpAccessWithCertificate, IsTurnedAwayWithoutItOrWithAnother) {
  const auto without = send(guarded);
  EXPECT_EQ(without.end, HttpEnd::kFailed);
  // The connection may be cut before the alert that says so is read.
  EXPECT_THAT(without.error, testing::AnyOf(HasSubstr("certificate required"), HasSubstr("reset")));
  const Certificate stranger(30, -30, "stranger", nullptr);
  stranger.writePem(dir.file("stranger.pem"));
  stranger.writeKey(dir.file("stranger.key"));
  use("stranger.pem", "stranger.key");
  EXPECT_EQ(send(guarded).end, HttpEnd::kFailed);
}

TEST_F(HttpAccessWithCertificate, IsNotSentWithFilesThatAreNone) {
  use("own.pem", "none.key");
  EXPECT_EQ(send(guarded).error,
            "key_file: " + dir.file("none.key") + ": No such file or directory");
  const Certificate other(30);
  other.writeKey(dir.file("other.key"));
  use("own.pem", "other.key");
  const auto mismatch = send(guarded);
  EXPECT_EQ(mismatch.end, HttpEnd::kNotSent) << mismatch.error;
  dir.write("garbage", "garbage");
  use("garbage", "own.key");
  EXPECT_EQ(send(guarded).end, HttpEnd::kNotSent);
  use("own.pem", "garbage");
  EXPECT_EQ(send(guarded).end, HttpEnd::kNotSent);
}

TEST_F(HttpAccessWithCertificate, AsksForNoPassphrase) {
  FILE* file = std::fopen(dir.file("locked.key").c_str(), "w");
  const std::string phrase = "hush";
  PEM_write_PrivateKey(file, own.key, EVP_aes_128_cbc(),
                       reinterpret_cast<const unsigned char*>(phrase.data()),
                       static_cast<int>(phrase.size()), nullptr, nullptr);
  std::fclose(file);
  use("own.pem", "locked.key");
  EXPECT_EQ(send(guarded).end, HttpEnd::kNotSent);
}

TEST_F(HttpAccessWithCertificate, AsksForAnotherNameThanThatOfTheUrl) {
  const Certificate named(30, -30, "service", nullptr, "DNS:service.example.org");
  named.writePem(dir.file("named.pem"));
  const TlsServer there(named, ok());
  HttpRequest request;
  request.url = "https://localhost:" + there.address().substr(there.address().find(':') + 1) + "/x";
  request.ca_file = dir.file("named.pem");
  EXPECT_EQ(send(request).end, HttpEnd::kFailed);  // it is not made out for localhost
  request.server_name = "service.example.org";
  const auto response = send(request);
  EXPECT_EQ(response.end, HttpEnd::kAnswered) << response.error;
  EXPECT_EQ(there.serverName(), "service.example.org");
  EXPECT_THAT(there.lastRequest(), StartsWith("GET /x HTTP/1.1\r\n"));
  EXPECT_THAT(there.lastRequest(), HasSubstr("Host: localhost:"));
  request.server_name = "other.example.org";
  EXPECT_EQ(send(request).end, HttpEnd::kFailed);
}

TEST_F(HttpAccessWithCertificate, TakesAnyCertificateWhenToldSo) {
  const Certificate expired(-1);
  const TlsServer there(expired, ok());
  HttpRequest request;
  request.url = there.url();
  EXPECT_EQ(send(request).end, HttpEnd::kFailed);
  request.insecure_skip_verify = true;
  EXPECT_EQ(send(request).end, HttpEnd::kAnswered);
}

}  // namespace
}  // namespace heald::io
