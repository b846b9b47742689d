// What the store gives back, and what another configuration changes.
#include <utility>

#include "engine/engine_impl.h"

namespace heald::engine {
namespace {

void tellReloaded(const Reload& command, const Setup& setup, Output& out) {
  out.notes.push_back({Note::Level::kInfo,
                       "configuration reloaded",
                       {{"by", command.by},
                        {"checks", std::to_string(setup.checks.size())},
                        {"remedies", std::to_string(setup.remedies.size())},
                        {"governors", std::to_string(setup.governors.size())}}});
  const auto count = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
  out.remarks.push_back({.kind = HistoryKind::kReload,
                         .event = "reloaded",
                         .actor = command.by,
                         .details = {{"checks", count(setup.checks)},
                                     {"remedies", count(setup.remedies)},
                                     {"governors", count(setup.governors)}}});
}

}  // namespace

void Engine::Impl::load(const Saved& saved, core::Now now) {
  for (std::size_t i = 0; i < governors().list().size(); ++i) {
    governors().load(static_cast<int>(i), {});
  }
  for (const auto& [name, state] : saved.governors) {
    governors().load(governors().place(name), state);
  }
  for (const auto& [name, why] : saved.unreadable) {
    governors().loadUnreadable(governors().place(name), why, now);
    queue_.add({.kind = HistoryKind::kStore, .event = "unreadable", .message = name + ": " + why},
               now);
  }
  healing_.load(saved, now);
  for (const auto& [name, pause] : saved.pauses) pauses_.load(name, pause);
  for (const auto& [key, approval] : saved.approvals) approvals_.load(key, approval);
  for (const Permit& permit : saved.permits) permits_.load(permit);
  for (const auto& [key, answer] : saved.answers) answers_.load(key, answer);
  for (const auto& [feature, layers] : saved.flags) {
    features_.restoreOverride(feature, layers.overridden, layers.changed_at);
  }
  tally_.load(saved.counts, saved.unhealthy_times);
  findings_.tallyLoaded(now.boot);
  detecting_ = features_.enabled(core::Feature::kAutoDetection);
  healing_.recovery().begin(now, [this](const std::string& governor, std::uint64_t attempt) {
    return permits_.book().owns(governor, attempt);
  });
}

void Engine::Impl::requestPermit(const RequestPermit& command, Step& step) {
  const auto gates = healing_.guards().gates(false);
  step.out.reply = permits_.request(
      command, {gates, setup_.healing.observe, pauses_.ofAll(step.now.boot)}, step.now, step.out);
}

void Engine::Impl::reload(const Reload& command, Step& step) {
  findings_.dropTallies(setup_, *command.setup, step.now.boot);
  setup_ = *command.setup;
  refused_reload_.reset();
  features_.reconfigure(setup_.features);
  detection_.reconfigure(setup_.detection, setup_.checks, step.out.actions);
  findings_.showTallies();
  pauses_.useWindows(setup_.windows);
  const bool windows_changed = pauses_.followWindows(step.now, step.out);
  healing_.reconfigure(setup_, step);
  permits_.fleetsChanged(step.now);
  if (windows_changed) healing_.wants().pausesChanged(step);
  tasks_.setLimit(setup_.task_limit);
  tasks_.reschedule(kDetectionTask, setup_.detection.interval, step.now.boot);
  tasks_.reschedule(kPreventiveTask, setup_.healing.preventive_interval, step.now.boot);
  tasks_.reschedule(kProcessTask, setup_.process_monitoring_interval, step.now.boot);
  detection_.begin(step.now.boot);
  detection_.beginCycle(step.now.boot);
  detecting_ = features_.enabled(core::Feature::kAutoDetection);
  detect(step);
  tellReloaded(command, setup_, step.out);
  step.out.reply = Reply{"configuration reloaded"};
  step.out.reply_stands = true;  // it is in force; what it ended is counted when the store takes it
}

}  // namespace heald::engine
