#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "http/router.h"
#include "support/control_listener.h"
#include "support/http_test_client.h"

namespace heald::http {

inline constexpr const char* kTestToken = "0123456789abcdef0123456789abcdef";
inline constexpr std::chrono::milliseconds kTestTimeout{600};  // headers, and bodies

// Each suite shares one with three workers.
class ServerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = start(3); }
  static void TearDownTestSuite() { server_.reset(); }

  static std::unique_ptr<test::ControlListener> start(int workers) {
    GuardPolicy policy;
    policy.token = kTestToken;
    policy.token_file = "/var/lib/heald/control.token";
    return std::make_unique<test::ControlListener>(
        table(), policy, workers, door::Patience{.head = kTestTimeout, .body = kTestTimeout});
  }

  static Router table() {
    Router router;
    router.get("/api/status", Access::kOpen, [](const Request& request) {
      return text("status " + std::string(request.queryValue("format").value_or("json")));
    });
    router.get("/metrics", Access::kOpen,
               [](const Request&) { return text(std::string(2'000'000, 'm')); });
    router.get("/throws", Access::kOpen,
               [](const Request&) -> Response { throw std::runtime_error("why"); });
    router.get("/page", Access::kOpen, [](const Request&) { return text("<p>", "text/html"); });
    router.get("/slow", Access::kOpen, [](const Request&) {
      ++slow_started_;
      while (!slow_may_end_) std::this_thread::yield();
      return text("slow");
    });
    router.add("POST", "/api/echo", Access::kOperate,
               [](const Request& request) { return text(request.body); });
    return router;
  }

  static std::uint16_t port() { return server_->port(); }
  static test::RawResponse send(const std::string& bytes) { return test::sendRaw(port(), bytes); }

  // The head of a changing call; `headers` end with their line breaks.
  static std::string post(const std::string& headers) {
    return std::string("POST /api/echo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ") +
           kTestToken + "\r\nContent-Type: application/json\r\n" + headers + "\r\n";
  }

  static inline std::atomic<int> slow_started_ = 0;
  static inline std::atomic<bool> slow_may_end_ = false;
  static inline std::unique_ptr<test::ControlListener> server_;
};

}  // namespace heald::http
