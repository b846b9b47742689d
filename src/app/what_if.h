#pragma once

#include <memory>
#include <mutex>

#include "api/what_if.h"
#include "config/model.h"
#include "engine/snapshot.h"
#include "heald/result.h"

namespace heald::app {

// Answers POST /api/simulate, on the caller's thread, from a snapshot alone: the engine that runs
// is not touched. One question at a time: kLimit for a second one, kNotFound for a governor that
// the snapshot does not have. Thread-safe.
class WhatIfs {
 public:
  Result<api::Foreseen> answer(const config::Config& config,
                               const std::shared_ptr<const engine::Snapshot>& present,
                               const api::WhatIf& question);

 private:
  std::mutex busy_;
};

// The configuration that is in force, for who reads it on other threads. Thread-safe.
class ConfigInForce {
 public:
  explicit ConfigInForce(config::Config config) { set(std::move(config)); }

  void set(config::Config config) {
    auto next = std::make_shared<const config::Config>(std::move(config));
    const std::lock_guard lock(mutex_);
    config_ = std::move(next);
  }
  std::shared_ptr<const config::Config> get() const {
    const std::lock_guard lock(mutex_);
    return config_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const config::Config> config_;  // shared: a reader may outlive a reload
};

}  // namespace heald::app
