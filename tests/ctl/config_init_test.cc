// `healdctl config init`: what it sees of a machine, what it asks, and what it writes.
#include "ctl/config_init.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "ctl/check_config.h"
#include "support/temp_dir.h"

namespace heald::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

std::optional<std::string> noEnvironment(const std::string&) {
  return std::nullopt;
}

std::string contentOf(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ConfigInitTest : public testing::Test {
 protected:
  ExitCode init(const std::string& answers = "") {
    std::istringstream in(answers);
    return initConfig(options_, host_, noEnvironment, in, out_, err_);
  }
  void put(const std::string& path, const std::string& content) {
    const fs::path whole = root() + path;
    fs::create_directories(whole.parent_path());
    std::ofstream(whole) << content;
  }
  std::string root() const { return files_.file("root"); }

  test::TempDir files_;
  ConfigInitOptions options_{.file = files_.file("heald.yml")};
  Host host_{{{"nginx.service", true}, {"old.service", false}},
             {{"127.0.0.1:8080", 8080, "nginx"}},
             {},
             {"http://127.0.0.1:9090"}};
  std::ostringstream out_, err_;
};

TEST_F(ConfigInitTest, WhatItWritesPassesTheStrictCheckOfThisHost) {
  options_.everything = true;
  ASSERT_EQ(init(), ExitCode::kOk) << err_.str();
  CheckConfigOptions checked;
  checked.files = {options_.file};
  checked.strict = true;
  checked.host = true;
  std::istringstream none;
  std::ostringstream said, problems;
  EXPECT_EQ(checkConfig(checked, noEnvironment, none, said, problems), ExitCode::kOk)
      << problems.str();
  const std::string text = contentOf(options_.file);
  EXPECT_THAT(text, HasSubstr("  mode: observe\n"));
  EXPECT_THAT(text, HasSubstr("systemd: {unit: \"nginx.service\", action: restart}"));
  EXPECT_THAT(text, HasSubstr("tcp: {address: \"127.0.0.1:8080\"}"));
  EXPECT_THAT(text, HasSubstr("server: \"http://127.0.0.1:9090\""));
  EXPECT_THAT(text, Not(HasSubstr("old.service"))) << "it does not run";
}

TEST_F(ConfigInitTest, TheThreeNextCommandsAreSaid) {
  options_.everything = true;
  ASSERT_EQ(init(), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("  healdctl check-config --strict --host " + options_.file));
  EXPECT_THAT(out_.str(), HasSubstr("  heald --config.file=" + options_.file));
  EXPECT_THAT(out_.str(), HasSubstr("  healdctl status"));
}

TEST_F(ConfigInitTest, AFileThatIsThereIsNeverOverwritten) {
  files_.write("heald.yml", "mine\n");
  options_.everything = true;
  EXPECT_EQ(init(), ExitCode::kRefused);
  EXPECT_EQ(contentOf(options_.file), "mine\n");
  EXPECT_THAT(err_.str(), HasSubstr("is not overwritten"));
  fs::remove(options_.file);
  fs::create_symlink(files_.file("elsewhere"), options_.file);
  EXPECT_EQ(init(), ExitCode::kRefused) << "nor is a link that leads nowhere followed";
  EXPECT_FALSE(fs::exists(files_.file("elsewhere")));
}

TEST_F(ConfigInitTest, AnswersChoose) {
  options_.may_ask = true;
  ASSERT_EQ(init("\nn\nn\ny\n"), ExitCode::kOk) << err_.str();
  const std::string text = contentOf(options_.file);
  EXPECT_THAT(text, HasSubstr("nginx.service"));
  EXPECT_THAT(text, Not(HasSubstr("old.service")));
  EXPECT_THAT(text, Not(HasSubstr("8080")));
  EXPECT_THAT(text, HasSubstr("9090"));
  EXPECT_THAT(err_.str(), HasSubstr("service nginx.service runs. Watch it? [Y/n]"));
  EXPECT_THAT(err_.str(), HasSubstr("old.service is enabled, and has no process. Watch it? [y/N]"));
}

TEST_F(ConfigInitTest, TheEndOfTheAnswersStopsIt) {
  options_.may_ask = true;
  EXPECT_EQ(init("y\n"), ExitCode::kRefused);
  EXPECT_FALSE(fs::exists(options_.file));
}

TEST_F(ConfigInitTest, WithoutATerminalFlagsAreNeeded) {
  EXPECT_EQ(init(), ExitCode::kUsage);
  options_.chosen.services = {"cron.service"};
  options_.ports = {8080, 22};
  EXPECT_EQ(init(), ExitCode::kOk) << err_.str();
  const std::string text = contentOf(options_.file);
  EXPECT_THAT(text, HasSubstr("127.0.0.1:22"));
  EXPECT_THAT(text, HasSubstr("- name: cron\n"));
  EXPECT_THAT(text, Not(HasSubstr("nginx"))) << "what was not named is left out";
}

TEST_F(ConfigInitTest, WhatDoesNotFitThisMachineIsSaidAndNotWritten) {
  options_.chosen.plugins = {"/no/such/plugin"};
  EXPECT_EQ(init(), ExitCode::kWarnings);
  EXPECT_FALSE(fs::exists(options_.file));
  EXPECT_THAT(err_.str(), HasSubstr("there is no \"/no/such/plugin\" on this machine"));
}

TEST_F(ConfigInitTest, NamesOfUnitsAreMadeNamesOfChecks) {
  options_.chosen.services = {"getty@tty1.service", "getty-tty1.service", "disk.service"};
  ASSERT_EQ(init(), ExitCode::kOk) << err_.str();
  const std::string text = contentOf(options_.file);
  EXPECT_THAT(text, HasSubstr("- name: getty-tty1\n"));
  EXPECT_THAT(text, HasSubstr("- name: getty-tty1-2\n"));
  EXPECT_THAT(text, HasSubstr("- name: disk-2\n"));
}

TEST_F(ConfigInitTest, TheHostIsSurveyed) {
  put("/etc/systemd/system/multi-user.target.wants/nginx.service", "");
  put("/etc/systemd/system/multi-user.target.wants/cron.service", "");
  put("/etc/systemd/system/multi-user.target.wants/heald.service", "");
  put("/etc/systemd/system/multi-user.target.wants/systemd-resolved.service", "");
  put("/sys/fs/cgroup/system.slice/nginx.service/cgroup.procs", "41\n");
  put("/proc/net/tcp",
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 111 1\n"
      "   1: 0100007F:2382 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 112 1\n"
      "   2: 0100007F:0BB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 113 1\n"
      "   3: 0100007F:0050 0100007F:9999 01 00000000:00000000 00:00000000 00000000  0 0 114 1\n"
      "   4: 0A00000A:0051 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 115 1\n");
  put("/proc/41/comm", "nginx\n");
  fs::create_directories(root() + "/proc/41/fd");
  fs::create_symlink("socket:[111]", root() + "/proc/41/fd/3");
  put("/usr/local/lib/nagios/plugins/check_mine", "#!/bin/sh\n");
  put("/usr/local/lib/nagios/plugins/check_not_executable", "");
  fs::permissions(root() + "/usr/local/lib/nagios/plugins/check_mine", fs::perms::owner_all);
  const Host host = surveyHost(root());
  ASSERT_EQ(host.services.size(), 2U);
  EXPECT_EQ(host.services[0].unit, "cron.service");
  EXPECT_FALSE(host.services[0].running);
  EXPECT_EQ(host.services[1].unit, "nginx.service");
  EXPECT_TRUE(host.services[1].running);
  ASSERT_EQ(host.ports.size(), 2U);
  EXPECT_EQ(host.ports[0].address, "127.0.0.1:8080");
  EXPECT_EQ(host.ports[0].program, "nginx");
  EXPECT_EQ(host.ports[1].address, "127.0.0.1:9090");
  EXPECT_THAT(host.plugins, ElementsAre("/usr/local/lib/nagios/plugins/check_mine"));
  EXPECT_THAT(host.prometheus, ElementsAre("http://127.0.0.1:9090"));
}

}  // namespace
}  // namespace heald::ctl
