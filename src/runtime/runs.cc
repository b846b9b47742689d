#include "runtime/runs.h"

namespace heald::runtime {

io::CancelToken Runs::begin(std::uint64_t run) {
  const std::lock_guard lock(mutex_);
  io::CancelSource& source = sources_[run];
  if (all_) {
    source.cancel();
  }
  return source.token();
}

void Runs::end(std::uint64_t run) {
  const std::lock_guard lock(mutex_);
  sources_.erase(run);
}

void Runs::cancel(std::uint64_t run) {
  const std::lock_guard lock(mutex_);
  if (const auto found = sources_.find(run); found != sources_.end()) {
    found->second.cancel();
  }
}

void Runs::cancelAll() {
  const std::lock_guard lock(mutex_);
  all_ = true;
  for (auto& [run, source] : sources_) {
    source.cancel();
  }
}

}  // namespace heald::runtime
