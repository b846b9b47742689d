#include "door/caller.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "door/listen.h"
#include "support/http_test_client.h"

namespace heald::door {
namespace {

io::UniqueFd accepted(const Bound& bound) {
  for (;;) {
    io::UniqueFd socket(::accept4(bound.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.valid() || errno != EAGAIN) return socket;
    fd_set set;
    FD_ZERO(&set);
    FD_SET(bound.socket.get(), &set);
    ::select(bound.socket.get() + 1, &set, nullptr, nullptr, nullptr);
  }
}

TEST(Caller, OverLoopbackIsAUserOfThisHost) {
  const auto bound = listenOn({"127.0.0.1", 0});
  ASSERT_TRUE(bound);
  const test::RawConnection client(bound->address.port);
  const auto socket = accepted(*bound);
  EXPECT_EQ(callerOf(socket.get()).address, "127.0.0.1");
  PeerUsers users;
  EXPECT_EQ(users.userOf(socket.get()), ::getuid());
}

TEST(Caller, OverLoopbackIsTheUserWhoOpenedTheConnection) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  const auto bound = listenOn({"127.0.0.1", 0});
  ASSERT_TRUE(bound);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(12'345) != 0) ::_exit(1);
    test::RawConnection client(bound->address.port);
    client.readAll();
    ::_exit(0);
  }
  {
    const auto socket = accepted(*bound);
    PeerUsers users;
    EXPECT_EQ(users.userOf(socket.get()), 12'345u);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Caller, WhoHasGoneIsNobody) {
  const auto bound = listenOn({"127.0.0.1", 0});
  ASSERT_TRUE(bound);
  { const test::RawConnection client(bound->address.port); }
  const auto socket = accepted(*bound);
  PeerUsers users;
  EXPECT_EQ(users.userOf(socket.get()), std::nullopt);
}

TEST(Caller, IsCountedAsAUserAnAddressOrANetwork) {
  Caller caller;
  caller.address = "192.0.2.7";
  EXPECT_EQ(caller.peer(), "192.0.2.7");
  caller.uid = 33;
  EXPECT_EQ(caller.peer(), "uid 33");
  Caller six;
  six.address = "2001:db8:1:2:3:4:5:6";
  EXPECT_EQ(six.peer(), "2001:db8:1:2::/64");
}

}  // namespace
}  // namespace heald::door
