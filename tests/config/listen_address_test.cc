#include "config/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::config {
namespace {

using testing::HasSubstr;

TEST(ListenAddress, ReadsHostAndPort) {
  EXPECT_EQ(*parseListenAddress("127.0.0.1:3001"), (ListenAddress{"127.0.0.1", 3001}));
  EXPECT_EQ(*parseListenAddress("0.0.0.0:9469"), (ListenAddress{"0.0.0.0", 9469}));
  EXPECT_EQ(*parseListenAddress("127.0.0.1:0"), (ListenAddress{"127.0.0.1", 0}));
  EXPECT_EQ(*parseListenAddress("localhost:80"), (ListenAddress{"127.0.0.1", 80}));
  EXPECT_EQ(toString(*parseListenAddress("10.1.2.3:65535")), "10.1.2.3:65535");
}

TEST(ListenAddress, RefusesWhatIsNotOneAndSaysWhatWouldBe) {
  for (const char* bad :
       {"", ":", "3001", ":3001", "localhost", "localhost:", "localhost:x", "localhost:-1",
        "localhost:65536", "localhost:80 ", "example.com:80", "127.0.0.1.evil.com:80", "127.1:80",
        "256.0.0.1:80", "*:80", "http://127.0.0.1:80", "127.0.0.1:080", "127.0.0.1:80/status"}) {
    const auto address = parseListenAddress(bad);
    ASSERT_FALSE(address.ok()) << bad;
    EXPECT_THAT(address.error().message, HasSubstr("(")) << bad;
  }
}

TEST(ListenAddress, ReadsIpv6InBrackets) {
  EXPECT_EQ(*parseListenAddress("[::1]:3001"), (ListenAddress{"::1", 3001}));
  EXPECT_EQ(*parseListenAddress("[::]:0"), (ListenAddress{"::", 0}));
  EXPECT_EQ(*parseListenAddress("[2001:db8::7]:80"), (ListenAddress{"2001:db8::7", 80}));
  EXPECT_EQ(toString(ListenAddress{"::1", 3001}), "[::1]:3001");
  for (const char* bad : {"::1", "::1:3001", "[::1]", "[]:80", "[:80", "[x]:80", "[127.0.0.1]:80",
                          "[::1]x:80", "[::1]:", "[::1", "["}) {
    EXPECT_FALSE(parseListenAddress(bad).ok()) << bad;
  }
}

TEST(ListenAddress, KnowsLoopback) {
  EXPECT_TRUE(isLoopback({"127.0.0.1", 1}));
  EXPECT_TRUE(isLoopback({"127.9.9.9", 1}));
  EXPECT_TRUE(isLoopback({"::1", 1}));
  EXPECT_FALSE(isLoopback({"::", 1}));
  EXPECT_FALSE(isLoopback({"2001:db8::1", 1}));
  EXPECT_FALSE(isLoopback({"0.0.0.0", 1}));
  EXPECT_FALSE(isLoopback({"128.0.0.1", 1}));
  EXPECT_FALSE(isLoopback({"127.evil.com", 1}));
  EXPECT_FALSE(isLoopback({"", 1}));
}

TEST(ListenAddress, OfTheControlPlaneIsOnLoopbackWithoutAWebConfiguration) {
  EXPECT_EQ(controlAddressFault("127.0.0.1:3001"), "");
  EXPECT_EQ(controlAddressFault("localhost:0"), "");
  EXPECT_THAT(controlAddressFault("0.0.0.0:3001"), HasSubstr("use 127.0.0.1:3001"));
  EXPECT_THAT(controlAddressFault("192.168.1.7:3001"), HasSubstr("not a loopback address"));
  EXPECT_THAT(controlAddressFault("[::]:3001"), HasSubstr("needs TLS and credentials"));
  EXPECT_EQ(addressFault("192.168.1.7:9469"), "");
}

}  // namespace
}  // namespace heald::config
