#include "checks/certificate.h"

#include <sys/stat.h>

#include "checks/check_fixture.h"
#include "io/fd.h"
#include "support/temp_dir.h"
#include "support/tls_server.h"

namespace heald::checks {
namespace {

using test::Certificate;
using test::TlsServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

struct CertificateCheck : CheckTest {
  CertificateCheck() : root_file(dir.file("root.pem")) { root.writePem(root_file); }

  CheckResult endpoint(const std::string& address, const std::string& more) {
    return run(certificateKind(), "{address: '" + address + "'" + more + "}");
  }
  // What the check makes of a server with this certificate.
  CheckResult shown(const Certificate& certificate, const std::string& more,
                    const Certificate* intermediate = nullptr) {
    const TlsServer server(certificate, "", intermediate);
    return endpoint(server.address(), more);
  }
  CheckResult trusted(const Certificate& certificate, const std::string& more = "",
                      const Certificate* intermediate = nullptr) {
    return shown(certificate, ", ca_file: " + root_file + more, intermediate);
  }
  CheckResult file(const std::string& path, const std::string& more = "") {
    return run(certificateKind(), "{file: " + path + more + "}");
  }

  const test::TempDir dir;
  const Certificate root{3650, -30, "root", nullptr};
  const std::string root_file;
};

TEST_F(CertificateCheck, TellsHowLongAnEndpointIsStillGood) {
  const Certificate leaf(29, -1, "leaf", &root);
  EXPECT_RESULT(trusted(leaf), CheckStatus::kOk,
                MatchesRegex("expires in 29d \\(20..-..-..\\): CN=leaf"));
  EXPECT_RESULT(trusted(leaf, ", warning: 30d"), CheckStatus::kWarning, HasSubstr("in 29d"));
  EXPECT_RESULT(trusted(leaf, ", critical: 30d"), CheckStatus::kCritical, HasSubstr("in 29d"));
  EXPECT_RESULT(trusted(Certificate(6, -1, "leaf", &root)), CheckStatus::kCritical,
                HasSubstr("expires in 6d"));
  EXPECT_RESULT(trusted(Certificate(1, -1, "leaf", &root), ", critical: 0"), CheckStatus::kOk,
                MatchesRegex("expires in 1d(59m|1h).*"));
}

TEST_F(CertificateCheck, WhatHasExpiredOrIsNotValidYetIsCritical) {
  const std::string lenient = ", verify: false, critical: 0";
  EXPECT_RESULT(shown(Certificate(-3), lenient), CheckStatus::kCritical,
                MatchesRegex("expired 2d ago \\(20.*\\): CN=heald test"));
  EXPECT_RESULT(trusted(Certificate(-3, -30, "old", &root)), CheckStatus::kCritical,
                HasSubstr("expired 2d ago"));
  EXPECT_RESULT(shown(Certificate(90, 2), lenient), CheckStatus::kCritical,
                MatchesRegex("not valid before 20.*: CN=heald test"));
}

TEST_F(CertificateCheck, TheEarliestExpiryOfTheChainCounts) {
  const Certificate intermediate(3, -30, "intermediate", &root);
  const Certificate leaf(60, -1, "leaf", &intermediate);
  EXPECT_RESULT(trusted(leaf, "", &intermediate), CheckStatus::kCritical,
                MatchesRegex("expires in 3d .*: CN=intermediate"));
  EXPECT_RESULT(shown(leaf, ", verify: false", &intermediate), CheckStatus::kCritical,
                MatchesRegex("expires in 3d .*: CN=intermediate"));
}

TEST_F(CertificateCheck, AChainThatIsNotTrustedIsCriticalUnlessNobodyAsks) {
  const Certificate own(60);
  EXPECT_RESULT(shown(own, ""), CheckStatus::kCritical, "self-signed certificate: CN=heald test");
  EXPECT_RESULT(trusted(own), CheckStatus::kCritical, HasSubstr("self-signed certificate"));
  EXPECT_RESULT(shown(own, ", verify: false"), CheckStatus::kOk, HasSubstr("expires in 60d"));
  const Certificate intermediate(90, -30, "intermediate", &root);
  EXPECT_RESULT(trusted(Certificate(60, -1, "leaf", &intermediate)), CheckStatus::kCritical,
                "unable to get local issuer certificate: CN=leaf");
}

TEST_F(CertificateCheck, TheNameHasToBeItsOwn) {
  const Certificate leaf(60, -1, "leaf", &root, "DNS:db.example.org");
  EXPECT_RESULT(trusted(leaf, ", server_name: db.example.org"), CheckStatus::kOk,
                HasSubstr("CN=leaf"));
  EXPECT_RESULT(trusted(leaf, ", server_name: www.example.org"), CheckStatus::kCritical,
                "hostname mismatch: CN=leaf");
  EXPECT_RESULT(trusted(leaf, ", server_name: 127.0.0.2"), CheckStatus::kCritical,
                "IP address mismatch: CN=leaf");
  EXPECT_RESULT(shown(leaf, ", server_name: www.example.org, verify: false"), CheckStatus::kOk,
                HasSubstr("CN=leaf"));
}

TEST_F(CertificateCheck, AnEndpointThatIsDownIsCritical) {
  const test::ClosedPort closed;
  EXPECT_RESULT(endpoint("127.0.0.1:" + std::to_string(closed.port()), ""), CheckStatus::kCritical,
                "connection refused");
  EXPECT_RESULT(endpoint("nowhere.invalid:443", ""), CheckStatus::kCritical,
                HasSubstr("cannot resolve nowhere.invalid: "));
}

TEST_F(CertificateCheck, AServerThatSpeaksNoTlsIsCritical) {
  io::UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener.get(), 4), 0);
  getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const std::string where = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  std::thread server([&] {
    for (const std::string_view reply : {"SSH-2.0-OpenSSH_9.2\r\n", ""}) {
      const io::UniqueFd client(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      char hello[4096];
      if (recv(client.get(), hello, sizeof hello, 0) <= 0) return;
      send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
    }
  });
  EXPECT_RESULT(endpoint(where, ""), CheckStatus::kCritical, "TLS handshake: wrong version number");
  EXPECT_RESULT(endpoint(where, ""), CheckStatus::kCritical,
                MatchesRegex("TLS handshake: (unexpected eof while reading|the connection was "
                             "closed|connection reset by peer)"));
  server.join();
  timeout = 150ms;  // the system takes the connection; nobody answers
  EXPECT_RESULT(endpoint(where, ""), CheckStatus::kCritical, "timed out after 150ms");
  timeout = 20s;
  cancel.cancel();
  EXPECT_RESULT(endpoint(where, ""), CheckStatus::kUnknown, "cancelled");
}

TEST_F(CertificateCheck, WithoutItsCaFileNothingIsKnown) {
  const Certificate leaf(60, -1, "leaf", &root);
  EXPECT_RESULT(shown(leaf, ", ca_file: /nowhere/ca.pem"), CheckStatus::kUnknown,
                "ca_file: /nowhere/ca.pem cannot be read, or holds no certificate");
  EXPECT_RESULT(shown(leaf, ", ca_file: " + dir.write("empty", "")), CheckStatus::kUnknown,
                HasSubstr("holds no certificate"));
}

TEST_F(CertificateCheck, LooksIntoAFile) {
  const Certificate soon(3, -1, "soon", nullptr);
  soon.writePem(root_file, "a");
  EXPECT_RESULT(file(root_file), CheckStatus::kCritical, MatchesRegex("expires in 3d .*: CN=soon"));
  EXPECT_RESULT(file(root_file, ", critical: 1d"), CheckStatus::kOk, HasSubstr("CN=soon"));
  EXPECT_RESULT(file(dir.write("der", soon.der()), ", warning: 10d, critical: 1d"),
                CheckStatus::kWarning, HasSubstr("CN=soon"));
  EXPECT_RESULT(file(dir.write("text", "nothing")), CheckStatus::kCritical,
                dir.file("text") + " holds no certificate (PEM or DER)");
  EXPECT_RESULT(file("/nowhere/x.pem"), CheckStatus::kCritical,
                "/nowhere/x.pem: No such file or directory");
  EXPECT_RESULT(file(dir.file("")), CheckStatus::kUnknown, HasSubstr("not a regular file"));
}

TEST(CertificateCheckOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(certificateKind(), yaml).problems;
  };
  EXPECT_THAT(problems("{critical: 1d}"), ElementsAre(HasSubstr("place of the certificate")));
  EXPECT_THAT(problems("{address: 'a:1', file: /x}"), ElementsAre(HasSubstr("file")));
  EXPECT_THAT(problems("address: www.example.org"), ElementsAre(HasSubstr("is not host:port")));
  EXPECT_THAT(problems("{address: 'a:1', server_name: 'https://a'}"),
              ElementsAre(HasSubstr("is not the name of a server")));
  EXPECT_THAT(problems("file: site.pem"), ElementsAre(HasSubstr("is not an absolute path")));
  EXPECT_THAT(problems("{file: /x, verify: true, server_name: a}"),
              ElementsAre(HasSubstr("verify: is for an address"),
                          HasSubstr("server_name: is for an address")));
  EXPECT_THAT(problems("{address: 'a:1', verify: false, ca_file: /x}"),
              ElementsAre(HasSubstr("verifies nothing with verify: false")));
  EXPECT_THAT(problems("{address: 'a:1', warning: 7d}"),
              ElementsAre(HasSubstr("7d is not above critical, which is 7d")));
  EXPECT_THAT(problems("{address: 'a:1', critical: 7}"), ElementsAre(HasSubstr("has no unit")));
}

}  // namespace
}  // namespace heald::checks
