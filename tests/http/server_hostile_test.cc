#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <chrono>

#include "shared_server.h"

namespace heald::http {
namespace {

using test::RawConnection;
using test::RawResponse;
using Clock = std::chrono::steady_clock;

class HostileClient : public ServerTest {
 protected:
  void TearDown() override { EXPECT_EQ(test::get(port(), "/api/status").status, 200); }
};

TEST_F(HostileClient, GetsTheSameAnswersAsThePureTables) {
  const std::string host = "Host: localhost\r\n";
  const std::pair<std::string, int> cases[] = {
      {"GET /api/status HTTP/1.1\r\nHost: evil.com\r\n\r\n", 403},
      {"GET /api/status HTTP/1.1\r\nHost: localhost.evil.com\r\n\r\n", 403},
      {"GET /api/status HTTP/1.1\r\nHost: 127.0.0.1.evil.com\r\n\r\n", 403},
      {"GET /api/status HTTP/1.0\r\n\r\n", 400},
      {"GET /api/status HTTP/1.0\r\n" + host + "\r\n", 200},
      {"GET /api/status HTTP/1.1\r\n" + host + "Host: evil.com\r\n\r\n", 400},
      {"GET http://localhost/api/status HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET http://evil.com/api/status HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /API/status HTTP/1.1\r\n" + host + "\r\n", 404},
      {"GET /api/statusfoo HTTP/1.1\r\n" + host + "\r\n", 404},
      {"GET /metrics/../api/status HTTP/1.1\r\n" + host + "\r\n", 404},
      {"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" + host + "\r\n", 404},
      {"GET /api%2Fstatus HTTP/1.1\r\n" + host + "\r\n", 404},
      {"GET /api/status%00 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /api/\x01status HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /api/\xffstatus HTTP/1.1\r\n" + host + "\r\n", 400},
      {"get /api/status HTTP/1.1\r\n" + host + "\r\n", 405},
      {"BREW /api/status HTTP/1.1\r\n" + host + "\r\n", 405},
      {"GET /api/status HTTP/2.0\r\n" + host + "\r\n", 505},
      {"GET /api/status HTTP/1.1\r\n" + host + "X: " + std::string(20'000, 'x') + "\r\n\r\n", 431},
      {"nonsense\r\n\r\n", 400},
      {post("Content-Length: 2\r\nContent-Length: 3\r\n") + "{}", 400},
      {post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", 400},
      {post("Transfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n\r\n", 411},
      {post("Content-Length: 2x\r\n") + "{}", 400},
      {post("Content-Length: 1048577\r\n"), 413},
      {post("Origin: http://evil.com\r\n"), 403},
  };
  for (const auto& [bytes, status] : cases)
    EXPECT_EQ(send(bytes).status, status) << bytes.substr(0, 120);
}

TEST_F(HostileClient, GetsJsonEvenForWhatIsNotHttp) {
  for (const char* bytes : {"nonsense\r\n\r\n", "g t / HTTP/1.1\r\n\r\n", "GET / HTTP/9\r\n\r\n"}) {
    const RawResponse response = send(bytes);
    EXPECT_TRUE(nlohmann::json::parse(response.body)["error"]["message"].is_string()) << bytes;
    EXPECT_TRUE(response.hasHeader("Content-Type: application/json; charset=utf-8")) << bytes;
  }
}

TEST_F(HostileClient, GetsNoCorsHeadersFromAPreflight) {
  const RawResponse response = send(
      "OPTIONS /api/echo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.com\r\n"
      "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x\r\n\r\n");
  EXPECT_EQ(response.status, 405);
  EXPECT_TRUE(response.hasHeader("Allow: POST"));
  EXPECT_THAT(response.head, testing::Not(testing::HasSubstr("Access-Control")));
}

TEST_F(HostileClient, GetsNoWebSocket) {
  const RawResponse response = send(
      "GET /api/status HTTP/1.1\r\nHost: evil.com\r\nConnection: Upgrade\r\n"
      "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n\r\n");
  EXPECT_EQ(response.status, 403);
}

TEST_F(HostileClient, CannotHideAHeaderBehindTooManyOthers) {
  std::string head = "GET /api/status HTTP/1.1\r\nHost: localhost\r\n";
  for (int i = 0; i < 70; ++i) head += "X: y\r\n";
  EXPECT_EQ(send(head + "Host: evil.com\r\n\r\n").status, 431);
}

TEST_F(HostileClient, IsRefusedBeforeItsBodyIsAwaited) {
  const auto start = Clock::now();
  EXPECT_EQ(send("POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n").status,
            401);
  EXPECT_EQ(send("POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n").status,
            404);
  EXPECT_LT(Clock::now() - start, kTestTimeout);
}

TEST_F(HostileClient, CannotDripABodyPastItsDeadline) {
  RawConnection slow(port());
  slow.send(post("Content-Length: 1000\r\n"));
  const auto start = Clock::now();
  while (!slow.readable({0, 20'000}) && slow.send(" ")) {  // 50 bytes a second: 20 s in all
  }
  EXPECT_EQ(RawResponse(slow.readAll()).status, 408);
  EXPECT_LT(Clock::now() - start, kTestTimeout * 3);
}

TEST_F(HostileClient, CannotHoldAWorkerBySilence) {
  RawConnection silent(port());
  silent.send(post("Content-Length: 1000\r\n") + "{");
  const auto start = Clock::now();
  EXPECT_EQ(RawResponse(silent.readAll()).status, 408);
  EXPECT_LT(Clock::now() - start, kTestTimeout * 3);
}

TEST_F(HostileClient, CannotDripHeadersPastTheirDeadline) {
  RawConnection slow(port());
  const auto start = Clock::now();
  slow.send("GET /api/status HTTP/1.1\r\nHost: localhost\r\nX: ");
  while (!slow.readable({0, 20'000}) && slow.send("x")) {
  }
  slow.readAll();
  EXPECT_LT(Clock::now() - start, kTestTimeout * 3);
}

TEST_F(HostileClient, DoesNotHoldAThirdWithTwoHalfSentRequests) {
  RawConnection first(port());
  RawConnection second(port());
  first.send(post("Content-Length: 1000\r\n") + "{");
  second.send("GET /api/status HTTP/1.1\r\nHost: local");
  const auto start = Clock::now();
  EXPECT_EQ(test::get(port(), "/api/status").status, 200);
  EXPECT_LT(Clock::now() - start, kTestTimeout / 2);
}

TEST_F(HostileClient, MayLeaveAtAnyMoment) {
  RawConnection(port()).send("GET /api/st");
  RawConnection(port()).send(post("Content-Length: 1000\r\n") + "{");
  RawConnection(port()).send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

}  // namespace
}  // namespace heald::http
