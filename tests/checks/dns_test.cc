#include "checks/dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>

#include "checks/check_fixture.h"
#include "io/fd.h"
#include "io/resolver.h"
#include "support/child.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

namespace heald::checks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A UDP socket on a port of 127.0.0.1 that the system chose.
struct Port {
  Port() : socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size);
    getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    number = std::to_string(ntohs(address.sin_port));
  }

  io::UniqueFd socket;
  std::string number;
};

// Asks a real server, dnsmasq, which knows some names of the domain "test" and no other.
class DnsCheck : public CheckTest {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(std::filesystem::exists("/usr/sbin/dnsmasq")) << "scripts/packages test";
    directory_ = std::make_unique<test::TempDir>();
    port_ = Port().number;
    server_ = std::make_unique<test::Child>(
        std::vector<std::string>{
            "/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
            "--no-hosts", "--pid-file=", "--user=", "--group=", "--bind-interfaces",
            "--listen-address=127.0.0.1", "--port=" + port_, "--local=/test/",
            "--host-record=db.test,192.0.2.1,2001:db8::1", "--host-record=db.test,192.0.2.2",
            "--mx-host=test,mail.test,10", "--srv-host=_sip._tcp.test,sip.test,5060,3,7",
            "--txt-record=test,v=1 all", "--dns-rr=test,2,036e7331047465737400"},
        directory_->file("dnsmasq.log"));
    ASSERT_TRUE(test::eventually([] {
      const io::CancelToken never;
      return io::resolve("db.test", io::RecordType::kA, "127.0.0.1:" + port_, 1s, never).end ==
             io::DnsEnd::kAnswered;
    })) << server_->output();
  }
  static void TearDownTestSuite() {
    server_.reset();
    directory_.reset();
  }

  CheckResult dns(const std::string& yaml) {
    return run(dnsKind(), "{server: '127.0.0.1:" + port_ + "', " + yaml + "}");
  }

  static inline std::unique_ptr<test::TempDir> directory_;
  static inline std::unique_ptr<test::Child> server_;
  static inline std::string port_;
};

TEST_F(DnsCheck, FindsRecordsOfEachType) {
  EXPECT_RESULT(dns("name: db.test"), CheckStatus::kOk, HasSubstr("db.test A: 192.0.2."));
  EXPECT_RESULT(dns("name: db.test, type: AAAA"), CheckStatus::kOk, "db.test AAAA: 2001:db8::1");
  EXPECT_RESULT(dns("name: test, type: MX"), CheckStatus::kOk, "test MX: 10 mail.test");
  EXPECT_RESULT(dns("name: test, type: NS"), CheckStatus::kOk, "test NS: ns1.test");
  EXPECT_RESULT(dns("name: _sip._tcp.test, type: SRV"), CheckStatus::kOk,
                "_sip._tcp.test SRV: 3 7 5060 sip.test");
  EXPECT_RESULT(dns("name: test, type: TXT"), CheckStatus::kOk, "test TXT: v=1 all");
}

TEST_F(DnsCheck, MeasuresHowLongItTook) {
  const CheckResult result = dns("name: db.test");
  ASSERT_EQ(result.measurements.size(), 2u);
  EXPECT_EQ(result.measurements[0].label, "time_seconds");
  EXPECT_EQ(result.measurements[1], (core::Measurement{"records", 2}));
}

TEST_F(DnsCheck, WantsAllThatIsExpected) {
  EXPECT_RESULT(dns("name: db.test, expect: [192.0.2.2, 192.0.2.1]"), CheckStatus::kOk,
                HasSubstr("192.0.2.2"));
  EXPECT_RESULT(dns("name: db.test, expect: [192.0.2.2, 192.0.2.3]"), CheckStatus::kCritical,
                HasSubstr("db.test A: 192.0.2.3 is missing, found: 192.0.2."));
  EXPECT_RESULT(dns("name: db.test, type: AAAA, expect: ['2001:DB8:0:0::1']"), CheckStatus::kOk,
                HasSubstr("2001:db8::1"));
  EXPECT_RESULT(dns("name: test, type: MX, expect: [10 MAIL.test.]"), CheckStatus::kOk,
                HasSubstr("mail.test"));
}

TEST_F(DnsCheck, OfANameOrARecordThatIsNotThereIsCritical) {
  EXPECT_RESULT(dns("name: nowhere.test"), CheckStatus::kCritical,
                "nowhere.test A: Domain name not found");
  EXPECT_RESULT(dns("name: db.test, type: MX"), CheckStatus::kCritical,
                "db.test MX: DNS server returned answer with no data");
  EXPECT_RESULT(dns("name: db.example.org"), CheckStatus::kCritical,
                "db.example.org A: DNS server refused query");
}

TEST(DnsCheckWithoutAServer, IsCriticalInTime) {
  struct Silent : CheckTest {
    void TestBody() override {}
    using CheckTest::run;
    using CheckTest::timeout;
  } check;
  check.timeout = 300ms;
  const Port silent;  // nobody answers
  EXPECT_RESULT(check.run(dnsKind(), "{name: db.test, server: '127.0.0.1:" + silent.number + "'}"),
                CheckStatus::kCritical, "db.test A: no answer within 300ms");
  const std::string closed = Port().number;
  EXPECT_RESULT(check.run(dnsKind(), "{name: db.test, server: '127.0.0.1:" + closed + "'}"),
                CheckStatus::kCritical, "db.test A: Could not contact DNS servers");
}

TEST(DnsCheckWithoutAServer, EndsWhenItIsCancelled) {
  struct Cancelled : CheckTest {
    void TestBody() override {}
    using CheckTest::cancel;
    using CheckTest::run;
  } check;
  check.cancel.cancel();
  const Port silent;
  EXPECT_RESULT(check.run(dnsKind(), "{name: db.test, server: '127.0.0.1:" + silent.number + "'}"),
                CheckStatus::kUnknown, "cancelled");
}

TEST(DnsCheckOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(dnsKind(), yaml).problems;
  };
  EXPECT_THAT(problems("type: A"), ElementsAre(HasSubstr("has no \"name\"")));
  EXPECT_THAT(problems("name: a..b"), ElementsAre(HasSubstr("is not a name of the DNS")));
  EXPECT_THAT(problems("{name: a, type: ANY}"), ElementsAre(HasSubstr("\"ANY\"")));
  EXPECT_THAT(problems("{name: a, expect: [b]}"),
              ElementsAre(HasSubstr("\"b\" is not an address of type A (example: 192.0.2.1)")));
  for (const char* server : {"dns.example.org", "1.2.3", "[::1", "1.2.3.4:0", "1.2.3.4:65536",
                             "1.2.3.4:", "[::1]53", "127.0.0.1,127.0.0.2", ""}) {
    EXPECT_THAT(problems("{name: a, server: '" + std::string(server) + "'}"),
                ElementsAre(testing::AnyOf(HasSubstr("is not the address of a server"),
                                           HasSubstr("empty"))))
        << server;
  }
  for (const char* server : {"127.0.0.1", "127.0.0.1:53", "::1", "[::1]", "[2001:db8::1]:5353"}) {
    EXPECT_THAT(problems("{name: a, server: '" + std::string(server) + "'}"), IsEmpty()) << server;
  }
}

}  // namespace
}  // namespace heald::checks
