#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "e2e/stories.h"
#include "support/child.h"
#include "support/command.h"
#include "support/temp_dir.h"
#include "support/tiny_server.h"
#include "support/tls_server.h"

// The real heald and who it tells: a stub of Slack, a program that takes Alertmanager's webhook,
// and a real mail server with TLS and a password.
namespace heald::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

json bodyOf(const std::string& request) {
  return json::parse(request.substr(request.find("\r\n\r\n") + 4));
}

// Answers as it is told; 0 leaves the client without an answer.
class Stub {
 public:
  Stub() : server_([this](const std::string&) { return answer(); }) {}

  void answers(int status) { status_ = status; }
  std::string url() const { return server_.url("/services/T0/B0/secret"); }
  std::vector<json> messages() const {
    std::vector<json> found;
    for (const std::string& request : server_.requests()) found.push_back(bodyOf(request));
    return found;
  }
  std::vector<std::string> requests() const { return server_.requests(); }
  // What they say, in a row.
  std::vector<std::string> titles() const {
    std::vector<std::string> found;
    for (const json& message : messages())
      found.push_back(message.at("attachments").at(0).at("title"));
    return found;
  }

 private:
  std::string answer() const {
    if (status_ == 0) return "";
    return TinyServer::reply(status_, status_ == 200 ? "ok" : "no_service",
                             "Connection: close\r\n");
  }

  std::atomic<int> status_ = 200;
  TinyServer server_;
};

const std::string kDormant = R"({"reason": "a test"})";

std::string configFor(const std::string& receivers, const std::string& more = "") {
  return "notifications:\n  instance: web-1\n  group_wait: 100ms\n  group_interval: 0\n  "
         "receivers:\n" +
         receivers + more;
}

class Notifications : public testing::Test {
 protected:
  void start(const std::string& receivers, const std::string& more = "") {
    heald_.emplace(Launch{configFor(receivers, more)});
    heald_->start();
  }
  std::string slack(const std::string& name = "ops") {
    return "    - {name: " + name +
           ", slack: {url_file: " + secrets_.write("slack-url", stub_.url()) + "}}\n";
  }
  void makeDormant(const std::string& governor = "self-healing-main") {
    EXPECT_EQ(heald_->post("/api/governors/" + governor + "/dormant", kDormant).status, 200);
  }
  void resume(const std::string& governor = "self-healing-main") {
    EXPECT_EQ(heald_->post("/api/governors/" + governor + "/resume", kDormant).status, 200);
  }
  void awaitMessages(std::size_t count) {
    heald_->await(std::to_string(count) + " messages",
                  [&] { return stub_.requests().size() >= count; });
  }
  // Once it is known: its cursor is read after the start.
  json receiver(const std::string& name = "ops") const {
    json found;
    heald_->await("the receiver " + name, [&] {
      const json all = json::parse(heald_->get("/api/notifications").body);
      for (const json& one : all.at("receivers")) {
        if (one.at("name") == name) found = one;
      }
      return !found.is_null();
    });
    return found;
  }

  TempDir secrets_;
  Stub stub_;
  std::optional<TestDaemon> heald_;
};

TEST_F(Notifications, ARemedyThatNeverHelpsEndsInAMessageThatSaysWhatToType) {
  start(slack(), sickService("exit 1", kHundredTimesFaster));
  std::ofstream(heald_->file("sick")) << "x";
  awaitMessages(1);
  const json shown = stub_.messages().front().at("attachments").at(0);
  EXPECT_EQ(shown.at("title"), "Critical: Healing has stopped: self-healing-main is dormant");
  EXPECT_EQ(shown.at("color"), "danger");
  EXPECT_THAT(shown.at("text").get<std::string>(),
              HasSubstr("`healdctl resume self-healing-main --reason \"what was fixed\"`"));
  std::filesystem::remove(heald_->file("sick"));
  resume();
  awaitMessages(2);
  EXPECT_EQ(stub_.titles().at(1), "Resolved: Healing has stopped: self-healing-main is dormant");
  EXPECT_THAT(stub_.messages().at(1).at("attachments").at(0).at("text").get<std::string>(),
              HasSubstr("It lasted from"));
  heald_->await("the metric", [&] {
    return heald_->metric("heald_notifications_total{receiver=\"ops\",outcome=\"success\"}") == 2;
  });
  EXPECT_THAT(heald_->log(), Not(HasSubstr("secret"))) << "the address is one";
}

