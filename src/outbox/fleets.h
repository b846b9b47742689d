#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/model.h"
#include "core/time.h"
#include "engine/event.h"
#include "engine/output.h"
#include "heald/result.h"
#include "io/log.h"
#include "io/services.h"
#include "outbox/dispatch.h"

namespace heald::outbox {

// What it stands on. Every function may be called from its thread; none throws.
struct FleetNeeds {
  io::Services& services;
  io::Log& log;
  std::function<core::Now()> now;
  // A page of the history, and the marks (by their whole names), from disk.
  std::function<Result<engine::HistoryPage>(const engine::HistoryQuery&)> history;
  std::function<Result<Cursors>()> marks;
  // Makes a mark durable, or forgets it. `done` gets "" or the reason, on any thread.
  std::function<void(std::string name, std::optional<std::int64_t> position,
                     std::function<void(const std::string& error)> done)>
      keep;
};

// Asks other healds for permits, and reports to them what has become of each (membership.h says
// how). What is not reported when heald stops, or is killed, is reported when it runs again.
//
// A thread of its own from the first remedy on that needs a permit. Thread-safe, but stop from one
// thread only.
class Fleets {
 public:
  using Post = std::function<void(engine::Event)>;

  explicit Fleets(FleetNeeds needs);
  ~Fleets();  // stops
  Fleets(const Fleets&) = delete;
  Fleets& operator=(const Fleets&) = delete;

  // From here on the remedies of this configuration. What is owed to others is reported all the
  // same, as long as this process runs.
  void use(const config::Config& config);
  // Followed by one FleetAnswered to `post`, within FleetServer::kPatience and a second; by none
  // once it stops. From any thread.
  void ask(const engine::AskFleet& ask, Post post);
  void giveBack(const engine::ReturnPermit& permit);
  void historyGrew();  // the history has become longer
  void stop();         // before the store is closed

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace heald::outbox
