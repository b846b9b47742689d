#include <gmock/gmock.h>
#include <sys/un.h>

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
  EXPECT_TRUE(response.hasHeader("Connection: keep-alive"));
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

TEST_F(HttpServer, RunsBesideAnother) {
  const auto other = start(1);
  EXPECT_NE(other->port(), port());
  EXPECT_EQ(test::get(other->port(), "/api/status").status, 200);
  EXPECT_EQ(test::get(port(), "/api/status").status, 200);
}

TEST_F(HttpServer, KeepsAConnectionForManyCalls) {
  test::RawConnection connection(port());
  for (int i = 0; i < 20; ++i) {
    connection.send(i % 2 == 0 ? "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n"
                               : post("Content-Length: 2\r\n") + "{}");
    EXPECT_EQ(RawResponse(connection.readAnswer()).body, i % 2 == 0 ? "status json" : "{}");
  }
}

// CivetWeb was given a port for a moment; what listens now has no name at all.
TEST_F(HttpServer, HasNoSocketThatAnotherProcessCouldConnectTo) {
  const auto server = server_->server();
  const PrivateSocket& socket = server->socket();
  sockaddr_un name{};
  socklen_t size = sizeof name;
  ASSERT_EQ(::getsockname(socket.listening(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  EXPECT_EQ(name.sun_family, AF_UNIX);
  EXPECT_EQ(::connect(io::UniqueFd(::socket(AF_UNIX, SOCK_STREAM, 0)).get(),
                      reinterpret_cast<sockaddr*>(&name), size),
            -1)
      << "its name leads nowhere";
  EXPECT_TRUE(socket.connect().valid());
}

TEST_F(HttpServer, AnswersNobodyWithoutATicket) {
  const io::UniqueFd inside = server_->server()->socket().connect();
  const std::string call =
      "GET /api/status HTTP/1.1\r\nHost: localhost\r\nX-Heald-Ticket: 1-1\r\n\r\n";
  ASSERT_EQ(::send(inside.get(), call.data(), call.size(), 0), static_cast<ssize_t>(call.size()));
  char byte = 0;
  EXPECT_EQ(::recv(inside.get(), &byte, 1, 0), 0);
}

TEST_F(HttpServer, HearsWhatCivetWebWouldNotTake) {
  EXPECT_EQ(test::get(port(), "/api/status", "X-Heald-Actor: Jos\xc3\xa9\r\n").status, 200);
  EXPECT_EQ(test::get(port(), "/api/status?format={\"a|b\"}").body, "status {\"a|b\"}");
}

TEST_F(HttpServer, TakesNoTicketFromAClient) {
  EXPECT_EQ(test::get(port(), "/api/status", "X-Heald-Ticket: 1-1\r\n").body, "status json");
}

TEST_F(HttpServer, ReadersLeaveWorkersToThoseWhoChangeSomething) {
  std::vector<std::unique_ptr<test::RawConnection>> readers;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(std::make_unique<test::RawConnection>(port()));
    readers.back()->send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  while (slow_started_ == 0) std::this_thread::yield();
  EXPECT_EQ(send(post("Content-Length: 2\r\n") + "{}").body, "{}") << "while all readers wait";
  slow_may_end_ = true;
  for (const auto& reader : readers) EXPECT_EQ(RawResponse(reader->readAnswer()).body, "slow");
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
