#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "api/control_routes.h"
#include "api/fake_backend.h"
#include "ctl/run.h"
#include "http/tokens.h"
#include "io/digest.h"
#include "support/control_listener.h"
#include "support/temp_dir.h"

namespace heald::ctl {

inline constexpr const char* kTestToken = "0123456789abcdef0123456789abcdef";

// What one run of healdctl said.
struct Said {
  int code = 0;
  std::string out;
  std::string err;
};

// healdctl against the real control listener over a fake engine; a suite shares one.
class CtlTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    engine_ = std::make_unique<api::FakeEngine>();
    state_ = std::make_unique<test::TempDir>();
    tokens_ = std::make_unique<http::Tokens>(state_->file("tokens.json"),
                                             [] { return api::testNow().wall; });
    ASSERT_TRUE(tokens_->load());
    for (const char* name : {"first", "second"}) {
      ASSERT_TRUE(tokens_->create({name, {http::Role::kRead}, io::Digest(name).hex()}));
    }
    api::Backend backend = engine_->backend();
    backend.tokens = tokens_.get();
    backend.tell = [](const engine::HistoryEntry&) {};
    backend.receivers = [] {
      return std::vector<outbox::ReceiverView>{{.name = "ops", .kind = "slack"}};
    };
    backend.test_receiver = [](const std::string& name, const outbox::Outbox::Tested& done) {
      if (!name.empty()) return done(Error{ErrorCode::kNotFound, "no receiver " + name});
      done(std::vector<outbox::TestResult>{{"ops", ""}});
    };
    backend.standing = [] {
      etcd::Standing standing;
      standing.self = {"a", "", "0.2.0", "1"};
      standing.leads = true;
      standing.leader = standing.self;
      standing.replicas = {standing.self, {"b", "", "0.2.0", "1"}};
      return standing;
    };
    backend.step_down = [] {};
    http::GuardPolicy policy;
    policy.tokens = tokens_.get();
    policy.token = kTestToken;
    policy.token_file = "/var/lib/heald/control.token";
    server_ = std::make_unique<test::ControlListener>(api::controlRoutes(backend), policy);
  }
  static void TearDownTestSuite() {
    server_.reset();
    tokens_.reset();
    state_.reset();
    engine_.reset();
  }

  void SetUp() override {
    *engine_ = api::FakeEngine();
    environment_["HEALD_URL"] = server_->url();
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

  static inline std::unique_ptr<api::FakeEngine> engine_;
  static inline std::unique_ptr<test::TempDir> state_;
  static inline std::unique_ptr<http::Tokens> tokens_;  // "first" and "second"
  static inline std::unique_ptr<test::ControlListener> server_;
  test::TempDir files_;
  std::map<std::string, std::string> environment_;
  bool terminal_ = false;
  TerminalSize size_;
};

}  // namespace heald::ctl
