#include "http/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ResponseHead, HasTheHeadersOfEveryAnswer) {
  const std::string head = responseHead(text("four"));
  EXPECT_THAT(head, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, testing::EndsWith("\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("\r\n\r\n"))) << "the door ends it";
  EXPECT_THAT(head, Not(HasSubstr("Connection")));
  for (const char* line :
       {"Content-Length: 4", "Cache-Control: no-store", "X-Content-Type-Options: nosniff"}) {
    EXPECT_THAT(head, HasSubstr(std::string(line) + "\r\n"));
  }
  EXPECT_THAT(head, Not(HasSubstr("Access-Control")));
  EXPECT_THAT(head, Not(HasSubstr("Content-Security-Policy")));
}

TEST(ResponseHead, SaysTheLengthOfABodyThatIsShared) {
  Response response = text("");
  response.shared = std::make_shared<const std::string>("seven b");
  EXPECT_THAT(responseHead(response), HasSubstr("Content-Length: 7\r\n"));
}

TEST(ResponseHead, LimitsWhatAPageMayDo) {
  EXPECT_THAT(responseHead(text("", "text/html; charset=utf-8")),
              HasSubstr("Content-Security-Policy: default-src 'none'"));
}

TEST(ResponseHead, LetsTheResponseOverrideADefault) {
  Response response = text("x");
  response.headers.add("Cache-Control", "max-age=60");
  EXPECT_THAT(responseHead(response), Not(HasSubstr("no-store")));
}

TEST(ResponseHead, LetsNoValueBeginAnotherHeader) {
  Response response = text("x");
  response.headers.add("X-Name", "a\r\nSet-Cookie: b");
  EXPECT_THAT(responseHead(response), HasSubstr("X-Name: aSet-Cookie: b\r\n"));
}

}  // namespace
}  // namespace heald::http
