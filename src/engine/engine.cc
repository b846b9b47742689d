#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "engine/background_tasks.h"
#include "engine/detection.h"
#include "engine/healing.h"

namespace heald::engine {
namespace {

using std::chrono::seconds;

core::Feature featureOf(const std::string& task) {
  return task == kDetectionTask    ? core::Feature::kAutoDetection
         : task == kPreventiveTask ? core::Feature::kPreventiveHealing
                                   : core::Feature::kProcessMonitoring;
}

bool builtIn(const std::string& task) {
  return task == kDetectionTask || task == kPreventiveTask || task == kProcessTask;
}

}  // namespace

class Engine::Impl {
 public:
  Impl(Setup setup, const std::optional<Saved>& saved, core::Now now)
      : setup_(std::move(setup)),
        features_(setup_.features),
        detection_(setup_.detection, setup_.checks),
        healing_(setup_, detection_, features_),
        tasks_(setup_.task_limit, [this](const std::string& id) {
          return !builtIn(id) || features_.enabled(featureOf(id));
        }) {
    if (saved) {
      load(*saved, now);
    } else {
      storeDown("state unreadable");
      for (std::size_t i = 0; i < governors().size(); ++i) {
        governors().loadUnreadable(static_cast<int>(i), "", now);
      }
    }
    registerBuiltIn(kDetectionTask, setup_.detection.interval, now, seconds(0));
    registerBuiltIn(kPreventiveTask, setup_.healing.preventive_interval, now,
                    setup_.healing.preventive_interval);
    registerBuiltIn(kProcessTask, setup_.process_monitoring_interval, now,
                    setup_.process_monitoring_interval);
    detection_.begin(now.boot);
  }

  Output step(const Event& event, core::Now now) {
    Output out;
    Step step{now, out};
    std::visit([&](const auto& e) { on(e, step); }, event);
    for (const std::uint64_t install : tasks_.takeSuperseded()) {
      out.actions.push_back(TaskReady{install, true});
    }
    out.commit = proposed();
    return out;
  }

  Changes changes(core::Now now) const {
    Changes changes;
    healing_.addChanges(changes);
    if (flag_proposal_) {
      changes.flags.emplace_back(flag_proposal_->feature,
                                 features_.layers(flag_proposal_->feature));
    }
    changes.at = now;
    return changes;
  }

  Changes everything(core::Now now) const {
    Changes all;
    healing_.addEverything(all);
    for (const core::Feature feature : core::kFeatures) {
      all.flags.emplace_back(feature, features_.layers(feature));
    }
    all.at = now;
    return all;
  }

  void settle(const std::string& error, core::Now now, Output& out) {
    Step step{now, out};
    out.commit = false;
    if (error.empty()) {
      if (std::exchange(flag_proposal_, std::nullopt)) {
        detect(step);
      }
      healing_.keep(step);
      for (const auto& count : std::exchange(human_, {})) {
        count(*this);
      }
      out.notes.insert(out.notes.end(), human_notes_.begin(), human_notes_.end());
    } else {
      storeDown(error);
      noteStore(out);
      healing_.undo(step);
      human_.clear();
      if (flag_proposal_) {
        features_.restoreOverride(flag_proposal_->feature, flag_proposal_->before.overridden,
                                  flag_proposal_->before.changed_at);
        flag_proposal_.reset();
      }
      if (out.reply && out.reply->ok()) {
        out.reply = Error{ErrorCode::kUnavailable,
                          "the store is unavailable (" + error + "): nothing was changed"};
      }
    }
    human_notes_.clear();
    out.commit = proposed();
  }

  void restore(const Saved& saved, core::Now now) { load(saved, now); }

  void storeProbed(const std::string& error, core::Now now, Output& out) {
    Step step{now, out};
    if (!error.empty()) {
      storeDown(error);
      noteStore(out);
    } else if (!store_up_) {
      store_up_ = true;
      store_error_.clear();
      out.notes.push_back({Note::Level::kInfo, "the store is available again", {}});
      store_noted_.clear();
      healing_.storeIsBack(step);
    }
    out.commit = proposed();
  }

