#include "http/host.h"

#include <gtest/gtest.h>

namespace heald::http {
namespace {

TEST(Host, IsReadWithoutItsPortAndInLowerCase) {
  EXPECT_EQ(hostOf("localhost"), "localhost");
  EXPECT_EQ(hostOf("LocalHost:3001"), "localhost");
  EXPECT_EQ(hostOf("127.0.0.1:80"), "127.0.0.1");
  EXPECT_EQ(hostOf("[::1]"), "[::1]");
  EXPECT_EQ(hostOf("[::1]:3001"), "[::1]");
}

TEST(Host, RefusesWhatIsNotAnAuthority) {
  for (const char* bad : {"", ":80", "localhost:80@evil.com", "user@localhost", "localhost:8x",
                          "[::1", "a b", "localhost/", "localhost,evil.com", "::1"}) {
    EXPECT_FALSE(hostOf(bad)) << bad;
  }
}

TEST(Host, OfAnOriginNeedsHttp) {
  EXPECT_EQ(hostOfOrigin("http://localhost:3001"), "localhost");
  EXPECT_EQ(hostOfOrigin("https://ops.example"), "ops.example");
  for (const char* bad : {"", "null", "file://", "http://", "chrome-extension://abc",
                          "http://localhost:3001@evil.com", "http://localhost/evil"}) {
    EXPECT_FALSE(hostOfOrigin(bad)) << bad;
  }
}

TEST(AllowedHosts, MatchWholeNamesOnly) {
  const AllowedHosts hosts({"heald.Ops.Example"});
  for (const char* good : {"localhost", "LOCALHOST", "127.0.0.1", "[::1]", "heald.ops.example"}) {
    EXPECT_TRUE(hosts.allows(good)) << good;
  }
  for (const char* bad : {"", "localhost.evil.com", "127.0.0.1.evil.com", "localhost.", "evil.com",
                          "ops.example", "x.heald.ops.example", "127.0.0.2", "0.0.0.0"}) {
    EXPECT_FALSE(hosts.allows(bad)) << bad;
  }
}

}  // namespace
}  // namespace heald::http
