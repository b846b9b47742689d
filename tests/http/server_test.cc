#include "http/server.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "shared_server.h"

namespace heald::http {
namespace {

using test::RawResponse;
using testing::HasSubstr;

class HttpServer : public ServerTest {};

TEST_F(HttpServer, AnswersOnThePortItReallyBound) {
  EXPECT_NE(port(), 0);
  const RawResponse response = test::get(port(), "/api/status");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "status json");
  EXPECT_TRUE(response.hasHeader("Connection: close"));
  EXPECT_TRUE(response.hasHeader("X-Content-Type-Options: nosniff"));
  EXPECT_TRUE(response.hasHeader("Cache-Control: no-store"));
}

TEST_F(HttpServer, PassesTheDecodedQuery) {
  EXPECT_EQ(test::get(port(), "/api/status?format=a%20b+c").body, "status a b c");
  EXPECT_EQ(test::get(port(), "/api/status?format=%zz").status, 400);
}

TEST_F(HttpServer, AnswersHeadWithoutABody) {
  const RawResponse response = send("HEAD /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.hasHeader("Content-Length: 11"));
  EXPECT_EQ(response.body, "");
}

TEST_F(HttpServer, HandsTheBodyToAChange) {
  const std::string body(1024 * 1024, ' ');
  EXPECT_EQ(send(post("Content-Length: 2\r\n") + "{}").body, "{}");
  EXPECT_EQ(send(post("Content-Length: 1048576\r\n") + body).body, body);
  EXPECT_EQ(send(post("")).body, "");
}

TEST_F(HttpServer, SaysContinueOnlyToWhomItLetsIn) {
  test::RawConnection connection(port());
  connection.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n"));
  ASSERT_TRUE(connection.readable({10, 0}));
  connection.send("{}");
  EXPECT_THAT(connection.readAll(),
              testing::StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"));
  const std::string refused =
      "POST /api/echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
      "9\r\n\r\n";
  EXPECT_EQ(send(refused).status, 401);
}

TEST_F(HttpServer, CompressesForThoseWhoAccept) {
  EXPECT_EQ(test::get(port(), "/metrics").body.size(), 2'000'000u);
  const RawResponse packed = test::get(port(), "/metrics", "Accept-Encoding: gzip\r\n");
  EXPECT_TRUE(packed.hasHeader("Content-Encoding: gzip"));
  EXPECT_TRUE(packed.hasHeader("Content-Length: " + std::to_string(packed.body.size())));
  EXPECT_LT(packed.body.size(), 20'000u);
}

TEST_F(HttpServer, LimitsWhatAPageMayDo) {
  EXPECT_THAT(test::get(port(), "/page").head, HasSubstr("Content-Security-Policy: "));
}

TEST_F(HttpServer, SurvivesAHandlerThatThrows) {
  EXPECT_EQ(test::get(port(), "/throws").status, 500);
  EXPECT_EQ(test::get(port(), "/api/status").status, 200);
}

TEST_F(HttpServer, SaysThatThePortIsInUse) {
  ServerOptions options;
  options.address = server_->address();
  const auto second = Server::start(options, {}, {}, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(second.error().message, HasSubstr("cannot listen on " + toString(options.address)));
  EXPECT_THAT(second.error().message, HasSubstr("the port is in use"));
}

TEST_F(HttpServer, SaysWhyItCannotListen) {
  ServerOptions options;
  options.address.host = "192.0.2.1";  // reserved for documents: no interface has it
  const auto server = Server::start(options, {}, {}, {});
  ASSERT_FALSE(server.ok());
  EXPECT_THAT(server.error().message, HasSubstr("Cannot assign requested address"));
}

TEST_F(HttpServer, RunsBesideAnother) {
  const auto other = start(1);
  EXPECT_NE(other->address().port, port());
  EXPECT_EQ(test::get(other->address().port, "/api/status").status, 200);
  EXPECT_EQ(test::get(port(), "/api/status").status, 200);
}

TEST_F(HttpServer, AnswersManyAtOnce) {
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&] {
        for (int n = 0; n < 50; ++n) good += test::get(port(), "/api/status").status == 200;
      });
    }
  }
  EXPECT_EQ(good, 400);
}

}  // namespace
}  // namespace heald::http
