#include "io/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <future>

#include "support/temp_dir.h"
#include "support/tiny_server.h"
#include "support/tls_server.h"

namespace heald::io {
namespace {

using namespace std::chrono_literals;
using test::TinyServer;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct HttpClientTest : testing::Test {
  HttpResponse send(HttpRequest request, CancelToken cancel = {}) {
    std::promise<HttpResponse> promise;
    client.send(std::move(request), std::move(cancel),
                [&](HttpResponse response) { promise.set_value(std::move(response)); });
    return promise.get_future().get();
  }
  HttpResponse get(const std::string& url) {
    HttpRequest request;
    request.url = url;
    return send(request);
  }
  HttpResponse connect(const std::string& host, int port) {
    std::promise<HttpResponse> promise;
    client.connect(host, port, 5s, {},
                   [&](HttpResponse response) { promise.set_value(std::move(response)); });
    return promise.get_future().get();
  }
  HttpClient client;
};

TinyServer::Answer always(std::string reply) {
  return [reply](const std::string&) { return reply; };
}

TEST_F(HttpClientTest, KeepsAConnectionForWhoAsksForIt) {
  const TinyServer server(always(TinyServer::reply(200, "ok", TinyServer::kKept)));
  HttpRequest request;
  request.url = server.url();
  request.keep_alive = true;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(request).status, 200);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, OpensAConnectionForEachRequestOtherwise) {
  const TinyServer server(always(TinyServer::reply(200, "ok", TinyServer::kKept)));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(server.url()).status, 200);
  EXPECT_EQ(server.connections(), 3);
  HttpRequest redirects;
  redirects.url = server.url();
  redirects.keep_alive = redirects.follow_redirects = true;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(send(redirects).status, 200);
  EXPECT_EQ(server.connections(), 5) << "where a redirect leads is asked when a connection opens";
}

TEST_F(HttpClientTest, AKeptConnectionThatWasClosedIsOpenedAgain) {
  HttpRequest request;
  request.keep_alive = true;
  {
    const TinyServer server(always(TinyServer::reply(200, "ok", "Connection: close\r\n")));
    request.url = server.url();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(send(request).status, 200);
    EXPECT_EQ(server.connections(), 2);
  }
  {
    const TinyServer server(always(TinyServer::reply(200, "ok", TinyServer::kKept)));
    request.url = server.url();
    EXPECT_EQ(send(request).status, 200);
  }
  EXPECT_EQ(send(request).end, HttpEnd::kFailed) << "who kept it has gone";
}

TEST_F(HttpClientTest, GetsStatusAndBody) {
  const TinyServer server(always(TinyServer::reply(503, "busy")));
  const auto response = get(server.url("/healthz?deep=1"));
  EXPECT_EQ(response.end, HttpEnd::kAnswered);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "busy");
  EXPECT_EQ(response.error, "");
  EXPECT_THAT(server.lastRequest(), StartsWith("GET /healthz?deep=1 HTTP/1.1\r\n"));
  EXPECT_THAT(server.lastRequest(), HasSubstr("User-Agent: heald\r\n"));
}

