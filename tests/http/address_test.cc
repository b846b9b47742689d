#include "http/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::http {
namespace {

TEST(Address, ReadsHostAndPort) {
  EXPECT_EQ(*parseAddress("127.0.0.1:3001"), (Address{"127.0.0.1", 3001}));
  EXPECT_EQ(*parseAddress("0.0.0.0:9469"), (Address{"0.0.0.0", 9469}));
  EXPECT_EQ(*parseAddress("127.0.0.1:0"), (Address{"127.0.0.1", 0}));
  EXPECT_EQ(*parseAddress("localhost:80"), (Address{"127.0.0.1", 80}));
  EXPECT_EQ(toString(*parseAddress("10.1.2.3:65535")), "10.1.2.3:65535");
}

TEST(Address, RefusesWhatIsNotOne) {
  for (const char* bad : {"", ":", "3001", ":3001", "localhost", "localhost:", "localhost:x",
                          "localhost:-1", "localhost:65536", "localhost:80 ", "example.com:80",
                          "127.0.0.1.evil.com:80", "127.1:80", "256.0.0.1:80", "*:80"}) {
    const auto address = parseAddress(bad);
    ASSERT_FALSE(address.ok()) << bad;
    EXPECT_THAT(address.error().message, testing::HasSubstr("127.0.0.1:3001")) << bad;
  }
}

TEST(Address, SaysThatThereIsNoIpv6) {
  for (const char* bad : {"[::1]:3001", "[::]:80", "::1", "::1:3001"}) {
    const auto address = parseAddress(bad);
    ASSERT_FALSE(address.ok()) << bad;
    EXPECT_THAT(address.error().message, testing::HasSubstr("no IPv6")) << bad;
  }
}

TEST(Address, KnowsLoopback) {
  EXPECT_TRUE(isLoopback({"127.0.0.1", 1}));
  EXPECT_TRUE(isLoopback({"127.9.9.9", 1}));
  EXPECT_FALSE(isLoopback({"0.0.0.0", 1}));
  EXPECT_FALSE(isLoopback({"128.0.0.1", 1}));
  EXPECT_FALSE(isLoopback({"127.evil.com", 1}));
  EXPECT_FALSE(isLoopback({"", 1}));
}

}  // namespace
}  // namespace heald::http
