#include "outbox/mail.h"

#include "support.h"

namespace heald::outbox {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string mailOf(const Message& message) {
  return mailText(message, "heald@web-1.example.org", {"ops@example.org", "boss@example.org"});
}

// As whoever reads it sees it.
std::string decoded(const std::string& mail) {
  std::string body = mail.substr(mail.find("\r\n\r\n") + 4);
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '=') {
      if (body[i] != '\r') out += body[i];
    } else if (body.compare(i + 1, 2, "\r\n") == 0) {
      i += 2;
    } else {
      out += static_cast<char>(std::stoi(body.substr(i + 1, 2), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

TEST(Mail, HasTheHeadersThatServersAskFor) {
  const std::string mail = mailOf(messageOf({dormant("main", 0)}));
  EXPECT_THAT(mail, StartsWith("From: heald <heald@web-1.example.org>\r\n"
                               "To: ops@example.org,\r\n boss@example.org\r\n"
                               "Subject: Critical: Healing has stopped: main is dormant\r\n"
                               "Date: Mon, 23 Nov 2026 20:47:00 +0000\r\n"
                               "Message-ID: <ops-7-1@web-1.example.org>\r\n"
                               "Auto-Submitted: auto-generated\r\n"));
}

TEST(Mail, SaysWhatSlackIsTold) {
  const std::string text = decoded(mailOf(messageOf({dormant("main", 0)})));
  EXPECT_THAT(text, HasSubstr("Why: Exceeded max failures\n"));
  EXPECT_THAT(text, HasSubstr("What that means: No remedy under main starts"));
  EXPECT_THAT(text, HasSubstr("Since 2026-11-23 20:47:00 UTC\n"));
  EXPECT_THAT(text, HasSubstr("Runbook: https://runbooks.example.org/HealdDormant.md\n"));
  EXPECT_THAT(text, HasSubstr("heald on web-1 · HealdDormant"));
}

TEST(Mail, NoLineIsTooLongForAServer) {
  auto entry = dormant("main", 0);
  entry.message = std::string(4000, 'x') + "ä=.";
  const std::string mail = mailOf(messageOf({entry}));
  for (std::size_t at = 0; at < mail.size();) {
    const std::size_t end = mail.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 78u);
    at = end + 2;
  }
  EXPECT_THAT(decoded(mail), HasSubstr("xä=."));
}

TEST(Mail, NothingThatAReasonOrNameHoldsBeginsAHeader) {
  auto entry = dormant("main\r\nBcc: evil@example.org", 0);
  entry.message = "x\r\nBcc: evil@example.org\r\n.\r\nRCPT TO:<a@b>";
  const std::string mail = mailOf(messageOf({entry}));
  const std::string head = mail.substr(0, mail.find("\r\n\r\n"));
  EXPECT_THAT(head, testing::Not(HasSubstr("\nBcc")));
}

TEST(Mail, ASubjectBeyondAsciiIsEncodedInWholeCharacters) {
  std::vector<engine::HistoryEntry> entries;
  for (const char* name : {"a", "b"}) entries.push_back(dormant(name, 0));
  EXPECT_THAT(mailOf(messageOf(entries)),
              HasSubstr("Subject: =?utf-8?Q?Critical=3A_2_=C3=97_HealdDormant?=\r\n"));
}

TEST(Mail, KnowsAnAddress) {
  for (const char* good : {"ops@example.org", "o+p.s@host", "root@localhost"}) {
    EXPECT_EQ(mailAddressProblem(good), "") << good;
  }
  for (const char* bad :
       {"", "ops", "@x", "x@", "Ops <ops@x>", "a@b, c@d", "a b@c", "a@b\r\nRCPT"}) {
    EXPECT_NE(mailAddressProblem(bad), "") << bad;
  }
}

}  // namespace
}  // namespace heald::outbox