TEST_F(HttpClientTest, SendsMethodHeadersAndBody) {
  const TinyServer server(always(TinyServer::reply(204, "")));
  HttpRequest request;
  request.url = server.url();
  request.method = "PUT";
  request.headers = {{"X-Key", "value"}, {"X-Empty", ""}};
  request.body = "{}";
  EXPECT_EQ(send(request).status, 204);
  const std::string sent = server.lastRequest();
  EXPECT_THAT(sent, StartsWith("PUT / HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("X-Key: value\r\n"));
  EXPECT_THAT(sent, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(sent, EndsWith("\r\n\r\n{}"));
  EXPECT_THAT(sent, Not(HasSubstr("Content-Type")));
  EXPECT_THAT(sent, Not(HasSubstr("Expect")));
}

TEST_F(HttpClientTest, PostsWithoutABody) {
  const TinyServer server(always(TinyServer::reply(200, "")));
  HttpRequest request;
  request.url = server.url();
  request.method = "POST";
  EXPECT_EQ(send(request).status, 200);
  EXPECT_THAT(server.lastRequest(), HasSubstr("Content-Length: 0\r\n"));
}

TEST_F(HttpClientTest, AsksForTheHeadAlone) {
  const TinyServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"));
  HttpRequest request;
  request.url = server.url();
  request.method = "HEAD";
  EXPECT_EQ(send(request).status, 200);
}

TEST_F(HttpClientTest, KeepsTheBeginningOfALongBody) {
  const TinyServer server(always(TinyServer::reply(200, std::string(200'000, 'x'))));
  const auto response = get(server.url());
  EXPECT_EQ(response.end, HttpEnd::kAnswered);
  EXPECT_EQ(response.body.size(), 64u * 1024);
  EXPECT_TRUE(response.truncated);
}

TEST_F(HttpClientTest, KeepsTheBodyBeforeTrailers) {
  const TinyServer server(
      always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "4\r\nbody\r\n0\r\nX-Sum: 1\r\n\r\n"));
  EXPECT_EQ(get(server.url()).body, "body");
}

TEST_F(HttpClientTest, SaysThatTheConnectionWasRefused) {
  const test::ClosedPort closed;
  const auto response = get("http://127.0.0.1:" + std::to_string(closed.port()));
  EXPECT_EQ(response.end, HttpEnd::kFailed);
  EXPECT_EQ(response.error, "connection refused");
}

TEST_F(HttpClientTest, TimesOutAndSaysAfterHowLong) {
  const TinyServer server(always(""));
  HttpRequest request;
  request.url = server.url();
  request.timeout = 150ms;
  const auto response = send(request);
  EXPECT_EQ(response.end, HttpEnd::kTimeout);
  EXPECT_EQ(response.error, "timed out after 150ms");
}

TEST_F(HttpClientTest, SaysThatNothingOrNonsenseWasAnswered) {
  const TinyServer nonsense(always("what?\r\n\r\n"));
  EXPECT_EQ(get(nonsense.url()).end, HttpEnd::kFailed);
  EXPECT_NE(get(nonsense.url()).error, "");
  const TinyServer cut(always("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
  EXPECT_EQ(get(cut.url()).end, HttpEnd::kFailed);
}

TEST_F(HttpClientTest, SaysThatAHostHasNoAddress) {
  const auto response = get("http://no-such-host.invalid/");
  EXPECT_EQ(response.end, HttpEnd::kFailed);
  EXPECT_THAT(response.error, HasSubstr("no-such-host.invalid"));
}

TEST_F(HttpClientTest, DoesNotSendWhatIsNoHttpUrl) {
  for (const char* url : {"file:///etc/passwd", "scp://127.0.0.1/x", "http://", "::", ""}) {
    EXPECT_EQ(get(url).end, HttpEnd::kNotSent) << url;
  }
}

TEST_F(HttpClientTest, ObeysNoProxyOfTheEnvironment) {
  const TinyServer server(always(TinyServer::reply(200, "direct")));
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  EXPECT_EQ(get(server.url()).body, "direct");
  unsetenv("http_proxy");
}

TEST_F(HttpClientTest, FollowsNoRedirectUnlessAsked) {
  const TinyServer server([](const std::string& request) {
    return request.starts_with("GET /new ") ? TinyServer::reply(200, "new")
                                            : TinyServer::reply(302, "old", "Location: /new\r\n");
  });
  HttpRequest request;
  request.url = server.url("/old");
  EXPECT_EQ(send(request).status, 302);
  request.follow_redirects = true;
  const auto response = send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "new");
}

// A server that sends everybody to `target`, with so much status.
TinyServer::Answer redirectTo(std::string target, int status = 302) {
  return always(TinyServer::reply(status, "", "Location: " + target + "\r\n"));
}

HttpRequest secretRequest(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.follow_redirects = true;
  request.headers = {{"X-Api-Key", "hush"}, {"Authorization", "Bearer hush"}, {"Cookie", "hush"}};
  return request;
}

TEST_F(HttpClientTest, SendsItsHeadersAlongARedirectOfTheSameHost) {
  const TinyServer server([](const std::string& request) {
    return request.starts_with("GET /new ") ? TinyServer::reply(200, "new")
                                            : TinyServer::reply(302, "", "Location: /new\r\n");
  });
  EXPECT_EQ(send(secretRequest(server.url("/old"))).body, "new");
  EXPECT_THAT(server.lastRequest(), HasSubstr("X-Api-Key: hush"));
  EXPECT_THAT(server.lastRequest(), HasSubstr("Authorization: Bearer hush"));
}

TEST_F(HttpClientTest, SendsNoHeaderOfTheRequestToAnotherHostOrPort) {
  const TinyServer other(always(TinyServer::reply(200, "other")));
  const std::string by_name = "http://localhost:" + std::to_string(other.port()) + "/";
  for (const std::string& target : {other.url("/port"), by_name}) {
    const TinyServer first(redirectTo(target));
    EXPECT_EQ(send(secretRequest(first.url())).body, "other") << target;
    EXPECT_THAT(first.lastRequest(), HasSubstr("X-Api-Key: hush"));
    EXPECT_THAT(other.lastRequest(), Not(HasSubstr("hush"))) << target;
    EXPECT_THAT(other.lastRequest(), HasSubstr("User-Agent: heald"));
  }
}

TEST_F(HttpClientTest, KeepsAUserNameOfTheUrlFromAnotherHost) {
  const TinyServer other(always(TinyServer::reply(200, "other")));
  const TinyServer first(redirectTo(other.url()));
  HttpRequest request;
  request.url = "http://user:hush@127.0.0.1:" + std::to_string(first.port()) + "/";
  request.follow_redirects = true;
  EXPECT_EQ(send(request).body, "other");
  EXPECT_THAT(first.lastRequest(), HasSubstr("Authorization: Basic"));
  EXPECT_THAT(other.lastRequest(), Not(HasSubstr("Authorization")));
}

TEST_F(HttpClientTest, SendsTheBodyToNoOtherHost) {
  const TinyServer other(always(TinyServer::reply(200, "other")));
  HttpRequest request = secretRequest("");
  request.method = "POST";
  request.body = "hush";
  for (const int status : {307, 308}) {
    const TinyServer first(redirectTo(other.url(), status));
    request.url = first.url();
    const auto response = send(request);
    EXPECT_EQ(response.end, HttpEnd::kFailed);
    EXPECT_EQ(response.error, "redirected to another host, which is not sent the body");
  }
  EXPECT_TRUE(other.requests().empty());
  const TinyServer first(redirectTo(other.url(), 303));  // which makes a GET of it
  request.url = first.url();
  EXPECT_EQ(send(request).body, "other");
  EXPECT_THAT(other.lastRequest(), Not(HasSubstr("hush")));
}

TEST_F(HttpClientTest, ShowsItsCertificateToNoOtherHost) {
  const TinyServer other(always(TinyServer::reply(200, "other")));
  const TinyServer first(redirectTo(other.url()));
  HttpRequest request;
  request.url = first.url();
  request.follow_redirects = true;
  request.client_certificate = request.client_key = "of heald";
  const auto response = send(request);
  EXPECT_EQ(response.end, HttpEnd::kFailed);
  EXPECT_EQ(response.error, "redirected to another host, which is not shown the certificate");
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(HttpClientTest, CallsAHeadWithoutEndAFaultOfTheAnswer) {
  const std::string line(1024 * 1024, 'x');
  const TinyServer endless(always("HTTP/1.1 200 OK\r\nX-Endless: " + line));
  const auto response = get(endless.url());
  EXPECT_EQ(response.end, HttpEnd::kFailed);
  EXPECT_EQ(response.error, "a line of the answer's head has more than 100 KiB");
  const TinyServer status(always("HTTP/1.1 200 " + line));
  EXPECT_EQ(get(status.url()).end, HttpEnd::kFailed);
  std::string many = "HTTP/1.1 200 OK\r\n";
  while (many.size() < line.size()) many += "X-More: " + std::string(1000, 'y') + "\r\n";
  const TinyServer lines(always(many));
  EXPECT_EQ(get(lines.url()).end, HttpEnd::kFailed);
}

TEST_F(HttpClientTest, GivesUpAfterFiveRedirects) {
  const TinyServer server(always(TinyServer::reply(302, "", "Location: /again\r\n")));
  HttpRequest request;
  request.url = server.url();
  request.follow_redirects = true;
  const auto response = send(request);
  EXPECT_EQ(response.end, HttpEnd::kFailed);
  EXPECT_EQ(response.error, "more than 5 redirects");
  EXPECT_EQ(server.requests().size(), 6u);
}

TEST_F(HttpClientTest, OpensAConnectionForEachRequest) {
  const TinyServer server(always(TinyServer::reply(200, "")));
  get(server.url());
  get(server.url());
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(HttpClientTest, IsCancelledByItsTokenAlone) {
  const TinyServer silent(always(""));
  CancelSource source;
  HttpRequest request;
  request.url = silent.url();
  std::promise<HttpResponse> cancelled;
  client.send(request, source.token(), [&](HttpResponse r) { cancelled.set_value(std::move(r)); });
  const TinyServer server(always(TinyServer::reply(200, "")));
  EXPECT_EQ(get(server.url()).status, 200);
  source.cancel();
  const auto response = cancelled.get_future().get();
  EXPECT_EQ(response.end, HttpEnd::kCancelled);
  EXPECT_EQ(response.error, "cancelled");
}

TEST(HttpClient, DeliversEveryCallbackWhenItGoesAway) {
  const TinyServer silent(always(""));
  std::atomic<int> cancelled = 0;
  {
    HttpClient client;
    for (int i = 0; i < 20; ++i) {
      HttpRequest request;
      request.url = silent.url();
      client.send(request, {}, [&](const HttpResponse& response) {
        cancelled += response.end == HttpEnd::kCancelled;
      });
    }
  }
  EXPECT_EQ(cancelled, 20);
}

TEST(HttpClient, OnceStoppedHasNothingUnderWayAndEndsWhatComesAtOnce) {
  const TinyServer silent(always(""));
  HttpClient client;
  HttpRequest request;
  request.url = silent.url();
  std::atomic<int> cancelled = 0;
  const auto done = [&](const HttpResponse& response) {
    cancelled += response.end == HttpEnd::kCancelled;
  };
  client.send(request, {}, done);
  client.stop();
  EXPECT_EQ(cancelled, 1);
  client.send(request, {}, done);
  EXPECT_EQ(cancelled, 2);
  client.stop();
}

TEST_F(HttpClientTest, TellsAShortageOfItsOwnFromAFault) {
  const TinyServer server(always(TinyServer::reply(200, "")));
  get(server.url());
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  const int used = dup(0);
  close(used);
  const rlimit tight{static_cast<rlim_t>(used), old.rlim_max};
  setrlimit(RLIMIT_NOFILE, &tight);
  const auto response = get(server.url());
  setrlimit(RLIMIT_NOFILE, &old);
  EXPECT_EQ(response.end, HttpEnd::kNotSent);
  EXPECT_EQ(response.error, "too many open files");
}

TEST_F(HttpClientTest, ConnectsOverTcp) {
  const TinyServer server(always(""));
  EXPECT_EQ(connect("127.0.0.1", server.port()).end, HttpEnd::kAnswered);
  const test::ClosedPort closed;
  EXPECT_EQ(connect("127.0.0.1", closed.port()).error, "connection refused");
  EXPECT_EQ(connect("::1", closed.port()).end, HttpEnd::kFailed);
}

TEST_F(HttpClientTest, ConnectsToNames) {
  const TinyServer server(always(""));
  EXPECT_EQ(connect("localhost", server.port()).end, HttpEnd::kAnswered);
  EXPECT_EQ(connect("127.1", server.port()).end, HttpEnd::kAnswered) << "an address to a resolver";
}

TEST_F(HttpClientTest, ConnectsManyAtOnce) {
  const TinyServer server(always(""));
  constexpr int kMany = 40;
  std::atomic<int> opened = 0, ended = 0;
  std::promise<void> all;
  for (int i = 0; i < kMany; ++i) {
    client.connect("127.0.0.1", server.port(), 5s, {}, [&](const HttpResponse& response) {
      if (response.end == HttpEnd::kAnswered) ++opened;
      if (++ended == kMany) all.set_value();
    });
  }
  all.get_future().get();
  EXPECT_EQ(opened, kMany);
}

TEST_F(HttpClientTest, EndsAConnectAsCancelledWhenItStops) {
  const test::SilentPort silent;
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    HttpClient stopped;
    std::promise<HttpEnd> end;
    stopped.connect(host, silent.port(), 5s, {},
                    [&](const HttpResponse& response) { end.set_value(response.end); });
    stopped.stop();
    EXPECT_EQ(end.get_future().get(), HttpEnd::kCancelled) << host;
    std::promise<HttpEnd> late;
    stopped.connect(host, silent.port(), 5s, {},
                    [&](const HttpResponse& response) { late.set_value(response.end); });
    EXPECT_EQ(late.get_future().get(), HttpEnd::kCancelled) << host;
  }
}

TEST_F(HttpClientTest, CancelsAConnect) {
  const test::SilentPort silent;
  CancelSource source;
  std::promise<HttpEnd> end;
  client.connect("127.0.0.1", silent.port(), 600s, source.token(),
                 [&](const HttpResponse& response) { end.set_value(response.end); });
  source.cancel();
  EXPECT_EQ(end.get_future().get(), HttpEnd::kCancelled);
}

TEST_F(HttpClientTest, TrustsACertificateOfItsCaFileOnly) {
  const test::TempDir dir;
  const test::Certificate certificate(30);
  const test::TlsServer server(certificate, TinyServer::reply(200, "safe"));
  certificate.writePem(dir.file("ca.pem"));
  HttpRequest request;
  request.url = server.url();
  EXPECT_EQ(send(request).error, "self-signed certificate");
  request.ca_file = dir.file("ca.pem");
  EXPECT_EQ(send(request).body, "safe");
  request.ca_file = dir.file("none.pem");
  EXPECT_EQ(send(request).end, HttpEnd::kNotSent);
}

TEST_F(HttpClientTest, SaysThatACertificateHasExpired) {
  const test::TempDir dir;
  const test::Certificate certificate(-1);
  const test::TlsServer server(certificate, TinyServer::reply(200, ""));
  certificate.writePem(dir.file("ca.pem"));
  HttpRequest request;
  request.url = server.url();
  request.ca_file = dir.file("ca.pem");
  const auto response = send(request);
  EXPECT_EQ(response.end, HttpEnd::kFailed);
  EXPECT_EQ(response.error, "certificate has expired");
}

TEST_F(HttpClientTest, NeverFollowsFromHttpsToHttp) {
  const test::TempDir dir;
  const test::Certificate certificate(30);
  certificate.writePem(dir.file("ca.pem"));
  const TinyServer plain(always(TinyServer::reply(200, "plain")));
  const test::TlsServer tls(certificate,
                            TinyServer::reply(302, "", "Location: " + plain.url("/end") + "\r\n"));
  const TinyServer start(always(TinyServer::reply(302, "", "Location: " + tls.url() + "\r\n")));
  HttpRequest request;
  request.ca_file = dir.file("ca.pem");
  request.follow_redirects = true;
  for (const auto& url : {tls.url(), start.url()}) {
    request.url = url;
    EXPECT_EQ(send(request).end, HttpEnd::kFailed) << url;
  }
  EXPECT_TRUE(plain.requests().empty());
}

}  // namespace
}  // namespace heald::io