  std::optional<core::BootTime> nextWakeup() {
    if (stopping_) {
      return std::nullopt;
    }
    std::optional<core::BootTime> next = tasks_.nextDue();
    const auto consider = [&](std::optional<core::BootTime> due) {
      if (due && (!next || *due < *next)) {
        next = due;
      }
    };
    consider(healing_.nextWakeup());
    if (detecting_) {
      consider(detection_.nextDue());
    }
    return next;
  }

  bool idle() const { return healing_.idle(); }

  Snapshot snapshot(core::Now now) const {
    Snapshot s;
    s.taken = now;
    s.stopping = stopping_;
    s.store_up = store_up_;
    s.store_error = store_error_;
    s.features = features_;
    healing_.fill(s);
    s.checks = detection_.views();
    s.check_durations = detection_.durations();
    s.tasks = tasks_.views(now.boot);
    s.task_limit = setup_.task_limit;
    s.task_replacements = tasks_.replacements();
    s.task_rejections = tasks_.rejections();
    s.detection_interval = setup_.detection.interval;
    s.last_cycle = last_cycle_;
    s.cycles = cycles_;
    return s;
  }

 private:
  struct FlagProposal {
    core::Feature feature;
    core::FeatureFlags::Layers before;
  };

  Governors& governors() { return healing_.governors(); }
  bool proposed() const { return healing_.proposed() || flag_proposal_.has_value(); }

  void registerBuiltIn(const char* id, core::Duration period, core::Now now,
                       core::Duration first_after) {
    (void)tasks_.add({id, TaskKind::kInterval, period, true, true}, now.boot, first_after);
  }

  void load(const Saved& saved, core::Now now) {
    for (std::size_t i = 0; i < governors().size(); ++i) {
      governors().load(static_cast<int>(i), {});
    }
    for (const auto& [name, state] : saved.governors) {
      if (const int index = governors().indexOf(name); index >= 0) {
        governors().load(index, state);
      }
    }
    for (const auto& [name, why] : saved.unreadable) {
      if (const int index = governors().indexOf(name); index >= 0) {
        governors().loadUnreadable(index, why, now);
      }
    }
    for (const auto& [name, totals] : saved.remedies) {
      healing_.loadTotals(name, totals);
    }
    for (const auto& [feature, layers] : saved.flags) {
      features_.restoreOverride(feature, layers.overridden, layers.changed_at);
    }
    detecting_ = features_.enabled(core::Feature::kAutoDetection);
    healing_.beginRecovery(now);
  }

  void storeDown(const std::string& error) {
    store_up_ = false;
    store_error_ = error;
    healing_.setStoreUp(false);
  }

  void noteStore(Output& out) {
    if (store_noted_ != store_error_) {
      store_noted_ = store_error_;
      out.notes.push_back({Note::Level::kError,
                           "the store is unavailable: nothing starts until it answers again",
                           {{"reason", store_error_}}});
    }
  }

  void on(const Tick&, Step& step) {
    if (stopping_) {
      return;
    }
    healing_.continueRecovery(step);
    for (const BackgroundTasks::Due& due : tasks_.takeDue(step.now.boot)) {
      runTask(due, step);
    }
    detect(step);
    healing_.wakeDue(step);
  }

  void detect(Step& step) {
    const bool enabled = features_.enabled(core::Feature::kAutoDetection);
    if (enabled && !std::exchange(detecting_, enabled)) {
      detection_.begin(step.now.boot);
    }
    detecting_ = enabled;
    if (enabled && !stopping_) {
      detection_.startDue(step.now.boot, step.out.actions);
    }
  }

  void runTask(const BackgroundTasks::Due& due, Step& step) {
    if (due.id == kDetectionTask) {
      ++cycles_;
      last_cycle_ = step.now.wall;
      detection_.beginCycle(step.now.boot);
    } else if (due.id == kPreventiveTask) {
      healing_.runPreventive(step);
    } else {
      step.out.actions.push_back(RunTask{due.id, due.install});
      return;
    }
    tasks_.finished({due.id, due.install, true, core::Duration{}}, step.now);
  }

