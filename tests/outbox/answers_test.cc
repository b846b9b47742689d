#include "outbox/answers.h"

#include <gtest/gtest.h>

#include <future>

#include "support/tiny_server.h"

namespace heald::outbox {
namespace {

using std::chrono::seconds;
using test::TinyServer;

Outcome outcomeFrom(int status, const std::string& headers) {
  const TinyServer server(
      [&](const std::string&) { return TinyServer::reply(status, "slow down\nplease", headers); });
  io::HttpClient client;
  io::HttpRequest request;
  request.url = server.url();
  std::promise<Outcome> outcome;
  client.send(std::move(request), {},
              [&](const io::HttpResponse& response) { outcome.set_value(outcomeOf(response)); });
  return outcome.get_future().get();
}

TEST(Answers, OneThatIsBusySaysHowLongToWait) {
  const Outcome outcome = outcomeFrom(429, "Retry-After: 30\r\n");
  EXPECT_EQ(outcome.error, "status 429: slow down");
  EXPECT_EQ(outcome.retry_after, seconds(30));
  EXPECT_EQ(outcomeFrom(503, "Retry-After: 7\r\n").retry_after, seconds(7));
}

TEST(Answers, ADateToWaitForCountsAsWell) {
  const std::string in_2100 = "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n";
  EXPECT_GT(outcomeFrom(429, in_2100).retry_after, std::chrono::hours(24));
  const std::string in_1999 = "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n";
  EXPECT_EQ(outcomeFrom(429, in_1999).retry_after, seconds(0));
}

TEST(Answers, WithoutANumberOrADateThereIsNothingToWaitFor) {
  EXPECT_EQ(outcomeFrom(429, "").retry_after, seconds(0));
  EXPECT_EQ(outcomeFrom(429, "Retry-After: soon\r\n").retry_after, seconds(0));
  EXPECT_EQ(outcomeFrom(429, "Retry-After: -5\r\n").retry_after, seconds(0));
}

TEST(Answers, WhoIsNotBusyIsNotWaitedFor) {
  EXPECT_EQ(outcomeFrom(500, "Retry-After: 30\r\n").retry_after, seconds(0));
  EXPECT_EQ(outcomeFrom(200, "Retry-After: 30\r\n").retry_after, seconds(0));
  EXPECT_EQ(outcomeFrom(200, "").error, "");
}

}  // namespace
}  // namespace heald::outbox
