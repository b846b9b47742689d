#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "e2e/stories.h"

namespace heald::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// systemd's end of sd_notify: a datagram socket.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) abort();
    const timeval patience{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket() { ::close(socket_); }

  std::string next() {
    char text[4096];
    const ssize_t size = ::recv(socket_, text, sizeof text, 0);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "nothing came";
  }

 private:
  int socket_;
};

TEST(Notify, SystemdIsToldOfReadinessLifeAndTheEnd) {
  TestDaemon daemon(
      {.config = "checks: []\n",
       .environment = {{"NOTIFY_SOCKET", "@DIR@/notify"}, {"WATCHDOG_USEC", "200000"}}});
  NotifySocket systemd(daemon.file("notify"));
  daemon.start();
  EXPECT_THAT(systemd.next(), StartsWith("READY=1"));
  for (int beat = 0; beat < 5; ++beat) EXPECT_EQ(systemd.next(), "WATCHDOG=1");
  daemon.signal(SIGTERM);
  std::string message = systemd.next();
  while (message == "WATCHDOG=1") message = systemd.next();
  EXPECT_THAT(message, StartsWith("STOPPING=1"));
  EXPECT_EQ(daemon.waitForExit(), 0);
}

TEST(Notify, WithoutAWatchdogItIsToldOfReadinessAlone) {
  TestDaemon daemon({.config = "checks: []\n", .environment = {{"NOTIFY_SOCKET", "@DIR@/notify"}}});
  NotifySocket systemd(daemon.file("notify"));
  daemon.start();
  EXPECT_THAT(systemd.next(), StartsWith("READY=1"));
  daemon.signal(SIGTERM);
  EXPECT_THAT(systemd.next(), StartsWith("STOPPING=1"));
  EXPECT_EQ(daemon.waitForExit(), 0);
}

}  // namespace
}  // namespace heald::test
