#include "http/gzip.h"

#include <gtest/gtest.h>

#include "support/unzipped.h"

namespace heald::http {
namespace {

using test::unzipped;

Response compressed(const char* accept, std::string body) {
  Request request;
  request.headers.add("Accept-Encoding", accept);
  Response response = text(std::move(body));
  compressFor(request, response);
  return response;
}

TEST(Gzip, IsAcceptedWhenNamed) {
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.5", "br , gzip ; q=0.001 "}) {
    EXPECT_TRUE(acceptsGzip(yes)) << yes;
  }
  for (const char* no : {"", "identity", "gzip;q=0", "gzip; q=0.000", "x-gzip", "gzipped", "*"}) {
    EXPECT_FALSE(acceptsGzip(no)) << no;
  }
}

TEST(Gzip, GivesTheTextBack) {
  std::string plain;
  for (int i = 0; i < 100'000; ++i) plain += std::to_string(i * 7919);
  const auto packed = gzip(plain);
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), plain.size());
  EXPECT_EQ(unzipped(*packed), plain);
}

TEST(Gzip, LeavesSmallBodiesAlone) {
  EXPECT_EQ(compressed("gzip", std::string(1024, 'a')).body.size(), 1024u);
  const Response large = compressed("gzip", std::string(1025, 'a'));
  EXPECT_LT(large.body.size(), 100u);
  EXPECT_EQ(large.headers.get("Content-Encoding"), "gzip");
  EXPECT_EQ(large.headers.get("Vary"), "Accept-Encoding");
}

TEST(Gzip, IsNotForcedOnAClient) {
  const Response response = compressed("gzip;q=0", std::string(5000, 'a'));
  EXPECT_EQ(response.body.size(), 5000u);
  EXPECT_EQ(response.headers.count("Content-Encoding"), 0u);
  EXPECT_EQ(response.headers.get("Vary"), "Accept-Encoding");
}

}  // namespace
}  // namespace heald::http
