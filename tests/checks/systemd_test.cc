#include "checks/systemd.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "checks/check_fixture.h"
#include "io/fd.h"
#include "io/systemd.h"
#include "support/temp_dir.h"

namespace heald::checks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct SystemdCheck : CheckTest {
  void SetUp() override {
    if (!io::systemdSupported()) GTEST_SKIP() << "built without libsystemd";
  }
  CheckResult check(const std::string& path) {
    return run(systemdKind(), "{unit: nginx, bus: 'unix:path=" + path + "'}");
  }
  // A socket that takes connections, as the system does, and says nothing.
  io::UniqueFd silent(const std::string& path) {
    io::UniqueFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener.get(), 8), 0);
    return listener;
  }

  const test::TempDir dir;
};

TEST_F(SystemdCheck, WithoutABusIsUnknown) {
  EXPECT_RESULT(check("/nowhere/bus"), CheckStatus::kUnknown,
                "no D-Bus at unix:path=/nowhere/bus: No such file or directory");
}

TEST_F(SystemdCheck, ABusThatHangsIsUnknownInTime) {
  const io::UniqueFd listener = silent(dir.file("bus"));
  timeout = 150ms;
  EXPECT_RESULT(check(dir.file("bus")), CheckStatus::kUnknown, "no answer of systemd after 150ms");
  timeout = 20s;
  cancel.cancel();
  EXPECT_RESULT(check(dir.file("bus")), CheckStatus::kUnknown, "cancelled");
}

TEST_F(SystemdCheck, WhatIsNoBusIsUnknown) {
  const io::UniqueFd listener = silent(dir.file("bus"));
  std::thread server([&] {
    const io::UniqueFd client(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    send(client.get(), "HTTP/1.1 400 Bad Request\r\n\r\n", 28, MSG_NOSIGNAL);
    char byte = 0;
    recv(client.get(), &byte, 1, 0);
  });
  EXPECT_RESULT(check(dir.file("bus")), CheckStatus::kUnknown, StartsWith("D-Bus: "));
  server.join();
}

TEST(SystemdCheckOptions, AreRefusedWithTheReason) {
  if (!io::systemdSupported()) GTEST_SKIP() << "built without libsystemd";
  const auto problems = [](const std::string& yaml) {
    return test::readKind(systemdKind(), yaml).problems;
  };
  EXPECT_THAT(problems("user: true"), ElementsAre(HasSubstr("has no \"unit\"")));
  EXPECT_THAT(problems("unit: 'nginx; reboot'"), ElementsAre(HasSubstr("is not the name of a")));
  EXPECT_THAT(problems("unit: worker@"), ElementsAre(HasSubstr("is a template")));
  EXPECT_THAT(problems("{unit: a, bus: 'unixexec:path=/bin/sh'}"),
              ElementsAre(HasSubstr("is not the address of a bus on this machine")));
  EXPECT_THAT(problems("{unit: a, bus: 'unix:path=/x;tcp:host=a'}"),
              ElementsAre(HasSubstr("is not the address of a bus on this machine")));
  EXPECT_THAT(problems("{unit: a, user: true, bus: 'unix:path=/x'}"),
              ElementsAre(HasSubstr("says nothing beside bus")));
  EXPECT_THAT(problems("{unit: a, expect: [running]}"),
              ElementsAre(HasSubstr("\"running\" is not a lasting state (known: active")));
}

}  // namespace
}  // namespace heald::checks