  void on(const CheckFinished& event, Step& step) {
    const Detection::Finding finding = detection_.finish(event, step.now, step.out.actions);
    if (!finding.accepted) {
      return;
    }
    if (finding.became_unhealthy || finding.became_healthy) {
      noteHealth(event, finding.became_healthy, step);
    }
    if (finding.became_healthy) {
      healing_.recovered(event.check, step);
    }
    healing_.checkFinished(event.check, event.run, step);
    if (finding.raises && !stopping_) {
      healing_.raise(event.check, EventSource::kCheck, step);
    }
    if (detection_.lastResult(event.check) == Health::kHealthy) {
      healing_.considerSustainedRecovery(event.check, step);
    }
    detect(step);
  }

  void noteHealth(const CheckFinished& event, bool healthy, Step& step) {
    step.out.notes.push_back({healthy ? Note::Level::kInfo : Note::Level::kWarn,
                              healthy ? "check is healthy" : "check is unhealthy",
                              {{"check", detection_.spec(event.check).name},
                               {"status", std::string(toString(event.status))},
                               {"message", event.message}}});
  }

  void on(const ActionFinished& event, Step& step) { healing_.actionFinished(event, step); }

  void on(const TaskFinished& event, Step& step) {
    if (const auto ready = tasks_.finished(event, step.now)) {
      step.out.actions.push_back(TaskReady{*ready, false});
    }
  }

  void on(const RegisterTask& command, Step& step) {
    if (builtIn(command.id)) {
      step.out.reply =
          Error{ErrorCode::kConflict, "background task \"" + command.id + "\" is heald's own"};
      return;
    }
    const auto added = tasks_.add(command, step.now.boot);
    if (!added) {
      step.out.reply = added.error();
      return;
    }
    step.out.reply = Reply{"registered", added->install, added->waits};
  }

  void on(const RemoveTask& command, Step& step) {
    if (builtIn(command.id)) {
      step.out.reply = Error{ErrorCode::kConflict, "background task \"" + command.id +
                                                       "\" is heald's own: switch its feature off"};
      return;
    }
    const auto removed = tasks_.remove(command.id);
    step.out.reply = removed ? Result<Reply>(Reply{"removed"}) : Result<Reply>(removed.error());
  }

  void on(const RunCheckNow& command, Step& step) {
    const int check = detection_.indexOf(command.check);
    if (check < 0) {
      step.out.reply = Error{ErrorCode::kNotFound, "no check \"" + command.check +
                                                       "\" (there are: " + checkNames() + ")"};
      return;
    }
    detection_.requestByHuman(check, step.out.actions);
    step.out.reply = Reply{"check \"" + command.check + "\" is run now"};
  }

  void on(const RunRemedyNow& command, Step& step) {
    step.out.reply = healing_.runNow(command, step);
  }

  std::string checkNames() const {
    std::string names;
    for (std::size_t i = 0; i < detection_.size() && i < 20; ++i) {
      names += (i == 0 ? "" : ", ") + detection_.spec(static_cast<int>(i)).name;
    }
    return names;
  }

  // Applies a human action to one governor, or to all that `chosen` takes, and answers.
  template <class Act, class Chosen, class Count>
  void human(const std::string& name, const char* what, const std::string& by,
             const std::string& reason, Step& step, Act act, Chosen chosen, Count count) {
    std::vector<int> targets;
    for (std::size_t i = 0; i < governors().size(); ++i) {
      const int index = static_cast<int>(i);
      if (name.empty() ? chosen(governors()[index]) : governors().name(index) == name) {
        targets.push_back(index);
      }
    }
    if (targets.empty()) {
      step.out.reply =
          name.empty()
              ? Error{ErrorCode::kConflict, "no governor is in a state to " + std::string(what)}
              : Error{ErrorCode::kNotFound,
                      "no governor \"" + name + "\" (there are: " + governors().names() + ")"};
      return;
    }
    std::string done;
    for (const int index : targets) {
      const Result<void> result = governors().propose(index, act);
      if (!result) {
        step.out.reply = Error{result.error().code, "governor \"" + governors().name(index) +
                                                        "\": " + result.error().message};
        governors().undo();
        human_.clear();
        human_notes_.clear();
        return;
      }
      human_.push_back([index, count](Impl& self) { count(self.governors(), index); });
      human_notes_.push_back(
          {Note::Level::kInfo,
           std::string("human action: ") + what,
           {{"governor", governors().name(index)}, {"reason", reason}, {"by", by}}});
      done += (done.empty() ? "" : ", ") + governors().name(index);
    }
    step.out.reply = Reply{std::string(what) + ": " + done};
  }