TEST_F(Notifications, WhatHappensWhileAReceiverIsAwayComesAsOneMessageWhenItIsBack) {
  stub_.answers(503);
  start(slack());
  makeDormant();
  heald_->await("the trouble", [&] { return receiver().at("state") == "failing"; });
  EXPECT_EQ(receiver().at("error"), "status 503: no_service");
  EXPECT_EQ(heald_->status().at("issues").back().at("reason"), "notifications");
  resume();
  makeDormant();
  stub_.answers(200);
  heald_->await(
      "the message", [&] { return receiver().at("state") == "ok"; }, std::chrono::seconds(60));
  EXPECT_EQ(stub_.titles().back(), "self-healing-main was made dormant by hand");
  EXPECT_EQ(receiver().at("pending"), 0);
}

TEST_F(Notifications, KilledBeforeTheReceiverAnswersHealdSendsAgain) {
  stub_.answers(0);
  start(slack());
  makeDormant();
  awaitMessages(1);
  heald_->kill();
  stub_.answers(200);
  heald_->start();
  awaitMessages(2);
  EXPECT_EQ(stub_.titles().at(1), stub_.titles().at(0));
  heald_->await("the cursor", [&] { return receiver().at("sent") == 1; });
  // And after one that was told, not.
  EXPECT_EQ(heald_->stop(), 0);
  heald_->start();
  resume();
  awaitMessages(3);
  EXPECT_THAT(stub_.titles().at(2), testing::StartsWith("Resolved: "));
}

TEST_F(Notifications, FourHundredGovernorsThatGoDormantAtOnceAreOneMessage) {
  std::string more = "governors:\n";
  std::string remedies = "remedies:\n";
  for (int i = 0; i < 400; ++i) {
    const std::string name = "gov-" + std::to_string(i);
    more += "  " + name + ": {}\n";
    remedies += "  - {name: r" + std::to_string(i) + ", when: {check: c}, governor: " + name +
                ", exec: {command: [/bin/true]}}\n";
  }
  more += "checks:\n  - {name: c, exec: {command: [/bin/true]}}\n" + remedies;
  start(slack(), more);
  EXPECT_EQ(heald_->post("/api/dormant", kDormant).status, 200);
  awaitMessages(1);
  EXPECT_EQ(stub_.titles().front(), "401 × HealdDormantByHand");
  resume("gov-7");
  awaitMessages(2);
  EXPECT_EQ(stub_.titles(), (std::vector<std::string>{"401 × HealdDormantByHand",
                                                      "Resolved: gov-7 was made dormant by hand"}));
}

TEST_F(Notifications, ANewReceiverComesWithAReloadAndATestReachesIt) {
  start("    []\n");
  makeDormant();
  heald_->configure(configFor(slack()));
  EXPECT_EQ(heald_->post("/-/reload", "").status, 200);
  const json answer = json::parse(heald_->post("/api/notifications/test", "{}").body);
  EXPECT_EQ(answer.at("receivers"),
            json::array({{{"name", "ops"}, {"ok", true}, {"error", nullptr}}}));
  EXPECT_THAT(stub_.titles(), ElementsAre("Test: heald on web-1 can reach you"));
}

TEST_F(Notifications, AWebhookIsSignedAndInTheFormOfAlertmanager) {
  start("    - {name: bridge, webhook: {url: '" + stub_.url() +
        "', secret_file: " + secrets_.write("key", "Jefe\n") + "}}\n");
  makeDormant();
  awaitMessages(1);
  const std::string request = stub_.requests().front();
  const std::string body = request.substr(request.find("\r\n\r\n") + 4);
  const json message = json::parse(body);
  EXPECT_EQ(message.at("version"), "4");
  EXPECT_EQ(message.at("alerts").at(0).at("labels").at("alertname"), "HealdDormantByHand");
  const CommandResult signature = runCommand(
      {"/bin/sh", "-c", "openssl dgst -sha256 -hmac Jefe | cut -d' ' -f2 | tr -d '\\n'"}, body);
  EXPECT_THAT(request, HasSubstr("X-Heald-Signature: sha256=" + signature.output));
  EXPECT_THAT(request, HasSubstr("X-Heald-Delivery: bridge-"));
}

