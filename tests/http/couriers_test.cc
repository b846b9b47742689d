#include "http/couriers.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <future>

namespace heald::http {
namespace {

using std::chrono::milliseconds;

// Says which status it was answered with.
std::shared_ptr<door::Exchange> exchangeFor(const std::string& target,
                                            std::function<void(int)> answered) {
  door::Exchange::Contents contents;
  contents.head.method = "GET";
  contents.head.target = target;
  return std::make_shared<door::Exchange>(
      std::move(contents),
      [answered = std::move(answered)](door::Answer answer, std::shared_ptr<door::Outlet>) {
        answered(answer.status);
      },
      [] {});
}

// What came back.
std::string heard(const io::UniqueFd& connection, const std::string& ticket) {
  const std::string call = passedOn(ticket);
  ::send(connection.get(), call.data(), call.size(), MSG_NOSIGNAL);
  std::string got(kDone.size(), ' ');
  got.resize(static_cast<std::size_t>(
      std::max<ssize_t>(0, ::recv(connection.get(), got.data(), got.size(), MSG_WAITALL))));
  return got;
}

class CouriersTest : public testing::Test {
 protected:
  CouriersTest() : pipeline_(table(), GuardPolicy{.check_host = false}, Hooks{}) {}

  static Router table() {
    Router router;
    router.get("/", Access::kOpen, [](const Request&) { return text("here"); });
    return router;
  }

  Result<std::unique_ptr<Server>> start() {
    ++started_;
    if (broken_) return Error{ErrorCode::kUnavailable, "no descriptors"};
    return Server::start(2, {"/tmp"}, pipeline_, tickets_);
  }

  // The status of the answer; 0: nobody answered.
  int ask(Couriers& couriers) {
    std::promise<int> status;
    couriers.take(exchangeFor("/", [&](int answered) { status.set_value(answered); }),
                  Weight::kReads);
    return status.get_future().get();
  }

  Couriers couriers(milliseconds rest) {
    return {2, [this] { return start(); }, tickets_,
            [](door::Exchange& exchange) {
              exchange.answer({503, "", nullptr});
            },
            rest};
  }

  std::atomic<int> started_ = 0;
  std::atomic<bool> broken_ = false;
  Pipeline pipeline_;
  Tickets tickets_;
};

TEST_F(CouriersTest, StartTheServerWithTheFirstRequestAndKeepItForTheNext) {
  Couriers own = couriers(std::chrono::hours(1));
  EXPECT_EQ(started_, 0);
  EXPECT_EQ(ask(own), 200);
  EXPECT_EQ(ask(own), 200);
  EXPECT_EQ(started_, 1);
}

TEST_F(CouriersTest, EndTheServerWhenTheyRestAndStartAnotherWhenTheyMust) {
  Couriers own = couriers(milliseconds(0));
  while (started_ < 3) ASSERT_EQ(ask(own), 200);
}

TEST_F(CouriersTest, RefuseWhatCannotBeCarriedAndTryAgainWithTheNext) {
  Couriers own = couriers(std::chrono::hours(1));
  broken_ = true;
  EXPECT_EQ(ask(own), 503);
  broken_ = false;
  EXPECT_EQ(ask(own), 200);
}

TEST_F(CouriersTest,
       FindAServerThatTakesCallAfterCallOnOneConnectionAndEndsThatOfOneWithoutATicket) {
  const auto server = start();
  ASSERT_TRUE(server.ok());
  const io::UniqueFd connection = (*server)->socket().connect();
  for (int i = 0; i < 3; ++i) {
    int status = 0;
    const std::string ticket =
        tickets_.give({exchangeFor("/", [&](int answered) { status = answered; })});
    EXPECT_TRUE(tickets_.has(ticket));
    EXPECT_EQ(heard(connection, ticket), kDone);
    EXPECT_EQ(status, 200) << "answered before the courier hears of it";
    EXPECT_FALSE(tickets_.has(ticket));
  }
  EXPECT_EQ(heard(connection, "guessed"), "");
}

TEST_F(CouriersTest, FindAServerThatAnswersAllOfATicketAlsoWhereItCannotAnswerOne) {
  const auto server = start();
  ASSERT_TRUE(server.ok());
  const io::UniqueFd connection = (*server)->socket().connect();
  std::array<std::atomic<int>, 3> statuses{};
  Tickets::Exchanges exchanges;
  for (const std::string target : {"/", "/?%ff", "/nowhere"}) {
    std::atomic<int>& status = statuses[exchanges.size()];
    exchanges.push_back(exchangeFor(target, [&status](int answered) { status = answered; }));
  }
  EXPECT_EQ(heard(connection, tickets_.give(exchanges)), "") << "not everybody was answered";
  EXPECT_EQ((std::vector<int>{statuses[0], statuses[1], statuses[2]}),
            (std::vector<int>{200, 0, 404}));
}

TEST_F(CouriersTest, TellEachOfATurnThatCannotBeCarried) {
  broken_ = true;
  std::vector<std::promise<int>> statuses(3);
  {
    Couriers own = couriers(std::chrono::hours(1));
    for (auto& status : statuses) {
      own.take(exchangeFor("/", [&status](int answered) { status.set_value(answered); }),
               Weight::kBrief);
    }
  }
  for (auto& status : statuses) EXPECT_EQ(status.get_future().get(), 503);
}

}  // namespace
}  // namespace heald::http
