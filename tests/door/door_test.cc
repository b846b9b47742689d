#include <gmock/gmock.h>

#include <thread>

#include "door/echo_service.h"
#include "support/eventually.h"

namespace heald::door {
namespace {

using test::RawConnection;
using test::RawResponse;
using testing::HasSubstr;

const std::string kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kEnd = "Connection: close\r\n\r\n";

std::string post(const std::string& body, const std::string& headers = {}) {
  return "POST /echo HTTP/1.1\r\nHost: x\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class AnOpenDoor : public DoorTest {
 protected:
  void SetUp() override { open(); }
};

TEST_F(AnOpenDoor, AnswersOneRequestAfterTheOtherOnOneConnection) {
  RawConnection connection(port_);
  for (int i = 0; i < 20; ++i) {
    connection.send(i % 2 == 0 ? kGet : post("body " + std::to_string(i)));
    const RawResponse answer(connection.readAnswer());
    EXPECT_EQ(answer.body, i % 2 == 0 ? "GET /a " : "POST /echo body " + std::to_string(i));
    EXPECT_TRUE(answer.hasHeader("Connection: keep-alive"));
  }
}

TEST_F(AnOpenDoor, AnswersRequestsThatCameTogetherInTheirOrder) {
  RawConnection connection(port_);
  std::string all;
  for (int i = 0; i < 200; ++i) all += post(std::to_string(i));
  connection.send(all);
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(RawResponse(connection.readAnswer()).body, "POST /echo " + std::to_string(i));
  }
}

TEST_F(AnOpenDoor, AnswersManyRefusalsThatCameTogether) {
  RawConnection connection(port_);
  std::string all;
  for (int i = 0; i < 500; ++i) all += "GET /forbidden HTTP/1.1\r\nHost: x\r\n\r\n";
  connection.send(all);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(RawResponse(connection.readAnswer()).status, 403) << i;
}

TEST_F(AnOpenDoor, AnswersWhatComesByteByByte) {
  RawConnection connection(port_);
  for (const char byte : post("slow")) connection.send(std::string(1, byte));
  EXPECT_EQ(RawResponse(connection.readAnswer()).body, "POST /echo slow");
}

TEST_F(AnOpenDoor, EndsTheConnectionWhenItIsAskedTo) {
  RawConnection connection(port_);
  connection.send("GET /a HTTP/1.1\r\nHost: x\r\n" + kEnd + kGet);
  const std::string all = connection.readAll();
  EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << "one answer: " << all;
}

TEST_F(AnOpenDoor, SpeaksHttp10) {
  RawConnection connection(port_);
  connection.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_THAT(connection.readAll(), testing::EndsWith("\r\n\r\nGET /a "));
}

TEST_F(AnOpenDoor, AnswersWhoeverHasEndedTheirHalf) {
  RawConnection connection(port_);
  connection.send(kGet);
  connection.finish();
  EXPECT_THAT(connection.readAll(), HasSubstr("GET /a "));
}

TEST_F(AnOpenDoor, AnswersHeadWithoutABody) {
  RawConnection connection(port_);
  connection.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawResponse answer(connection.readAnswer(false));
  EXPECT_TRUE(answer.hasHeader("Content-Length: 8"));
  connection.send(kGet);
  EXPECT_EQ(RawResponse(connection.readAnswer()).body, "GET /a ") << "nothing was left over";
}

TEST_F(AnOpenDoor, RefusesWhatComesBehindHeadWithABody) {
  RawConnection connection(port_);
  connection.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n");
  EXPECT_EQ(RawResponse(connection.readAnswer(false)).status, 200);
  EXPECT_NE(RawResponse(connection.readAnswer()).body, "");
}

TEST_F(AnOpenDoor, SaysContinueOnlyToWhomItLetsIn) {
  RawConnection connection(port_);
  connection.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  ASSERT_TRUE(connection.readable({10, 0}));
  connection.send("ab");
  EXPECT_EQ(connection.readAnswer(false), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(RawResponse(connection.readAnswer()).body, "POST /echo ab");
  EXPECT_EQ(test::sendRaw(port_,
                          "POST /forbidden HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                          "Content-Length: 2\r\n\r\n")
                .status,
            403);
}

TEST_F(AnOpenDoor, DoesNotTakeABodyThatNobodyReadsForARequest) {
  RawConnection connection(port_);
  const std::string hidden = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  connection.send("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(hidden.size()) +
                  "\r\n\r\n" + hidden);
  const std::string all = connection.readAll();
  EXPECT_THAT(all, HasSubstr("GET /a "));
  EXPECT_THAT(all, testing::Not(HasSubstr("smuggled")));
}

TEST_F(AnOpenDoor, RefusesWithoutAwaitingABodyAndItsAnswerArrives) {
  RawConnection connection(port_);
  connection.send("POST /forbidden HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" +
                  std::string(500'000, 'x'));
  EXPECT_EQ(RawResponse(connection.readAll()).status, 403);
}

TEST_F(AnOpenDoor, EndsAConnectionWhoseFramingIsUnclear) {
  RawConnection connection(port_);
  connection.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" +
      kGet);
  const std::string all = connection.readAll();
  EXPECT_EQ(RawResponse(all).status, 400);
  EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos);
}

TEST_F(AnOpenDoor, AnswersLateFromAnyThread) {
  RawConnection connection(port_);
  connection.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  std::jthread other([&] {
    auto exchange = service_.await("/later");
    EXPECT_FALSE(exchange->gone());
    exchange->answer(answerWith("at last"));
    exchange->answer(answerWith("never"));
  });
  EXPECT_EQ(RawResponse(connection.readAnswer()).body, "at last");
  connection.send(kGet);
  EXPECT_EQ(RawResponse(connection.readAnswer()).body, "GET /a ");
}

TEST_F(AnOpenDoor, TellsThatWhoeverAskedHasGone) {
  auto connection = std::make_unique<RawConnection>(port_);
  connection->send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = service_.await("/later");
  EXPECT_FALSE(exchange->gone());
  connection.reset();
  EXPECT_TRUE(test::eventually([&] { return exchange->gone(); }));
  exchange->answer(answerWith("nobody hears it"));
  EXPECT_EQ(get("/a").status, 200);
}

TEST_F(AnOpenDoor, TellsThatWhoeverAskedHadGoneBeforeTheirRequestWasRead) {
  RawConnection busy(port_);
  RawConnection left(port_);
  left.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  left.finish();  // most often read in one go with the request
  const auto exchange = service_.await("/later");
  EXPECT_TRUE(test::eventually([&] { return exchange->gone(); }));
}

TEST_F(AnOpenDoor, ClosesWhenNobodyAnswers) {
  RawConnection connection(port_);
  connection.send("GET /dropped HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(connection.readAll(), "");
}

TEST_F(AnOpenDoor, SendsWhatIsLargeAtTheClientsPaceAndOthersGoOn) {
  RawConnection slow(port_);
  slow.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(slow.readable({10, 0}));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/a").status, 200);
  EXPECT_EQ(RawResponse(slow.readAnswer()).body.size(), 8'000'000u);
}

TEST_F(AnOpenDoor, StreamsUntilTheStreamEnds) {
  RawConnection connection(port_);
  connection.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = service_.await("/later");
  const auto outlet = exchange->stream({200, "HTTP/1.1 200 OK\r\n"});
  EXPECT_TRUE(outlet->write("one "));
  ASSERT_TRUE(connection.readable({10, 0}));
  EXPECT_TRUE(outlet->write("two"));
  outlet->end();
  EXPECT_THAT(connection.readAll(), testing::EndsWith("Connection: close\r\n\r\none two"));
  EXPECT_TRUE(test::eventually([&] { return outlet->gone(); }));
  EXPECT_FALSE(outlet->write("three"));
}

TEST_F(AnOpenDoor, HoldsAStreamForASlowReaderWithoutEnd) {
  RawConnection connection(port_);
  connection.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto outlet = service_.await("/later")->stream({200, "HTTP/1.1 200 OK\r\n"});
  std::size_t written = 0;
  std::atomic<int> told = 0;
  outlet->onChange([&] { ++told; });
  const auto fill = [&] {
    while (outlet->room() > 0 && outlet->write(std::string(10'000, 'x'))) written += 10'000;
  };
  test::eventually([&] {
    fill();
    return written > 1'000'000 && outlet->room() == 0;
  });
  EXPECT_EQ(outlet->room(), 0u);
  EXPECT_LT(written, 30'000'000u) << "the kernel's buffers and ours";
  told = 0;
  std::jthread reader([&] { connection.readAll(); });
  EXPECT_TRUE(test::eventually([&] { return told > 0 && outlet->room() > 0; }));
  outlet->end();
}

TEST_F(AnOpenDoor, LeavesAStreamThatIsNotTaken) {
  RawConnection connection(port_);
  connection.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto outlet = service_.await("/later")->stream({200, "HTTP/1.1 200 OK\r\n"});
  EXPECT_TRUE(test::eventually([&] { return !outlet->write(std::string(100'000, 'x')); }));
  EXPECT_EQ(strikes(Limit::kSendTimeout), 1u);
}

TEST_F(AnOpenDoor, ClosesAtOnceAndAnswersWhoeverWaits) {
  std::vector<std::unique_ptr<RawConnection>> idle;
  for (int i = 0; i < 200; ++i) idle.push_back(std::make_unique<RawConnection>(port_));
  RawConnection waiting(port_);
  waiting.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = service_.await("/later");
  std::jthread closing([&] { door_.reset(); });
  for (const auto& one : idle) EXPECT_EQ(one->readAll(), "");
  exchange->answer(answerWith("the last"));
  EXPECT_THAT(waiting.readAll(), testing::EndsWith("Connection: close\r\n\r\nthe last"));
}

}  // namespace
}  // namespace heald::door
