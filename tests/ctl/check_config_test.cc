#include "ctl/check_config.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kFolder = HEALD_SOURCE_DIR "/tests/testdata/config/lint";

const std::string kGood = R"(
checks:
  - name: web
    interval: 30s
    http: {url: "http://127.0.0.1/"}
remedies:
  - name: restart
    when: {check: web}
    exec: {command: [/bin/true]}
)";
const std::string kWarns = R"(
checks:
  - name: web
    interval: 10s
    timeout: 30s
    http: {url: "http://127.0.0.1/"}
)";
const std::string kBad = "checks:\n  - name: a b\n";

std::string contentOf(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Without a daemon.
class CheckConfigTest : public CtlTest {
 protected:
  static void SetUpTestSuite() {}
  static void TearDownTestSuite() {}
  void SetUp() override {}

  Said checked(CheckConfigOptions options, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const auto none = [](const std::string&) { return std::optional<std::string>(); };
    const ExitCode code = checkConfig(options, none, in, out, err);
    return {static_cast<int>(code), out.str(), err.str()};
  }
};

TEST_F(CheckConfigTest, WarnsToTheLetter) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".yml") continue;
    ++files;
    auto expected = entry.path();
    expected.replace_extension(".expected");
    std::istringstream in(contentOf(entry.path()));
    std::string text = checked({{"-"}}, contentOf(entry.path())).err;
    text = std::regex_replace(text, std::regex("(^|\n)stdin:"), "$1");
    EXPECT_EQ(text, contentOf(expected)) << entry.path();
  }
  EXPECT_GE(files, 6u);
}

TEST_F(CheckConfigTest, EveryRuleIsInTheManualAndInAnExample) {
  std::set<std::string> ids;
  const std::regex id("\\[([a-z-]+)\\]\n");
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".expected") continue;
    const std::string text = contentOf(entry.path());
    for (std::sregex_iterator found(text.begin(), text.end(), id), end; found != end; ++found) {
      ids.insert((*found)[1]);
    }
  }
  ids.insert({"program-missing", "program-not-executable", "program-not-yours", "user-unknown",
              "web-config", "secret-file"});
  const std::string manual = contentOf(HEALD_SOURCE_DIR "/docs/configuration.md");
  const std::size_t begin = manual.find("## What `check-config` warns of");
  const std::string table = manual.substr(begin, manual.find("\n## ", begin + 1) - begin);
  std::set<std::string> documented;
  const std::regex row("\\*\\*([a-z-]+)\\*\\*");
  for (std::sregex_iterator found(table.begin(), table.end(), row), end; found != end; ++found) {
    documented.insert((*found)[1]);
  }
  EXPECT_EQ(documented, ids);
}

TEST_F(CheckConfigTest, TheExamplesAndTheSampleNeedNoWarning) {
  const Said said =
      checked({.files = {HEALD_SOURCE_DIR "/config/examples", HEALD_SOURCE_DIR "/config/heald.yml"},
               .strict = true});
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.code, 0);
}

TEST_F(CheckConfigTest, AWarningFailsOnlyWithStrict) {
  const std::string file = files_.write("heald.yml", kWarns);
  Said said = checked({{file}});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, file + ": ok: 1 check, 0 remedies, 1 governor, 1 warning\n");
  EXPECT_THAT(said.err, HasSubstr(file + ":5:5: warning: checks[0].timeout: 30s is longer than"));
  said = checked({.files = {file}, .strict = true});
  EXPECT_EQ(said.code, 8);
  EXPECT_EQ(said.out, file + ": 1 warning (--strict)\n");
  EXPECT_EQ(checked({.files = {files_.write("good.yml", kGood)}, .strict = true}).code, 0);
}

