#include "door/caller.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "door/listen.h"
#include "support/http_test_client.h"
#include "support/temp_dir.h"

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

TEST(Caller, OverIpv6AndIpv4OnOneSocketIsWhoeverItIs) {
  const auto bound = listenOn({"::", 0});
  if (!bound) GTEST_SKIP() << "no IPv6: " << bound.error().message;
  const test::RawConnection four(bound->address.port);
  const auto socket = accepted(*bound);
  EXPECT_EQ(callerOf(socket.get()).address, "127.0.0.1");
  PeerUsers users;
  EXPECT_EQ(users.userOf(socket.get()), ::getuid());
  const io::UniqueFd six(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(bound->address.port);
  name.sin6_addr = in6addr_loopback;
  if (::connect(six.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) {
    GTEST_SKIP() << "no ::1";
  }
  const auto other = accepted(*bound);
  EXPECT_EQ(callerOf(other.get()).address, "::1");
  EXPECT_EQ(users.userOf(other.get()), ::getuid());
}

class UnixSocket : public testing::Test {
 protected:
  io::UniqueFd connect() const {
    io::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path_.copy(name.sun_path, path_.size());
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0)
      socket.reset();
    return socket;
  }

  test::TempDir dir_;
  const std::string path_ = dir_.file("control.sock");
};

TEST_F(UnixSocket, TellsWhoIsAtTheOtherEnd) {
  const auto listening = listenOnPath(path_);
  ASSERT_TRUE(listening) << listening.error().message;
  struct stat status {};
  ::stat(path_.c_str(), &status);
  EXPECT_EQ(status.st_mode & 07777, 0660u);
  const io::UniqueFd client = connect();
  const io::UniqueFd socket(::accept4(listening->get(), nullptr, nullptr, SOCK_CLOEXEC));
  const Caller caller = callerOf(socket.get());
  EXPECT_TRUE(caller.unix_socket);
  EXPECT_EQ(caller.uid, ::getuid());
  EXPECT_EQ(caller.pid, ::getpid());
}

TEST_F(UnixSocket, TakesThePlaceOfOneThatWasLeftBehind) {
  ASSERT_TRUE(listenOnPath(path_));  // closed at once, and still there
  const auto second = listenOnPath(path_);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(connect().valid());
}

TEST_F(UnixSocket, TakesNothingAwayThatIsUsedOrNoSocket) {
  const auto first = listenOnPath(path_);
  const auto second = listenOnPath(path_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("another process"), std::string::npos);
  dir_.write("file", "precious");
  EXPECT_FALSE(listenOnPath(dir_.file("file")));
  EXPECT_EQ(dir_.read("file"), "precious");
  EXPECT_FALSE(listenOnPath("/" + std::string(200, 'x')));
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
