#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "ctl/run.h"
#include "http/control_routes.h"
#include "http/fake_backend.h"
#include "http/server.h"
#include "support/temp_dir.h"

namespace heald::ctl {

inline constexpr const char* kTestToken = "0123456789abcdef0123456789abcdef";

// What one run of healdctl said.
struct Said {
  int code = 0;
  std::string out;
  std::string err;
};

// healdctl against the real control listener over a fake engine. Stopping CivetWeb takes up to 2 s,
// so a suite shares one server.
class CtlTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    engine_ = std::make_unique<http::FakeEngine>();
    http::GuardPolicy policy;
    policy.token = kTestToken;
    policy.token_file = "/var/lib/heald/control.token";
    auto server = http::Server::start({}, http::controlRoutes(engine_->backend()), policy, {});
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(*server);
  }
  static void TearDownTestSuite() {
    server_.reset();
    engine_.reset();
  }

  void SetUp() override {
    *engine_ = http::FakeEngine();
    environment_["HEALD_URL"] = "http://" + toString(server_->address());
    environment_["HEALD_TOKEN_FILE"] =
        files_.write("control.token", std::string(kTestToken) + "\n");
  }

  Said ctl(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    std::vector<const char*> argv = {"healdctl"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    const auto lookup = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    const int code = run(static_cast<int>(argv.size()), argv.data(),
                         {out, err, lookup, terminal_, "alice@host", size_});
    return {code, out.str(), err.str()};
  }

  static inline std::unique_ptr<http::FakeEngine> engine_;
  static inline std::unique_ptr<http::Server> server_;
  test::TempDir files_;
  std::map<std::string, std::string> environment_;
  bool terminal_ = false;
  TerminalSize size_;
};

}  // namespace heald::ctl
