#pragma once

#include <string>

#include "heald/result.h"

namespace heald {

class CircuitBreakerRegistry;

// One breaker, by the name of its governor. A handle: it holds no state, and stays valid as long as
// its daemon. Thread-safe.
class CircuitBreakerHandle {
 public:
  CircuitBreakerHandle(CircuitBreakerRegistry& registry, std::string name)
      : registry_(registry), name_(std::move(name)) {}

  // Closes it. PERMANENT_OPEN is left only with `force` (kConflict otherwise). Dormancy and backoff
  // stay. kNotFound when there is no such governor, kUnavailable when the store does not take it.
  Result<void> reset(bool force = false);
  // Ends backoff and the OPEN wait of its governor; the counts stay, and what waits starts.
  // kInvalid for a blank reason, kConflict while dormant, kNotFound and kUnavailable as above.
  Result<void> retry(const std::string& reason);
  // "CLOSED", "OPEN", "HALF_OPEN" or "PERMANENT_OPEN"; "" when there is no such governor.
  std::string state() const;
  int failureCount() const;

 private:
  CircuitBreakerRegistry& registry_;
  std::string name_;
};

// The breakers of all governors. Thread-safe.
class CircuitBreakerRegistry {
 public:
  virtual ~CircuitBreakerRegistry() = default;
  CircuitBreakerHandle get(const std::string& name) { return {*this, name}; }

  virtual Result<void> reset(const std::string& name, bool force) = 0;
  virtual Result<void> retry(const std::string& name, const std::string& reason) = 0;
  virtual std::string state(const std::string& name) const = 0;
  virtual int failureCount(const std::string& name) const = 0;
};

inline Result<void> CircuitBreakerHandle::reset(bool force) {
  return registry_.reset(name_, force);
}
inline Result<void> CircuitBreakerHandle::retry(const std::string& reason) {
  return registry_.retry(name_, reason);
}
inline std::string CircuitBreakerHandle::state() const {
  return registry_.state(name_);
}
inline int CircuitBreakerHandle::failureCount() const {
  return registry_.failureCount(name_);
}

}  // namespace heald
