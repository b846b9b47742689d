#include "app/embedding.h"

#include <algorithm>
#include <utility>

#include "runtime/performer.h"

namespace heald::app {
namespace {

constexpr const char* kBy = "the embedding program";

Result<void> done(const Result<engine::Reply>& reply) {
  return reply ? Result<void>() : Result<void>(reply.error());
}

const engine::GovernorView* governorNamed(const engine::Snapshot& snapshot,
                                          const std::string& name) {
  const auto found = std::find_if(snapshot.governors.begin(), snapshot.governors.end(),
                                  [&](const engine::GovernorView& g) { return g.name == name; });
  return found == snapshot.governors.end() ? nullptr : &*found;
}

}  // namespace

Result<void> Tasks::add(engine::RegisterTask task, Function function) {
  if (runtime::taskOnThisThread() == task.id) {
    return Error{ErrorCode::kConflict,
                 "background task \"" + task.id + "\" cannot replace itself from within its job"};
  }
  return done(loop_.call(std::move(task), std::move(function)));
}

Result<void> Tasks::registerInterval(const std::string& id, Function function,
                                     std::chrono::nanoseconds period, TaskOptions options) {
  return add({id, engine::TaskKind::kInterval, period, options.enabled, options.replace},
             std::move(function));
}

Result<void> Tasks::registerTimeout(const std::string& id, Function function,
                                    std::chrono::nanoseconds delay, TaskOptions options) {
  return add({id, engine::TaskKind::kTimeout, delay, options.enabled, options.replace},
             std::move(function));
}

Result<void> Tasks::unregister(const std::string& id) {
  return done(loop_.call(engine::RemoveTask{id}));
}

std::vector<TaskInfo> Tasks::tasks() const {
  std::vector<TaskInfo> infos;
  const auto snapshot = loop_.snapshot();
  for (const engine::TaskView& task : snapshot->tasks) {
    const bool interval = task.kind == engine::TaskKind::kInterval;
    infos.push_back({task.id, interval ? "interval" : "timeout", task.enabled, task.executions,
                     task.failures, std::chrono::duration_cast<std::chrono::seconds>(task.uptime)});
  }
  return infos;
}

Result<void> Healing::resumeFromDormant(const std::string& reason) {
  return done(loop_.call(engine::Resume{"", reason, kBy}));
}

Result<void> Healing::enterDormant(const std::string& reason) {
  return done(loop_.call(engine::EnterDormant{"", reason, kBy}));
}

bool Healing::isDormant() const {
  const auto snapshot = loop_.snapshot();
  return std::any_of(snapshot->governors.begin(), snapshot->governors.end(),
                     [](const engine::GovernorView& g) { return g.state.dormant(); });
}

Result<void> Breakers::reset(const std::string& name, bool force) {
  if (name.empty()) {
    return Error{ErrorCode::kInvalid, "the name of a governor is needed"};
  }
  return done(loop_.call(engine::Reset{name, force, kBy}));
}

Result<void> Breakers::retry(const std::string& name, const std::string& reason) {
  if (name.empty()) {
    return Error{ErrorCode::kInvalid, "the name of a governor is needed"};
  }
  return done(loop_.call(engine::Retry{name, reason, kBy}));
}

std::string Breakers::state(const std::string& name) const {
  const auto snapshot = loop_.snapshot();
  const engine::GovernorView* governor = governorNamed(*snapshot, name);
  return governor == nullptr
             ? ""
             : std::string(toString(governor->state.breaker.reads(clock_.now().boot)));
}

int Breakers::failureCount(const std::string& name) const {
  const auto snapshot = loop_.snapshot();
  const engine::GovernorView* governor = governorNamed(*snapshot, name);
  return governor == nullptr ? 0 : governor->state.breaker.failures;
}

}  // namespace heald::app
