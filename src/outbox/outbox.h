#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/model.h"
#include "core/time.h"
#include "engine/history.h"
#include "heald/result.h"
#include "io/log.h"
#include "io/services.h"
#include "outbox/dispatch.h"

namespace heald::outbox {

// What the outbox stands on. Every function may be called from its thread; none throws.
struct Needs {
  io::Services& services;
  io::Log& log;
  std::function<core::Now()> now;
  // A page of the history, and the cursors of the receivers, from disk.
  std::function<Result<engine::HistoryPage>(const engine::HistoryQuery&)> history;
  std::function<Result<Cursors>()> cursors;
  // Makes a cursor durable. `done` gets "" or the reason, on any thread.
  using Kept = std::function<void(const std::string& error)>;
  std::function<void(const CursorMove&, Kept done)> keep;
  // Why the store fails at this moment; "": it does not.
  std::function<std::string()> store_error;
};

// How a message for a test ended.
struct TestResult {
  std::string receiver;
  std::string error;  // "": it was taken
};

// Tells receivers what has happened. The history is the outbox: what is committed there and not
// told is told later, by another process if need be. So nothing is lost when heald is killed at any
// moment, and what was sent right before that may be sent twice.
//
// A thread of its own from the first receiver on. Thread-safe, but stop from one thread only.
class Outbox {
 public:
  explicit Outbox(Needs needs);
  ~Outbox();  // stops
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // From here on these receivers. One that is new begins with what happens from now on; of one that
  // is gone, what it was not told is forgotten.
  void use(config::NotificationOptions options);
  // The history has become longer. Waits for nobody.
  void historyGrew();
  // Ends the thread. What is under way is cancelled and sent by the next start. Before the store is
  // closed, as the cursors go there.
  void stop();

  // Sends a message for a test to a receiver, or with "" to all, at once. `done` is called once, on
  // any thread. kNotFound: no such receiver.
  using Tested = std::function<void(Result<std::vector<TestResult>>)>;
  void test(const std::string& receiver, Tested done);

  std::vector<ReceiverView> receivers() const;  // in the order of the configuration

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace heald::outbox
