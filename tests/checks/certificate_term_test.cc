#include "checks/certificate_term.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"
#include "support/tls_server.h"

namespace heald::checks {
namespace {

using test::Certificate;
using testing::SizeIs;

constexpr std::chrono::minutes kTolerance(2);

std::string pemOf(const std::vector<const Certificate*>& certificates) {
  const test::TempDir dir;
  for (const Certificate* each : certificates) each->writePem(dir.file("pem"), "a");
  return dir.read("pem");
}

void expectNear(std::chrono::sys_seconds moment, std::chrono::seconds from_now) {
  const auto difference = moment - (std::chrono::system_clock::now() + from_now);
  EXPECT_LT(std::chrono::abs(difference), kTolerance);
}

std::string problemOf(std::string_view bytes) {
  const auto terms = readCertificates(bytes);
  return terms ? "none" : terms.error().message;
}

TEST(CertificateTerm, IsReadFromDerAndFromPem) {
  const Certificate certificate(29, -3);
  for (const std::string& bytes : {certificate.der(), pemOf({&certificate})}) {
    const auto terms = readCertificates(bytes);
    ASSERT_TRUE(terms);
    ASSERT_THAT(*terms, SizeIs(1));
    EXPECT_EQ(terms->front().subject, "CN=heald test");
    expectNear(terms->front().begin, -std::chrono::days(3));
    expectNear(terms->front().end, std::chrono::days(29) + std::chrono::hours(1));
  }
}

TEST(CertificateTerm, OfEachCertificateOfABundle) {
  const Certificate one(5, -1, "one", nullptr), two(300, -1, "tẅo\n", nullptr);
  const std::string key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  const auto terms = readCertificates("a comment\n" + pemOf({&one}) + key + pemOf({&two}));
  ASSERT_TRUE(terms);
  ASSERT_THAT(*terms, SizeIs(2));
  EXPECT_EQ((*terms)[0].subject, "CN=one");
  EXPECT_EQ((*terms)[1].subject, "CN=tẅo\\0A");
}

TEST(CertificateTerm, IsAbsentFromEverythingElse) {
  for (const char* bytes : {"", "x", "\x30\x82"}) {
    EXPECT_EQ(problemOf(bytes), "holds no certificate (PEM or DER)") << bytes;
  }
  const Certificate certificate(29);
  const std::string der = certificate.der();
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_NE(problemOf(der.substr(0, size)), "none") << size;
  }
}

TEST(CertificateTerm, ABrokenBlockOfABundleIsNoted) {
  const Certificate certificate(29);
  const std::string pem = pemOf({&certificate});
  EXPECT_EQ(problemOf(pem + pem.substr(0, pem.size() / 2)), "cannot be read at its certificate 2");
  std::string damaged = pem;
  damaged[damaged.size() / 2] = '!';
  EXPECT_EQ(problemOf(damaged), "cannot be read at its certificate 1");
}

}  // namespace
}  // namespace heald::checks
