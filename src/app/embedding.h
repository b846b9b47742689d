#pragma once

#include "heald/background_task_manager.h"
#include "heald/circuit_breaker_registry.h"
#include "heald/self_healing_engine.h"
#include "runtime/engine_loop.h"

namespace heald::app {

// The public API of libheald over the engine's loop: each call is a command to the engine. `by`
// says in the log who acted.

class Tasks : public BackgroundTaskManager {
 public:
  explicit Tasks(runtime::EngineLoop& loop) : loop_(loop) {}

  Result<void> registerInterval(const std::string& id, Function function,
                                std::chrono::nanoseconds period, TaskOptions options) override;
  Result<void> registerTimeout(const std::string& id, Function function,
                               std::chrono::nanoseconds delay, TaskOptions options) override;
  Result<void> unregister(const std::string& id) override;
  std::vector<TaskInfo> tasks() const override;

 private:
  Result<void> add(engine::RegisterTask task, Function function);

  runtime::EngineLoop& loop_;
};

class Healing : public SelfHealingEngine {
 public:
  explicit Healing(runtime::EngineLoop& loop) : loop_(loop) {}

  Result<void> resumeFromDormant(const std::string& reason) override;
  Result<void> enterDormant(const std::string& reason) override;
  bool isDormant() const override;

 private:
  runtime::EngineLoop& loop_;
};

class Breakers : public CircuitBreakerRegistry {
 public:
  Breakers(runtime::EngineLoop& loop, const runtime::Clock& clock) : loop_(loop), clock_(clock) {}

  Result<void> reset(const std::string& name, bool force) override;
  Result<void> retry(const std::string& name, const std::string& reason) override;
  std::string state(const std::string& name) const override;
  int failureCount(const std::string& name) const override;

 private:
  runtime::EngineLoop& loop_;
  const runtime::Clock& clock_;
};

}  // namespace heald::app
