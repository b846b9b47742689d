#include "door/request_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::door {
namespace {

using testing::HasSubstr;

const std::string kHost = "Host: localhost\r\n";

HeadReader::Outcome readWhole(std::string_view bytes) {
  return HeadReader().look(bytes);
}

// The status of a refusal, 200 for a head, 0 for more to come.
int statusOf(const HeadReader::Outcome& outcome) {
  if (const auto* malformed = std::get_if<Malformed>(&outcome)) return malformed->status;
  return std::holds_alternative<HeadReader::Whole>(outcome) ? 200 : 0;
}

RequestHead headOf(const std::string& bytes) {
  auto outcome = readWhole(bytes);
  auto* whole = std::get_if<HeadReader::Whole>(&outcome);
  EXPECT_NE(whole, nullptr) << bytes;
  return whole == nullptr ? RequestHead{} : std::move(whole->head);
}

std::string get(const std::string& headers) {
  return "GET / HTTP/1.1\r\n" + kHost + headers + "\r\n";
}

TEST(RequestHead, IsReadAsItIs) {
  const std::string bytes =
      "POST /api/x%20y?a=1&b HTTP/1.1\r\nHost: h:80\r\nX-A:  one \t\r\nx-a:two\r\n"
      "Content-Length: 12\r\nX-Empty:\r\nX-Text: caf\xc3\xa9 \x80\r\n\r\nthe body";
  auto outcome = readWhole(bytes);
  const auto& whole = std::get<HeadReader::Whole>(outcome);
  EXPECT_EQ(bytes.substr(whole.size), "the body");
  EXPECT_EQ(whole.head.method, "POST");
  EXPECT_EQ(whole.head.target, "/api/x%20y?a=1&b");
  EXPECT_EQ(whole.head.minor_version, 1);
  EXPECT_EQ(whole.head.content_length, 12u);
  EXPECT_TRUE(whole.head.keep_alive);
  EXPECT_FALSE(whole.head.expects_continue);
  EXPECT_EQ(whole.head.headers.get("X-A"), "one");
  EXPECT_EQ(whole.head.headers.count("x-A"), 2u);
  EXPECT_EQ(whole.head.headers.get("X-Empty"), "");
  EXPECT_EQ(whole.head.headers.get("X-Text"), "caf\xc3\xa9 \x80");
}

TEST(RequestHead, MayComeInAnyPieces) {
  const std::string bytes = "\r\nGET /a HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\nGET";
  for (std::size_t step = 1; step < bytes.size(); ++step) {
    HeadReader reader;
    HeadReader::Outcome outcome;
    for (std::size_t end = step; statusOf(outcome) == 0; end += step) {
      ASSERT_LE(end, bytes.size() + step);
      outcome = reader.look(std::string_view(bytes).substr(0, end));
    }
    EXPECT_EQ(std::get<HeadReader::Whole>(outcome).size, bytes.size() - 3) << step;
  }
}

TEST(RequestHead, OfManyRequestsIsReadOneAfterTheOther) {
  std::string bytes;
  for (int i = 0; i < 5; ++i)
    bytes += "GET /" + std::to_string(i) + " HTTP/1.1\r\n" + kHost + "\r\n";
  HeadReader reader;
  for (int i = 0; i < 5; ++i) {
    auto outcome = reader.look(bytes);
    const auto& whole = std::get<HeadReader::Whole>(outcome);
    EXPECT_EQ(whole.head.target, "/" + std::to_string(i));
    bytes.erase(0, whole.size);
  }
  EXPECT_EQ(statusOf(reader.look(bytes)), 0);
}

TEST(RequestHead, SaysWhetherTheConnectionGoesOn) {
  const auto keeps = [](const std::string& version, const std::string& headers) {
    return headOf("GET / HTTP/" + version + "\r\n" + kHost + headers + "\r\n").keep_alive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("1.1", "connection: x, Close\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_TRUE(keeps("1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(keeps("1.0", "Connection: keep-alive, close\r\n"));
}

TEST(RequestHead, MayExpectContinueAndNothingElse) {
  EXPECT_TRUE(headOf(get("Expect: 100-Continue\r\n")).expects_continue);
  EXPECT_FALSE(headOf("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue);
  EXPECT_EQ(statusOf(readWhole(get("Expect: coffee\r\n"))), 417);
  EXPECT_EQ(statusOf(readWhole(get("Expect: 100-continue\r\nExpect: 100-continue\r\n"))), 417);
}

struct Case {
  const char* what;
  std::string bytes;
  int status;
};

class Framing : public testing::TestWithParam<Case> {};

TEST_P(Framing, IsDecided) {
  const auto outcome = readWhole(GetParam().bytes);
  EXPECT_EQ(statusOf(outcome), GetParam().status);
  const auto* malformed = std::get_if<Malformed>(&outcome);
  EXPECT_TRUE(malformed == nullptr || !malformed->message.empty());
}

const Case kCases[] = {
    {"an absolute target", "GET http://localhost/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"an authority", "CONNECT localhost:80 HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"an asterisk", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"a fragment", "GET /#a HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"no target", "GET  HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"two blanks before the target", "GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"two blanks behind the target", "GET /  HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"a blank in the target", "GET /a b HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"a tab for a blank", "GET\t/\tHTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"a blank at the begin", " GET / HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"a blank at the end of the line", "GET / HTTP/1.1 \r\n" + kHost + "\r\n", 400},
    {"a target that is not ASCII", "GET /\xc3\xa9 HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"a control character in the target", "GET /\x01 HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"DEL in the target", "GET /\x7f HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"no version", "GET /\r\n" + kHost + "\r\n", 400},
    {"half a version", "GET / HTTP/1\r\n" + kHost + "\r\n", 400},
    {"a version in small letters", "GET / http/1.1\r\n" + kHost + "\r\n", 400},
    {"a version with more digits", "GET / HTTP/1.10\r\n" + kHost + "\r\n", 400},
    {"a later version", "GET / HTTP/1.2\r\n" + kHost + "\r\n", 505},
    {"HTTP/2 by name", "GET / HTTP/2.0\r\n" + kHost + "\r\n", 505},
    {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"HTTP/0.9 by name", "GET / HTTP/0.9\r\n\r\n", 505},
    {"a method that is no word", "G(T / HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"a method without end", std::string(33, 'A') + " / HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"a long method", std::string(32, 'A') + " / HTTP/1.1\r\n" + kHost + "\r\n", 200},
    {"TLS", "\x16\x03\x01\x02", 400},
    {"one empty line before", "\r\n" + get(""), 200},
    {"two empty lines before", "\r\n\r\n" + get(""), 400},
    {"LF alone", "GET / HTTP/1.1\nHost: x\n\n", 400},
    {"LF alone in the headers", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400},
    {"LF alone at the end", "GET / HTTP/1.1\r\nHost: x\r\n\n", 400},
    {"CR alone", "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", 400},
    {"CR CR LF", "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n", 400},
    {"NUL", std::string("GET / HTTP/1.1\r\nHost: x\0\r\n\r\n", 27), 400},
    {"a folded header", get("A: b\r\n c\r\n"), 400},
    {"a header folded with a tab", get("A: b\r\n\tc\r\n"), 400},
    {"a blank before the first header", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},
    {"a blank before the colon", get("Content-Length : 5\r\n"), 400},
    {"a tab before the colon", get("Content-Length\t: 5\r\n"), 400},
    {"a header without a name", get(": x\r\n"), 400},
    {"a header without a colon", get("nothing\r\n"), 400},
    {"a name with a blank", get("Content Length: 5\r\n"), 400},
    {"a name that is not ASCII", get("Caf\xc3\xa9: x\r\n"), 400},
    {"a control character in a value", get("A: b\x01\r\n"), 400},
    {"DEL in a value", get("A: \x7f\r\n"), 400},
    {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"no host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200},
    {"two hosts", get(kHost), 400},
    {"two hosts in HTTP/1.0", "GET / HTTP/1.0\r\n" + kHost + kHost + "\r\n", 400},
    {"a length", get("Content-Length: 5\r\n"), 200},
    {"length 0", get("Content-Length: 0\r\n"), 200},
    {"two lengths", get("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
    {"the same length twice", get("Content-Length: 5\r\ncontent-length: 5\r\n"), 400},
    {"a list of lengths", get("Content-Length: 5, 5\r\n"), 400},
    {"a length with a sign", get("Content-Length: +5\r\n"), 400},
    {"a length below zero", get("Content-Length: -5\r\n"), 400},
    {"a length with a zero before", get("Content-Length: 05\r\n"), 400},
    {"a length in hexadecimal", get("Content-Length: 0x5\r\n"), 400},
    {"a length with a unit", get("Content-Length: 5 bytes\r\n"), 400},
    {"no length behind its name", get("Content-Length:\r\n"), 400},
    {"a length above 64 bits", get("Content-Length: 18446744073709551617\r\n"), 400},
    {"chunks", get("Transfer-Encoding: chunked\r\n"), 411},
    {"chunks in other letters", get("transfer-encoding: \tcHuNkEd\r\n"), 411},
    {"another encoding", get("Transfer-Encoding: identity\r\n"), 411},
    {"an encoding without a name", get("Transfer-Encoding:\r\n"), 411},
    {"a length and chunks", get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"chunks and a length", get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
    {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"nothing", "", 0},
    {"half a line", "GET / HT", 0},
    {"all but the last LF", "GET / HTTP/1.1\r\nHost: x\r\n\r", 0},
};

INSTANTIATE_TEST_SUITE_P(OfRequests, Framing, testing::ValuesIn(kCases),
                         [](const auto& c) { return "N" + std::to_string(c.index); });

TEST(RequestHead, HasALimitOfItsSize) {
  const std::string begin = "GET / HTTP/1.1\r\n" + kHost + "X: ";
  const std::size_t room = HeadReader::kMostBytes - begin.size() - 4;
  EXPECT_EQ(statusOf(readWhole(begin + std::string(room, 'x') + "\r\n\r\n")), 200);
  EXPECT_EQ(statusOf(readWhole(begin + std::string(room + 1, 'x') + "\r\n\r\n")), 431);
  EXPECT_EQ(statusOf(readWhole(begin + std::string(room + 4, 'x'))), 431) << "without an end";
  EXPECT_EQ(statusOf(readWhole(begin + std::string(room + 3, 'x'))), 0);
}

TEST(RequestHead, HasALimitOfItsHeaders) {
  std::string headers;
  for (std::size_t i = 1; i < HeadReader::kMostHeaders; ++i) headers += "X: y\r\n";
  EXPECT_EQ(headOf(get(headers)).headers.size(), HeadReader::kMostHeaders);
  EXPECT_EQ(statusOf(readWhole(get(headers + "X: y\r\n"))), 431);
}

TEST(RequestHead, SaysThatTlsIsNotSpokenHere) {
  const auto outcome = readWhole("\x16\x03\x01");
  EXPECT_THAT(std::get<Malformed>(outcome).message, HasSubstr("TLS"));
}

}  // namespace
}  // namespace heald::door