TEST_F(CheckConfigTest, ABadFileIsNotAWrongArgument) {
  EXPECT_EQ(ctl({"check-config", files_.write("heald.yml", kBad)}).code, 6);
  EXPECT_EQ(ctl({"check-config", files_.file("none.yml")}).code, 6);
  EXPECT_EQ(ctl({"check-config", "--strickt"}).code, 2);
  EXPECT_EQ(ctl({"check-config", "--strict", files_.write("warns.yml", kWarns)}).code, 8);
}

TEST_F(CheckConfigTest, MistakesAreInTheTerminationLogTooAndWarningsAreNot) {
  const std::string log = files_.write("log", "of the container before");
  const Said said = ctl({"check-config", "--log.termination", log, files_.write("b.yml", kBad)});
  EXPECT_EQ(said.code, 6);
  EXPECT_EQ(files_.read("log"), said.err);
  ctl({"check-config", "--log.termination", log, files_.write("w.yml", kWarns)});
  EXPECT_EQ(files_.read("log"), "");
  const Said unwritten =
      ctl({"check-config", "--log.termination", files_.file("no/log"), files_.file("w.yml")});
  EXPECT_EQ(unwritten.code, 0);
  EXPECT_THAT(unwritten.err, HasSubstr("no/log cannot be written: No such file or directory"));
}

TEST_F(CheckConfigTest, AFileWithAMistakeIsNotLinted) {
  const Said said = checked({{files_.write("heald.yml", kWarns + "nonsense: 1\n")}});
  EXPECT_EQ(said.code, 6);
  EXPECT_THAT(said.err, AllOf(HasSubstr("nonsense"), Not(HasSubstr("warning"))));
}

TEST_F(CheckConfigTest, ReadsTheStandardInputAndPipes) {
  Said said = checked({{"-"}}, kGood);
  EXPECT_EQ(said.out, "stdin: ok: 1 check, 1 remedy, 2 governors\n");
  said = checked({{"-"}}, kBad);
  EXPECT_EQ(said.code, 6);
  EXPECT_THAT(said.err, HasSubstr("stdin:2:5: checks[0].name"));
  const std::string pipe = files_.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << kGood; });
  said = checked({{pipe}});
  writer.join();
  EXPECT_EQ(said.out, pipe + ": ok: 1 check, 1 remedy, 2 governors\n");
}

TEST_F(CheckConfigTest, AFolderIsEachOfItsFiles) {
  std::filesystem::create_directory(files_.file("d"));
  EXPECT_EQ(checked({{files_.file("d")}}).code, 6) << "there is nothing in it";
  files_.write("d/b.yml", kBad);
  files_.write("d/a.yaml", kGood);
  files_.write("d/notes.txt", "nothing");
  files_.write("d/.hidden.yml", kBad);
  std::filesystem::create_directory(files_.file("d/below.yml"));
  const Said said = checked({{files_.file("d")}});
  EXPECT_EQ(said.code, 6);
  EXPECT_EQ(said.out, files_.file("d/a.yaml") + ": ok: 1 check, 1 remedy, 2 governors\n");
  EXPECT_THAT(said.err,
              AllOf(HasSubstr("d/b.yml:2:5"), Not(HasSubstr("hidden")), Not(HasSubstr("below"))));
}

TEST_F(CheckConfigTest, TellsHowManyFilesItHasRead) {
  std::filesystem::create_directory(files_.file("conf.d"));
  files_.write("main.yml", "include: conf.d/*.yml\n");
  files_.write("conf.d/a.yml", kGood);
  files_.write("conf.d/b.yml",
               "checks:\n  - name: b\n    monitor_only: true\n"
               "    http: {url: \"http://127.0.0.1/\"}\n");
  EXPECT_EQ(checked({{files_.file("main.yml")}}).out,
            files_.file("main.yml") + ": ok: 2 checks, 1 remedy, 2 governors (3 files)\n");
}

