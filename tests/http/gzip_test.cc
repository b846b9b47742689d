#include "http/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace heald::http {
namespace {

std::string unzipped(const std::string& packed, std::size_t size) {
  std::string plain(size, '\0');
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  inflateEnd(&stream);
  return plain;
}

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
  EXPECT_EQ(unzipped(*packed, plain.size()), plain);
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
