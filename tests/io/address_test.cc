#include "io/address.h"

#include <gtest/gtest.h>

namespace heald::io {
namespace {

TEST(Address, TakesHttpUrlsOnly) {
  for (const char* good : {"http://127.0.0.1:8080/healthz", "https://example.org", "http://[::1]/",
                           "HTTP://localhost/?q=1"}) {
    EXPECT_EQ(urlProblem(good), "") << good;
  }
  EXPECT_EQ(urlProblem("ftp://example.org/"), "must begin with http:// or https://");
  EXPECT_EQ(urlProblem("file:///etc/passwd"),
            "is not a URL (example: "
            "http://127.0.0.1:8080/healthz)");
  for (const char* bad :
       {"", "localhost:8080", "/healthz", "http://", "http://a b/", "http://[1"}) {
    EXPECT_NE(urlProblem(bad), "") << bad;
  }
}

TEST(Address, TakesNoSecretInAUrl) {
  EXPECT_EQ(urlProblem("http://user:hush@example.org/"),
            "holds a user or password; secrets come from a file (basic_auth, bearer_token_file)");
}

TEST(Address, ReadsHostAndPort) {
  EXPECT_EQ(parseHostPort("127.0.0.1:80"), (HostPort{"127.0.0.1", 80}));
  EXPECT_EQ(parseHostPort("db.example:5432"), (HostPort{"db.example", 5432}));
  EXPECT_EQ(parseHostPort("[::1]:65535"), (HostPort{"::1", 65535}));
  for (const char* bad : {"", ":80", "host", "host:", "host:0", "host:65536", "host:8x", "::1:80",
                          "[::1]", "[]:80", "a b:80", "http://x:80", "u@h:80", "[h]:80", "h: 80"}) {
    EXPECT_FALSE(parseHostPort(bad)) << bad;
  }
}

TEST(Address, RefusesHeadersThatWouldBreakTheRequest) {
  EXPECT_EQ(headerProblem("X-Key", "value"), "");
  EXPECT_NE(headerProblem("", "x"), "");
  EXPECT_NE(headerProblem("X Key", "x"), "");
  EXPECT_NE(headerProblem("X-Key:", "x"), "");
  EXPECT_NE(headerProblem("X-Key", "a\r\nHost: evil"), "");
  EXPECT_EQ(headerValue(" a\r\nHost: evil\n"), "a  Host: evil");
}

}  // namespace
}  // namespace heald::io
