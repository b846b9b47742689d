#include "ctl/contexts.h"

#include <gmock/gmock.h>

#include <map>

#include "support/temp_dir.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;

class Contexts : public testing::Test {
 protected:
  Lookup environment() const {
    return [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    };
  }
  Context good(const std::string& name) const {
    const auto found = findContext(name, dir_.file("config.yml"), environment());
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    return found ? *found : Context{};
  }
  std::string wrong(const std::string& name) const {
    const auto found = findContext(name, dir_.file("config.yml"), environment());
    EXPECT_FALSE(found);
    return found ? "" : found.error().message;
  }

  test::TempDir dir_;
  std::map<std::string, std::string> variables_;
};

constexpr char kTwo[] =
    "current: lab\n"
    "contexts:\n"
    "  prod:\n"
    "    url: https://heald.example.org:3001\n"
    "    ca_file: ca.pem\n"
    "    cert_file: /etc/me.crt\n"
    "    key_file: /etc/me.key\n"
    "    token_file: ~/prod.token\n"
    "  lab: {url: 'http://127.0.0.1:3001'}\n";

TEST_F(Contexts, HaveAUrlAndItsFiles) {
  variables_["HOME"] = "/home/me";
  dir_.write("config.yml", kTwo);
  const Context prod = good("prod");
  EXPECT_EQ(prod.url, "https://heald.example.org:3001");
  EXPECT_EQ(prod.ca_file, dir_.file("ca.pem")) << "beside the file";
  EXPECT_EQ(prod.cert_file + prod.key_file, "/etc/me.crt/etc/me.key");
  EXPECT_EQ(prod.token_file, "/home/me/prod.token");
}

TEST_F(Contexts, TheCurrentOneIsTakenWithoutAName) {
  dir_.write("config.yml", kTwo);
  EXPECT_EQ(good("").url, "http://127.0.0.1:3001");
  dir_.write("config.yml", "contexts: {a: {url: 'http://127.0.0.1:1'}}\n");
  EXPECT_EQ(good("").url, "");
}

TEST_F(Contexts, WithoutAFileThereAreNone) {
  EXPECT_EQ(good("").url, "");
  EXPECT_THAT(wrong("prod"), HasSubstr("there is no file " + dir_.file("config.yml")));
}

TEST_F(Contexts, AMistakeIsToldWithItsPlace) {
  dir_.write("config.yml", kTwo);
  EXPECT_THAT(wrong("prd"), HasSubstr("there is no context \"prd\""));
  EXPECT_THAT(wrong("prd"), HasSubstr("prod"));
  dir_.write("config.yml", "contexts:\n  a:\n    ulr: x\n");
  EXPECT_THAT(wrong("a"), HasSubstr("config.yml:3:5: contexts.a.ulr: unknown key"));
  dir_.write("config.yml", "contexts: {a: {ca_file: x}}\n");
  EXPECT_THAT(wrong("a"), HasSubstr("has no url"));
  dir_.write("config.yml", "contxts: {}\n");
  EXPECT_THAT(wrong("a"), HasSubstr("contxts: unknown key"));
  dir_.write("config.yml", "contexts: [");
  EXPECT_THAT(wrong("a"), HasSubstr("config.yml:1:"));
}

TEST_F(Contexts, AreInTheFolderOfTheUsersConfiguration) {
  EXPECT_EQ(contextsFile(environment()), "");
  variables_["HOME"] = "/home/me";
  EXPECT_EQ(contextsFile(environment()), "/home/me/.config/heald/config.yml");
  variables_["XDG_CONFIG_HOME"] = "/cfg";
  EXPECT_EQ(contextsFile(environment()), "/cfg/heald/config.yml");
}

}  // namespace
}  // namespace heald::ctl