TEST_F(CheckConfigTest, WhatIsSoForEachItemOfATemplateIsSaidOnce) {
  const Said said = checked({{"-"}}, R"(
checks:
  - name: "{{name}}"
    for_each: &all [{name: a}, {name: b}, {name: c}]
    interval: 30s
    http: {url: "http://127.0.0.1/{{name}}"}
remedies:
  - name: "restart-{{name}}"
    for_each: *all
    when: {check: "{{name}}"}
    exec: {command: [/bin/true]}
    verify: {after: 1s, within: 2s}
)");
  EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  EXPECT_THAT(said.err, HasSubstr("(name: a), and 2 more [verify-too-short]"));
}

TEST_F(CheckConfigTest, JsonHasEveryPlace) {
  const std::string warns = files_.write("warns.yml", kWarns);
  const std::string bad = files_.write("bad.yml", kBad);
  const auto json = nlohmann::json::parse(checked({.files = {warns}, .as_json = true}).out);
  EXPECT_EQ(json["ok"], true);
  ASSERT_EQ(json["problems"].size(), 1u);
  const auto& warning = json["problems"][0];
  EXPECT_EQ(warning["file"], warns);
  EXPECT_EQ(warning["line"], 5);
  EXPECT_EQ(warning["column"], 5);
  EXPECT_EQ(warning["severity"], "warning");
  EXPECT_EQ(warning["id"], "timeout-exceeds-interval");
  const Said both = checked({.files = {warns, bad}, .as_json = true});
  EXPECT_EQ(both.code, 6);
  EXPECT_THAT(both.err, HasSubstr(bad + ":2:5")) << "people are told as well";
  const auto all = nlohmann::json::parse(both.out);
  EXPECT_EQ(all["ok"], false);
  EXPECT_EQ(all["exitCode"], 6);
  EXPECT_EQ(all["error"]["code"], "bad_file");
  EXPECT_EQ(all["problems"][1]["severity"], "error");
  EXPECT_EQ(all["problems"][1]["id"], "invalid");
  const Said strict = checked({.files = {warns}, .strict = true, .as_json = true});
  EXPECT_EQ(strict.code, 8);
  EXPECT_EQ(nlohmann::json::parse(strict.out)["ok"], false);
}

