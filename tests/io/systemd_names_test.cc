#include <gtest/gtest.h>

#include "io/systemd.h"

namespace heald::io {
namespace {

TEST(SystemdNames, WithoutASuffixAreServices) {
  EXPECT_EQ(unitName("nginx"), "nginx.service");
  EXPECT_EQ(unitName("a.b"), "a.b.service");
  EXPECT_EQ(unitName("backup.timer"), "backup.timer");
  EXPECT_EQ(unitName("worker@3"), "worker@3.service");
}

TEST(SystemdNames, AreRefusedWhenTheyAreNone) {
  for (const char* name : {"nginx", "-.mount", "dev-sda\\x2d1.device", "worker@3.service", "a:b"}) {
    EXPECT_EQ(unitProblem(name), "") << name;
  }
  for (const std::string& name :
       {std::string("a b"), std::string("a/b"), std::string("a;b"), std::string("ä"),
        std::string("@x"), std::string(".service"), std::string(250, 'a'), std::string("a\n")}) {
    EXPECT_NE(unitProblem(name), "") << name;
  }
  EXPECT_NE(unitProblem("worker@"), "");
  EXPECT_NE(unitProblem("worker@.service"), "");
}

TEST(SystemdNames, OfABusAreSocketsOfThisMachine) {
  EXPECT_EQ(busProblem("unix:path=/run/dbus/system_bus_socket"), "");
  EXPECT_EQ(busProblem("unix:path=/a;unix:abstract=b"), "");
  for (const char* address : {"", "/run/bus", "unixexec:path=/bin/sh", "tcp:host=a,port=1",
                              "unix:path=/a;unixexec:path=/bin/sh", "unix:path=/a;",
                              "x-machine-unix:machine=a", "autolaunch:"}) {
    EXPECT_NE(busProblem(address), "") << address;
  }
}

TEST(SystemdNames, TheTextOfAStateIsThatOfSystemctl) {
  EXPECT_EQ(unitStateText({"loaded", "active", "running", "success", "simple", ""}),
            "active (running)");
  EXPECT_EQ(unitStateText({"loaded", "failed", "failed", "exit-code", "simple", ""}),
            "failed (exit-code)");
  EXPECT_EQ(unitStateText({"masked", "inactive", "dead", "", "", ""}), "inactive (dead), masked");
  EXPECT_EQ(unitStateText({"not-found", "inactive", "dead", "", "", ""}), "no such unit");
}

}  // namespace
}  // namespace heald::io
