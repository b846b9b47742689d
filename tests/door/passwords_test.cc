#include "door/passwords.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace heald::door {
namespace {

using Outcome = Passwords::Outcome;

// The toolkit's own, of "fakepassword".
constexpr char kFake[] = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

Outcome compared(Passwords& passwords, const Passwords::Claim& claim) {
  std::promise<Outcome> promise;
  passwords.compare(claim, "peer", [&](Outcome outcome) { promise.set_value(outcome); });
  return promise.get_future().get();
}

TEST(Bcrypt, KnowsThePasswordOfTheToolkitsHash) {
  EXPECT_TRUE(matchesBcrypt("fakepassword", kFake));
  EXPECT_FALSE(matchesBcrypt("fakepasswor", kFake));
  EXPECT_FALSE(matchesBcrypt("", kFake));
}

TEST(Bcrypt, TakesEachLetterThatGoTakes) {
  const std::string rest = std::string(kFake).substr(3);
  for (const std::string prefix : {"$2", "$2a", "$2b", "$2x", "$2y"}) {
    EXPECT_TRUE(matchesBcrypt("fakepassword", prefix + rest)) << prefix;
  }
}

TEST(Bcrypt, APasswordDoesNotEndAtANul) {
  EXPECT_FALSE(matchesBcrypt(std::string("fakepassword\0x", 14), kFake));
}

TEST(Passwords, AreComparedOnceAndThenKnown) {
  Passwords passwords;
  const Passwords::Claim right{"alice", "fakepassword", kFake};
  const Passwords::Claim wrong{"alice", "guess", kFake};
  EXPECT_FALSE(passwords.known(right));
  EXPECT_EQ(compared(passwords, right), Outcome::kRight);
  EXPECT_EQ(compared(passwords, wrong), Outcome::kWrong);
  EXPECT_EQ(passwords.known(right), true);
  EXPECT_EQ(passwords.known(wrong), false);
}

TEST(Passwords, AnotherHashOfTheUserIsComparedAnew) {
  Passwords passwords;
  Passwords::Claim claim{"alice", "fakepassword", kFake};
  EXPECT_EQ(compared(passwords, claim), Outcome::kRight);
  claim.hash = "$2y$04$" + std::string(53, '.');
  EXPECT_FALSE(passwords.known(claim));
}

TEST(Passwords, NobodysPasswordIsWrongAlsoWhenItIsTheOneComparedWith) {
  Passwords passwords;
  EXPECT_EQ(compared(passwords, {"nobody", "fakepassword", std::nullopt}), Outcome::kWrong);
}

TEST(Passwords, OfOnePeerOnlySomeWait) {
  Passwords passwords;
  std::vector<std::promise<Outcome>> promises(20);
  for (std::size_t i = 0; i < promises.size(); ++i) {
    passwords.compare({"alice", "guess" + std::to_string(i), kFake}, "one",
                      [&promise = promises[i]](Outcome outcome) { promise.set_value(outcome); });
  }
  std::promise<Outcome> other;
  passwords.compare({"alice", "fakepassword", kFake}, "other",
                    [&](Outcome outcome) { other.set_value(outcome); });
  EXPECT_EQ(other.get_future().get(), Outcome::kRight) << "another peer is not kept out";
  std::size_t busy = 0;
  for (auto& promise : promises) busy += promise.get_future().get() == Outcome::kBusy ? 1 : 0;
  EXPECT_GE(busy, promises.size() - Passwords::kMostOfOnePeer - 3);
}

}  // namespace
}  // namespace heald::door
