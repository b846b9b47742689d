#include <gmock/gmock.h>
#include <sys/resource.h>
#include <time.h>

#include "door/echo_service.h"
#include "support/eventually.h"

namespace heald::door {
namespace {

using Clock = std::chrono::steady_clock;
using test::RawConnection;
using test::RawResponse;
using testing::HasSubstr;

const std::string kHalf = "GET /a HTTP/1.1\r\nHost: loc";
const std::string kLater = " HTTP/1.1\r\nHost: x\r\n\r\n";

class DoorLimits : public DoorTest {};

// What the door's thread, and all others, have worked.
std::chrono::nanoseconds worked() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

TEST_F(DoorLimits, ADripOfAHeadEndsWithItsTime) {
  open();
  RawConnection slow(port_);
  const auto start = Clock::now();
  slow.send(kHalf);
  while (!slow.readable({0, 20'000}) && slow.send("x")) {
  }
  EXPECT_EQ(RawResponse(slow.readAll()).status, 408);
  EXPECT_LT(Clock::now() - start, kShort * 3);
  EXPECT_EQ(strikes(Limit::kHeadTimeout), 1u);
  EXPECT_THAT(struck(), HasSubstr("head_timeout"));
}

TEST_F(DoorLimits, ADripOfABodyEndsWithItsTime) {
  open();
  RawConnection slow(port_);
  const auto start = Clock::now();
  slow.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  while (!slow.readable({0, 20'000}) && slow.send(" ")) {
  }
  EXPECT_EQ(RawResponse(slow.readAll()).status, 408);
  EXPECT_LT(Clock::now() - start, kShort * 3);
  EXPECT_EQ(strikes(Limit::kBodyTimeout), 1u);
}

TEST_F(DoorLimits, SilenceEndsWithoutAWord) {
  open();
  RawConnection silent(port_);
  EXPECT_EQ(silent.readAll(), "");
  EXPECT_EQ(strikes(Limit::kHeadTimeout), 0u) << "a probe of the port is no attack";
}

TEST_F(DoorLimits, AnIdleConnectionEnds) {
  open();
  RawConnection idle(port_);
  idle.send("GET /a" + kLater);
  EXPECT_EQ(RawResponse(idle.readAnswer()).status, 200);
  EXPECT_EQ(idle.readAll(), "");
}

TEST_F(DoorLimits, AnAnswerThatIsNotTakenIsGivenUp) {
  open();
  RawConnection slow(port_);
  slow.send("GET /large" + kLater);
  EXPECT_TRUE(test::eventually([&] { return strikes(Limit::kSendTimeout) == 1; }));
  EXPECT_EQ(connections(), 0u);
}

TEST_F(DoorLimits, OfOnePeerMakeItsOldestIdleOneGo) {
  patience_ = std::chrono::seconds(30);  // no time ends them
  open({.all = 100, .peer = 4});
  std::vector<std::unique_ptr<RawConnection>> held;
  for (int i = 0; i < 4; ++i) held.push_back(std::make_unique<RawConnection>(port_));
  EXPECT_TRUE(test::eventually([&] { return connections() == 4; }));
  EXPECT_EQ(get("/a").status, 200);
  EXPECT_EQ(held[0]->readAll(), "") << "the oldest had to go";
  held[3]->send("GET /a" + kLater);
  EXPECT_EQ(RawResponse(held[3]->readAnswer()).status, 200) << "the youngest did not";
  EXPECT_EQ(strikes(Limit::kPeerConnections), 1u);
}

TEST_F(DoorLimits, WhereNobodyAsksWhoseTheyAreAFewShareOneNameAndEachUserHasAShareBeside) {
  patience_ = std::chrono::seconds(30);  // no time ends them
  open({.all = 100, .peer = 4}, std::size_t{64} * 1024 * 1024, false);
  std::vector<std::unique_ptr<RawConnection>> held;
  for (int i = 0; i < 6; ++i) held.push_back(std::make_unique<RawConnection>(port_));
  EXPECT_TRUE(test::eventually([&] { return connections() == 6; }));
  EXPECT_EQ(get("/a").status, 200);
  EXPECT_EQ(held[2]->readAll(), "") << "the oldest of the user had to go";
  held[0]->send("GET /a" + kLater);
  EXPECT_EQ(RawResponse(held[0]->readAnswer()).status, 200) << "nobody knows whose it is";
  EXPECT_EQ(strikes(Limit::kPeerConnections), 1u);
}

TEST_F(DoorLimits, WithoutAnIdleOneTheNewOneIsRefused) {
  open({.all = 2, .peer = 2});
  RawConnection first(port_);
  RawConnection second(port_);
  first.send("GET /later1" + kLater);
  second.send("GET /later2" + kLater);
  const auto one = service_.await("/later1");
  const auto two = service_.await("/later2");
  RawConnection third(port_);
  EXPECT_EQ(RawResponse(third.readAll()).status, 503);
  one->answer(answerWith("1"));
  two->answer(answerWith("2"));
  EXPECT_EQ(RawResponse(first.readAnswer()).body, "1");
  EXPECT_EQ(get("/a").status, 200);
}

TEST_F(DoorLimits, ThousandsOfHalfRequestsCostNobodyElseAnything) {
  open({.all = 100, .peer = 50});
  std::vector<std::unique_ptr<RawConnection>> held;
  for (int i = 0; i < 3'000; ++i) {
    held.push_back(std::make_unique<RawConnection>(port_));
    held.back()->send(kHalf);
    if (i % 100 == 0) {
      EXPECT_EQ(get("/a").status, 200);
    }
    if (held.size() > 500) held.erase(held.begin());
  }
  EXPECT_LE(connections(), 50u);
}

TEST_F(DoorLimits, OfMemoryRefuseABody) {
  open({}, 1'000);
  EXPECT_EQ(
      test::sendRaw(port_, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n").status,
      503);
  EXPECT_EQ(
      test::sendRaw(port_, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab").body,
      "POST /echo ab");
  EXPECT_EQ(strikes(Limit::kMemory), 1u);
}

TEST_F(DoorLimits, OfMemoryMakeTheSlowestReaderGo) {
  open({}, 20'000'000);
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 3; ++i) {
    slow.push_back(std::make_unique<RawConnection>(port_));
    slow.back()->send("GET /large" + kLater);
    ASSERT_TRUE(slow.back()->readable({10, 0}));
  }
  EXPECT_EQ(strikes(Limit::kMemory), 1u);
  EXPECT_LT(slow[0]->readAll().size(), 8'000'000u);
  EXPECT_EQ(RawResponse(slow[2]->readAnswer()).body.size(), 8'000'000u);
}

// Takes all descriptors but a few that are left to the door.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t left) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    const rlimit few{static_cast<rlim_t>(next) + left, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_F(DoorLimits, OutOfDescriptorsTheOldestIdleOneGoes) {
  open();
  RawConnection first(port_);
  ASSERT_TRUE(test::eventually([&] { return connections() == 1; }));
  const FewDescriptors few(1);  // for this end of the next connection
  RawConnection second(port_);
  second.send("GET /a" + kLater);
  EXPECT_EQ(RawResponse(second.readAnswer()).status, 200);
  EXPECT_EQ(first.readAll(), "");
  EXPECT_GE(strikes(Limit::kDescriptors), 1u);
}

TEST_F(DoorLimits, OutOfDescriptorsItRefusesAndDoesNotSpin) {
  open();
  RawConnection busy(port_);
  busy.send("GET /later" + kLater);
  const auto exchange = service_.await("/later");
  const auto before = worked();
  {
    const FewDescriptors few(1);
    RawConnection refused(port_);
    EXPECT_EQ(refused.readAll(), "") << "closed, and not left waiting";
    EXPECT_FALSE(busy.readable({0, 300'000}));
  }
  EXPECT_LT(worked() - before, std::chrono::milliseconds(100));
  exchange->answer(answerWith("served"));
  EXPECT_EQ(RawResponse(busy.readAnswer()).body, "served");
  EXPECT_EQ(get("/a").status, 200);
}

TEST_F(DoorLimits, WhoeverIsSilentCostsNoWork) {
  open();
  std::vector<std::unique_ptr<RawConnection>> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(std::make_unique<RawConnection>(port_));
  RawConnection half(port_);
  half.send("GET /later" + kLater);
  const auto exchange = service_.await("/later");
  half.finish();
  ASSERT_TRUE(test::eventually([&] { return exchange->gone(); }));
  const auto before = worked();
  EXPECT_FALSE(half.readable({0, 200'000}));
  EXPECT_LT(worked() - before, std::chrono::milliseconds(60));
  exchange->answer(answerWith("still"));
  EXPECT_THAT(half.readAll(), HasSubstr("still"));
}

}  // namespace
}  // namespace heald::door
