#include "http/couriers.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <future>

#include "support/eventually.h"

namespace heald::http {
namespace {

using std::chrono::milliseconds;
using test::eventually;

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

  Router table() {
    Router router;
    router.get("/", Access::kOpen, [](const Request&) { return text("here"); });
    router.get("/gone", Access::kOpen,
               [](const Request& request) { return text(request.gone() ? "gone" : "there"); });
    router.get("/stream", Access::kOpen, [](const Request&) {
      Response response;
      response.stream = [](const std::shared_ptr<door::Outlet>& outlet) { outlet->end(); };
      return response;
    });
    router.get("/later", Access::kOpen, [this](const Request&) {
      Response response;
      response.later = [this](std::function<void(Response::Maker)> answer) {
        later_ = std::move(answer);
      };
      return response;
    });
    router.get("/waits", Access::kOpen, [this](const Request&) {
      ++waiting_;
      go_on_.wait();
      return text("here");
    });
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

  Couriers couriers(milliseconds rest, int count = 2) {
    return {count, [this] { return start(); }, tickets_,
            [](door::Exchange& exchange) {
              exchange.answer({503, "", nullptr});
            },
            rest};
  }

  std::function<void(Response::Maker)> later_;  // of the one that waits for its answer
  std::promise<void> lets_go_on_;
  std::shared_future<void> go_on_ = lets_go_on_.get_future().share();
  std::atomic<int> waiting_ = 0;
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

TEST_F(CouriersTest, LetWhoAnswersKnowThatTheClientHasGone) {
  const auto server = start();
  ASSERT_TRUE(server.ok());
  const io::UniqueFd connection = (*server)->socket().connect();
  for (const bool gone : {false, true}) {
    door::Exchange::Contents contents;
    contents.head.method = "GET";
    contents.head.target = "/gone";
    std::string body;
    const auto exchange = std::make_shared<door::Exchange>(
        std::move(contents),
        [&body](door::Answer answer, const std::shared_ptr<door::Outlet>&) {
          body = *answer.body->front();
        },
        [] {});
    *exchange->goneFlag() = gone;
    EXPECT_EQ(heard(connection, tickets_.give({exchange})), kDone);
    EXPECT_EQ(body, gone ? "gone" : "there");
  }
}

TEST_F(CouriersTest, BeginNoStreamForWhoAsksForItsHeadAlone) {
  const auto server = start();
  ASSERT_TRUE(server.ok());
  const io::UniqueFd connection = (*server)->socket().connect();
  for (const std::string method : {"GET", "HEAD"}) {
    door::Exchange::Contents contents;
    contents.head.method = method;
    contents.head.target = "/stream";
    bool streams = false;
    const auto exchange = std::make_shared<door::Exchange>(
        std::move(contents),
        [&streams](const door::Answer&, const std::shared_ptr<door::Outlet>& outlet) {
          streams = outlet != nullptr;
        },
        [] {});
    EXPECT_EQ(heard(connection, tickets_.give({exchange})), kDone);
    EXPECT_EQ(streams, method == "GET");
  }
}

TEST_F(CouriersTest, KeepNothingOfWhatCouldNotBeCarried) {
  Couriers own = couriers(std::chrono::hours(1));
  broken_ = true;
  std::promise<int> status;
  auto exchange = exchangeFor("/", [&](int answered) { status.set_value(answered); });
  const std::weak_ptr<door::Exchange> left = exchange;
  own.take(std::move(exchange), Weight::kReads);
  EXPECT_EQ(status.get_future().get(), 503);
  EXPECT_TRUE(eventually([&] { return left.expired(); }));
}

TEST_F(CouriersTest, TakeAnAnswerThatComesLaterForNoneThatIsMissing) {
  Couriers own = couriers(std::chrono::hours(1), 1);
  std::promise<int> status;
  own.take(exchangeFor("/later", [&](int answered) { status.set_value(answered); }),
           Weight::kChanges);
  EXPECT_EQ(ask(own), 200) << "the only courier has come back";
  std::exchange(later_, nullptr)([] { return text("at last"); });
  EXPECT_EQ(status.get_future().get(), 200);
}

TEST_F(CouriersTest, HaveAPlaceForAChangeWhileReadersWait) {
  std::vector<std::promise<int>> read(3);
  std::promise<int> changed;
  Couriers own = couriers(std::chrono::hours(1), 3);
  for (auto& status : read) {
    own.take(exchangeFor("/waits", [&status](int answered) { status.set_value(answered); }),
             Weight::kReads);
  }
  ASSERT_TRUE(eventually([&] { return waiting_ > 0; }));
  own.take(exchangeFor("/", [&](int answered) { changed.set_value(answered); }), Weight::kChanges);
  auto change = changed.get_future();
  EXPECT_EQ(change.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  lets_go_on_.set_value();
  for (auto& status : read) EXPECT_EQ(status.get_future().get(), 200);
  EXPECT_EQ(change.get(), 200);
}

TEST_F(CouriersTest, GoOnWithAnotherConnectionBehindOneThatWasEnded) {
  std::vector<std::promise<int>> statuses(3);
  Couriers own = couriers(std::chrono::hours(1), 1);
  const auto take = [&](std::size_t i, const std::string& target) {
    own.take(exchangeFor(target, [&, i](int answered) { statuses[i].set_value(answered); }),
             Weight::kReads);
  };
  take(0, "/waits");
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  take(1, "/?%ff");  // not for the server to answer
  take(2, "/");
  lets_go_on_.set_value();
  EXPECT_EQ(statuses[0].get_future().get(), 200);
  EXPECT_EQ(statuses[1].get_future().get(), 503);
  EXPECT_EQ(statuses[2].get_future().get(), 200);
}

}  // namespace
}  // namespace heald::http