  void on(const Resume& c, Step& step) {
    human(
        c.governor, "resume", c.by, c.reason, step,
        [&](core::Governor& g) { return g.resume(c.reason); },
        [](const core::Governor& g) { return g.state().dormant(); },
        [](Governors& all, int index) { all.countResume(index); });
  }

  void on(const EnterDormant& c, Step& step) {
    const core::Now now = step.now;
    human(
        c.governor, "enter dormant mode", c.by, c.reason, step,
        [&](core::Governor& g) { return g.enterDormant(c.reason, now); },
        [](const core::Governor&) { return true; }, [](Governors&, int) {});
  }

  void on(const Reset& c, Step& step) {
    const bool forced = c.force;
    human(
        c.governor, "reset the circuit breaker", c.by, forced ? "forced" : "", step,
        [&](core::Governor& g) { return g.reset(forced); },
        [](const core::Governor&) { return true; },
        [forced](Governors& all, int index) { all.countReset(index, forced); });
  }

  void on(const SetFlag& c, Step& step) {
    const core::FeatureFlags::Layers before = features_.layers(c.feature);
    const auto set = features_.setOverride(c.feature, c.enabled, step.now.wall);
    if (!set) {
      step.out.reply = set.error();
      return;
    }
    flag_proposal_ = FlagProposal{c.feature, before};
    const std::string word = c.enabled ? "on" : "off";
    human_notes_.push_back(
        {Note::Level::kInfo,
         "human action: flag switched " + word,
         {{"flag", std::string(toString(c.feature))}, {"reason", c.reason}, {"by", c.by}}});
    step.out.reply = Reply{std::string(toString(c.feature)) + " is " + word};
  }

  void on(const Stop&, Step&) {
    stopping_ = true;
    tasks_.stop();
    healing_.stop();
  }

  const Setup setup_;
  core::FeatureFlags features_;
  Detection detection_;
  Healing healing_;
  BackgroundTasks tasks_;
  bool store_up_ = true;
  std::string store_error_;
  std::string store_noted_;
  bool detecting_ = true;
  bool stopping_ = false;
  std::uint64_t cycles_ = 0;
  std::optional<core::WallTime> last_cycle_;
  std::optional<FlagProposal> flag_proposal_;
  std::vector<std::function<void(Impl&)>> human_;  // counted once durable
  std::vector<Note> human_notes_;
};

Engine::Engine(Setup setup, const std::optional<Saved>& saved, core::Now now)
    : impl_(std::make_unique<Impl>(std::move(setup), saved, now)) {}
Engine::~Engine() = default;

Output Engine::step(const Event& event, core::Now now) {
  return impl_->step(event, now);
}
Changes Engine::changes(core::Now now) const {
  return impl_->changes(now);
}
Changes Engine::everything(core::Now now) const {
  return impl_->everything(now);
}
void Engine::settle(const std::string& error, core::Now now, Output& out) {
  impl_->settle(error, now, out);
}
void Engine::restore(const Saved& saved, core::Now now) {
  impl_->restore(saved, now);
}
void Engine::storeProbed(const std::string& error, core::Now now, Output& out) {
  impl_->storeProbed(error, now, out);
}
std::optional<core::BootTime> Engine::nextWakeup() const {
  return impl_->nextWakeup();
}
bool Engine::idle() const {
  return impl_->idle();
}
Snapshot Engine::snapshot(core::Now now) const {
  return impl_->snapshot(now);
}

}  // namespace heald::engine
