#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "door/door.h"
#include "door/listen.h"
#include "support/http_test_client.h"

namespace heald::door {

inline Answer answerWith(const std::string& body, int status = 200) {
  return {status,
          "HTTP/1.1 " + std::to_string(status) +
              " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
          inOnePiece(body)};
}

// Says what it heard. What is asked for below /later waits until the test answers.
class EchoService : public Service {
 public:
  Admission admit(const RequestHead& head, const Caller&) override {
    if (head.target == "/forbidden") return {answerWith("no", 403), false};
    return {std::nullopt, head.method == "POST"};
  }
  void serve(std::shared_ptr<Exchange> exchange) override {
    const std::string target = exchange->head().target;
    if (target == "/large") return exchange->answer(answerWith(std::string(8'000'000, 'x')));
    if (target == "/dropped") return;
    if (!target.starts_with("/later")) {
      return exchange->answer(
          answerWith(exchange->head().method + " " + target + " " + exchange->body()));
    }
    const std::lock_guard lock(mutex_);
    later_[target] = std::move(exchange);
    changed_.notify_all();
  }
  Answer refuse(int status, const std::string& message) override {
    return answerWith(message, status);
  }

  // The exchange of that target, when it has come.
  std::shared_ptr<Exchange> await(const std::string& target) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return later_.contains(target); });
    return later_.at(target);
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    later_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<Exchange>> later_;
};

class DoorTest : public testing::Test {
 protected:
  static constexpr std::chrono::milliseconds kShort{300};

  void open(Seats::Limits limits = {}, std::size_t most_memory = std::size_t{64} * 1024 * 1024,
            bool asks_for_users = true) {
    auto bound = listenOn({"127.0.0.1", 0});
    ASSERT_TRUE(bound);
    port_ = bound->address.port;
    std::vector<Listener> listeners(1);
    listeners[0].name = "test";
    listeners[0].sockets.push_back(std::move(bound->socket));
    listeners[0].service = &service_;
    listeners[0].limits = limits;
    listeners[0].asks_for_users = asks_for_users;
    DoorOptions options;
    options.patience = {patience_, patience_, patience_ * 3, patience_, patience_ * 2, patience_};
    options.most_memory = most_memory;
    options.struck = [this](const std::string&, const Strikes::Report& report) {
      const std::lock_guard lock(mutex_);
      struck_ += std::string(toString(report.limit)) + " ";
    };
    auto door = Door::open(std::move(listeners), std::move(options));
    ASSERT_TRUE(door);
    door_ = std::move(*door);
  }

  test::RawResponse get(const std::string& path, const std::string& more = {}) const {
    return test::get(port_, path, more);
  }
  std::uint64_t strikes(Limit limit) const {
    return door_->figures()[0].strikes[static_cast<std::size_t>(limit)].second;
  }
  std::size_t connections() const { return door_->figures()[0].connections; }
  std::string struck() const {
    const std::lock_guard lock(mutex_);
    return struck_;
  }

  std::chrono::milliseconds patience_ = kShort;  // of open()
  EchoService service_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::string struck_;
  std::unique_ptr<Door> door_;  // last: it ends before what it uses
};

}  // namespace heald::door
