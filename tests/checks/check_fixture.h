#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <string>

#include "checks/check.h"
#include "support/read_kind.h"

namespace heald::checks {

using namespace std::chrono_literals;
using core::CheckStatus;

// Runs one check of a kind, from its YAML to its result.
class CheckTest : public testing::Test {
 protected:
  CheckResult run(const config::Kind& kind, const std::string& yaml) {
    const auto read = test::readKind(kind, yaml);
    EXPECT_THAT(read.problems, testing::IsEmpty());
    CheckRun run;
    run.check = "gateway";
    run.timeout = timeout;
    run.cancel = cancel.token();
    std::promise<CheckResult> promise;
    dynamic_cast<const Check&>(*read.part).start(services, run, [&](CheckResult result) {
      promise.set_value(std::move(result));
    });
    return promise.get_future().get();
  }

  core::Duration timeout = 20s;
  io::CancelSource cancel;
  io::WorkerPool workers{2};
  io::HttpClient http;
  io::Looks looks;
  io::Services services{workers, http, looks};
};

#define EXPECT_RESULT(result, expected_status, expected_message)                           \
  do {                                                                                     \
    const CheckResult got = result;                                                        \
    EXPECT_EQ(core::toString(got.status), core::toString(expected_status)) << got.message; \
    EXPECT_THAT(got.message, expected_message);                                            \
  } while (false)

}  // namespace heald::checks