// The mail server is Debian's python3-aiosmtpd.
class MailServer {
 public:
  explicit MailServer(const std::vector<std::string>& more = {}) {
    certificate_.writePem(dir_.file("cert.pem"));
    certificate_.writeKey(dir_.file("key.pem"));
    std::vector<std::string> command = {"/usr/bin/python3",
                                        HEALD_SOURCE_DIR "/tests/support/mail_server.py",
                                        dir_.file(""), dir_.file("cert.pem"), dir_.file("key.pem")};
    command.insert(command.end(), more.begin(), more.end());
    child_.emplace(command, dir_.file("log"));
    eventually([&] { return child_->output().find("port ") != std::string::npos; });
    port_ = std::stoi(child_->output().substr(child_->output().find("port ") + 5));
  }
  static bool installed() {
    return runCommand({"/usr/bin/python3", "-c", "import aiosmtpd"}).code == 0;
  }
  std::string receiver(const std::string& password_file, const std::string& more = "") const {
    return "    - {name: mail, mail: {server: '127.0.0.1:" + std::to_string(port_) +
           "', from: heald@example.org, to: [ops@example.org, boss@example.org], username: heald, "
           "password_file: " +
           password_file + more + "}}\n";
  }
  std::string trusted() const { return ", ca_file: " + dir_.file("cert.pem"); }
  std::vector<json> mails() const {
    std::vector<json> found;
    for (int i = 1; std::filesystem::exists(dir_.file(std::to_string(i) + ".json")); ++i) {
      found.push_back(json::parse(dir_.read(std::to_string(i) + ".json")));
    }
    return found;
  }

 private:
  TempDir dir_;
  Certificate certificate_{30};
  std::optional<Child> child_;
  int port_ = 0;
};

class MailNotifications : public Notifications {
 protected:
  void SetUp() override {
    if (!MailServer::installed()) GTEST_SKIP() << "aiosmtpd is not installed";
  }
  json test() {
    return json::parse(heald_->post("/api/notifications/test", "{}").body).at("receivers").at(0);
  }
  std::string password(const std::string& text = "secret\n") {
    return secrets_.write("password", text);
  }
};

TEST_F(MailNotifications, GoByStarttlsWithAPasswordToAllOfTheAddresses) {
  start("    []\n");  // before the server: what it leaves behind would be taken for heald's
  MailServer server;
  heald_->configure(configFor(server.receiver(password(), server.trusted())));
  EXPECT_EQ(heald_->post("/-/reload", "").status, 200);
  makeDormant();
  heald_->await("the mail", [&] { return server.mails().size() == 1; });
  const json mail = server.mails().front();
  EXPECT_EQ(mail.at("tls"), true);
  EXPECT_EQ(mail.at("user"), "heald");
  EXPECT_EQ(mail.at("from"), "heald@example.org");
  EXPECT_EQ(mail.at("to"), json({"ops@example.org", "boss@example.org"}));
  EXPECT_THAT(mail.at("content").get<std::string>(),
              HasSubstr("Subject: self-healing-main was made dormant by hand"));
  EXPECT_EQ(test(), json({{"name", "mail"}, {"ok", true}, {"error", nullptr}}));
}

TEST_F(MailNotifications, NothingIsSentToAServerThatIsNotTrusted) {
  start("    []\n");
  MailServer server;
  heald_->configure(configFor(server.receiver(password())));
  EXPECT_EQ(heald_->post("/-/reload", "").status, 200);
  EXPECT_THAT(test().at("error").get<std::string>(), HasSubstr("self-signed certificate"));
  EXPECT_TRUE(server.mails().empty());
}

TEST_F(MailNotifications, AWrongPasswordAndARefusedAddressAreSaid) {
  start("    []\n");
  MailServer server({"--refuse", "boss@example.org"});
  heald_->configure(configFor(server.receiver(password("guess\n"), server.trusted())));
  EXPECT_EQ(heald_->post("/-/reload", "").status, 200);
  EXPECT_THAT(test().at("error").get<std::string>(), HasSubstr("Login denied"));
  password();
  EXPECT_THAT(test().at("error").get<std::string>(), HasSubstr("550"));
  EXPECT_TRUE(server.mails().empty());
  EXPECT_THAT(heald_->log(), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace heald::test
