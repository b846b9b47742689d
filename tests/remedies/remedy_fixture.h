#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "remedies/remedy.h"
#include "support/read_kind.h"

namespace heald::remedies {

using namespace std::chrono_literals;

// Runs one action of a kind, from its YAML to its result.
class RemedyTest : public testing::Test {
 protected:
  std::shared_ptr<const Remedy> read(const config::Kind& kind, const std::string& yaml) {
    const auto result = test::readKind(kind, yaml);
    EXPECT_THAT(result.problems, testing::IsEmpty());
    return std::dynamic_pointer_cast<const Remedy>(result.part);
  }
  std::future<ActionResult> start(const Remedy& remedy) {
    ActionRun run;
    run.environment = {{"HEALD_CHECK", "gateway"},
                       {"HEALD_REMEDY", "restart"},
                       {"HEALD_ATTEMPT", "3"},
                       {"HEALD_REASON", reason}};
    run.labels = labels;
    run.attempt = 3;
    run.now = core::WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 29) + 7h);
    run.cancel = cancel.token();
    const auto promise = std::make_shared<std::promise<ActionResult>>();  // outlives this call
    remedy.start(services, run,
                 [promise](ActionResult result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
  ActionResult run(const config::Kind& kind, const std::string& yaml) {
    return start(*read(kind, yaml)).get();
  }

  std::string reason = "status 503";
  std::vector<std::pair<std::string, std::string>> labels;  // of the alert
  io::CancelSource cancel;
  io::WorkerPool workers{2};
  io::HttpClient http;
  io::Looks looks;
  io::Services services{workers, http, looks};
};

}  // namespace heald::remedies
