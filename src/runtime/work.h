#pragma once

#include <functional>

#include "engine/event.h"
#include "engine/output.h"

namespace heald::runtime {

// Does what the engine decided. Every call returns at once and is followed, later and from any
// thread, by exactly one event to `post`: CheckFinished, ActionFinished, AlertAsked,
// FleetAnswered or TaskFinished.
class Work {
 public:
  using Post = std::function<void(engine::Event)>;
  using TaskFunction = std::function<void()>;

  virtual ~Work() = default;
  virtual void startCheck(const engine::StartCheck& start, Post post) = 0;
  virtual void startAction(const engine::StartAction& start, Post post) = 0;
  virtual void askAlert(const engine::AskAlert& ask, Post post) = 0;
  virtual void askFleet(const engine::AskFleet& ask, Post post) = 0;
  // What comes of a yes that no attempt uses; nothing is posted.
  virtual void returnPermit(const engine::ReturnPermit& permit) = 0;
  // Ends a run that nobody waits for; its event comes as ever.
  virtual void cancelCheck(std::uint64_t run) = 0;
  virtual void cancelAction(std::uint64_t run) = 0;
  virtual void runTask(const engine::RunTask& run, TaskFunction function, Post post) = 0;
};

}  // namespace heald::runtime