TEST_F(CheckConfigTest, WithHostAProgramHasToBeThere) {
  const std::string plain = files_.write("not-executable", "x");
  const std::string file = files_.write("heald.yml", R"(
checks: [{name: web, interval: 30s, tcp: {address: "a:1"}}]
remedies:
  - {name: a, when: {check: web}, exec: {command: [/nowhere/at/all]}}
  - {name: b, when: {check: web}, exec: {command: [/nowhere/true]}}
  - {name: c, when: {check: web}, exec: {command: [no-such-program]}}
  - {name: d, when: {check: web}, exec: {command: [)" + plain +
                                                         R"(]}}
  - {name: e, when: {check: web}, exec: {command: [/tmp]}}
  - {name: f, when: {check: web}, exec: {command: ["true"]}}
  - name: g
    when: {check: web}
    steps: [{exec: {command: [/bin/true]}}, {after_failures: 2, exec: {command: [/gone]}}]
)");
  EXPECT_EQ(checked({{file}}).err, "") << "without --host this machine does not matter";
  const std::string err = checked({.files = {file}, .host = true}).err;
  EXPECT_THAT(err, HasSubstr("remedies[0].exec.command: there is no \"/nowhere/at/all\" on this "
                             "machine (install it, or correct the path) [program-missing]"));
  EXPECT_THAT(err, HasSubstr("there is no \"/nowhere/true\" on this machine (there is /"));
  EXPECT_THAT(err, HasSubstr("\"no-such-program\" is in none of /"));
  EXPECT_THAT(err, HasSubstr("(chmod +x " + plain + ") [program-not-executable]"));
  EXPECT_THAT(err, HasSubstr("\"/tmp\" is a folder"));
  EXPECT_THAT(err, Not(HasSubstr("remedies[5]")));
  EXPECT_THAT(err, HasSubstr("remedies[6].steps[1].exec.command: there is no \"/gone\""));
}

TEST_F(CheckConfigTest, TheHostIsAskedForUsersAndForProgramsThatOthersMayChange) {
  const std::string tool = files_.write("tool.sh", "#!/bin/sh\n");
  chmod(tool.c_str(), 0777);
  const std::string file = files_.write("users.yml", R"(checks:
  - {name: web, tcp: {address: "127.0.0.1:80"}}
remedies:
  - {name: a, when: {check: web}, exec: {command: ["true"], user: no-such-user}}
  - {name: b, when: {check: web}, exec: {command: [/bin/sh, )" +
                                                         tool + R"(]}}
)");
  EXPECT_EQ(checked({{file}}).err, "");
  const std::string err = checked({.files = {file}, .host = true}).err;
  EXPECT_THAT(err,
              HasSubstr("remedies[0].exec.user: there is no user no-such-user [user-unknown]"));
  EXPECT_THAT(err, HasSubstr("remedies[1].exec.command: " + tool +
                             ": may be written by everybody (mode 0777)"));
}

TEST_F(CheckConfigTest, TheHostIsAskedForTheSecretsOfNotificationsAndTraces) {
  const std::string open = files_.write("open", "https://hooks.example.org/secret");
  const std::string good = files_.write("good", "secret");
  const std::string ca = files_.write("ca.pem", "everybody may read it");
  chmod(open.c_str(), 0644);
  chmod(good.c_str(), 0640);
  chmod(ca.c_str(), 0644);
  const std::string file = files_.write("outgoing.yml", R"(notifications:
  receivers:
    - {name: a, slack: {url_file: /nowhere/slack-url}}
    - {name: b, slack: {url_file: )" + open + R"(, ca_file: )" +
                                                            ca + R"(}}
    - name: c
      webhook:
        url: https://bridge.example.org/
        secret_file: )" + good + R"(
        basic_auth: {username: heald, password_file: )" + open +
                                                            R"(}
    - name: d
      mail: {server: "mail:587", from: a@example.org, to: b@example.org, ca_file: /nowhere/ca.pem,
             username: heald, password_file: /nowhere/password}
telemetry:
  otlp: {endpoint: "http://127.0.0.1:4318", bearer_token_file: /tmp}
checks: [{name: a, exec: {command: [/bin/true]}}]
remedies:
  - name: fix
    when: {check: a}
    exec: {command: [/bin/true]}
    permit: {server: "https://h:3001", governor: f, token_file: /nowhere/token}
)");
  EXPECT_EQ(checked({{file}}).err, "");
  const Said said = checked({.files = {file}, .host = true});
  EXPECT_EQ(said.code, 0);
  const std::string gone = ": No such file or directory [secret-file]";
  EXPECT_THAT(said.err, HasSubstr(file + ":3:"));
  EXPECT_THAT(said.err, HasSubstr("receivers[0].slack.url_file: /nowhere/slack-url" + gone));
  EXPECT_THAT(said.err, HasSubstr("receivers[1].slack.url_file: " + open +
                                  ": may be read by everybody, and is a secret (chmod o= " + open +
                                  ") [secret-file]"));
  EXPECT_THAT(said.err, HasSubstr("receivers[2].webhook.basic_auth.password_file: " + open));
  EXPECT_THAT(said.err, HasSubstr("receivers[3].mail.password_file: /nowhere/password" + gone));
  EXPECT_THAT(said.err, HasSubstr("receivers[3].mail.ca_file: /nowhere/ca.pem" + gone));
  EXPECT_THAT(said.err, HasSubstr("telemetry.otlp.bearer_token_file: /tmp: not a regular file"));
  EXPECT_THAT(said.err, HasSubstr("remedies[0].permit.token_file: /nowhere/token" + gone));
  EXPECT_THAT(said.err, Not(HasSubstr("ca_file: " + ca)));
  EXPECT_THAT(said.err, Not(HasSubstr(good)));
}

}  // namespace
}  // namespace heald::ctl
