#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "core/invariant.h"
#include "engine/engine_impl.h"
#include "engine/task_commands.h"

namespace heald::engine {
namespace {

using std::chrono::seconds;

core::Feature featureOf(const std::string& task) {
  return task == kDetectionTask    ? core::Feature::kAutoDetection
         : task == kPreventiveTask ? core::Feature::kPreventiveHealing
                                   : core::Feature::kProcessMonitoring;
}

template <class... Each>
struct Overloaded : Each... {
  using Each::operator()...;
};
template <class... Each>
Overloaded(Each...) -> Overloaded<Each...>;

void add(const std::vector<Note>& notes, Step& step) {
  step.out.notes.insert(step.out.notes.end(), notes.begin(), notes.end());
}

// The answer that was given under this key.
Reply again(const KeptAnswer& answer, const Claim& claim, const PermitBook& permits) {
  if (answer.request != claim.request) {
    Reply other{"this key was used for another request"};
    other.repeat = Repeat::kOther;
    return other;
  }
  Reply same{answer.message};
  same.repeat = Repeat::kSame;
  if (const Permit* permit = permits.find(answer.permit)) same.permit = *permit;
  return same;
}

std::optional<core::BootTime> earlier(std::optional<core::BootTime> a,
                                      std::optional<core::BootTime> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

}  // namespace

// What the history tells of first comes first: why, then what.
std::vector<Book*> Engine::Impl::booksOf(Impl& self) {
  std::vector<Book*> books = {&self.queue_, &self.humans_.acts(), &self.pauses_, &self.approvals_};
  for (Book* book : self.healing_.books()) books.push_back(book);
  books.insert(books.end(),
               {&self.permits_.book(), &self.answers_, &self.humans_.flags(), &self.tally_});
  return books;
}

Engine::Impl::Impl(Setup setup, const std::optional<Saved>& saved, core::Now now)
    : setup_(std::move(setup)),
      started_(now),
      features_(setup_.features),
      detection_(setup_.detection, setup_.checks),
      healing_(setup_, detection_, features_, pauses_, approvals_),
      findings_(detection_, healing_, tally_),
      remedies_(setup_, healing_, pauses_, findings_),
      humans_(healing_, detection_.checks(), tally_, features_,
              [this](core::Now at) { return snapshot(at); }),
      permits_(healing_.governors(), detection_, approvals_),
      approve_(setup_, healing_, approvals_, [this](core::Now at) { return snapshot(at); }),
      tasks_(setup_.task_limit, [this](const std::string& id) {
        return !isBuiltIn(id) || features_.enabled(featureOf(id));
      }) {
  pauses_.useWindows(setup_.windows);
  if (saved) {
    load(*saved, now);
  } else {
    storeDown(std::string(core::kStateUnreadable));
    for (std::size_t i = 0; i < governors().list().size(); ++i) {
      governors().loadUnreadable(static_cast<int>(i), "", now);
    }
  }
  findings_.showTallies();
  const auto own = [&](const char* id, core::Duration period, core::Duration first_after) {
    (void)tasks_.add({id, TaskKind::kInterval, period, true, true}, now.boot, first_after);
  };
  own(kDetectionTask, setup_.detection.interval, seconds(0));
  own(kPreventiveTask, setup_.healing.preventive_interval, setup_.healing.preventive_interval);
  own(kProcessTask, setup_.process_monitoring_interval, seconds(0));
  detection_.begin(now.boot);
}

Output Engine::Impl::step(const Event& event, core::Now now, const Claim& claim) {
  Output out;
  Step step{now, out};
  if (pauses_.followWindows(now, out)) healing_.wants().pausesChanged(step);
  if (const KeptAnswer* known = answers_.find(claim.key)) {
    out.reply = again(*known, claim, permits_.book());
    out.reply_stands = !answers_.pending(claim.key);
    finish(step);
    return out;
  }
  dispatch(event, step);
  if (!claim.key.empty() && out.reply && out.reply->ok() && !(*out.reply)->denial) {
    answers_.propose(claim, **out.reply, now);
  }
  if (const auto act = humanActionOf(event); act && out.reply && out.reply->ok()) {
    tally_.acted(*act);
  }
  for (const std::uint64_t install : tasks_.takeSuperseded()) {
    out.actions.push_back(TaskReady{install, true});
  }
  finish(step);
  if (!out.commit) journal_.stand(now);
  return out;
}

// Who hears of what.
void Engine::Impl::dispatch(const Event& event, Step& step) {
  Output& out = step.out;
  // What nobody begins any more.
  const bool begins = std::holds_alternative<RequestPermit>(event) ||
                      std::holds_alternative<AlertsReceived>(event) ||
                      std::holds_alternative<Reload>(event);
  if (stopping_ && begins) {
    out.reply = Error{ErrorCode::kShutdown, "heald is stopping"};
    return;
  }
  const auto hears =
      Overloaded{[&](const Tick&) { tick(step); },
                 [&](const CheckFinished& e) {
                   permits_.checked(findings_.hear(e, stopping_, step), e.run,
                                    store_.up() && !stopping_, step);
                   detect(step);
                 },
                 [&](const ActionFinished& e) { healing_.actionFinished(e, step); },
                 [&](const AlertAsked& e) { healing_.alertAsked(e, step); },
                 [&](const FleetAnswered& e) { healing_.fleetAnswered(e, step); },
                 [&](const TaskFinished& e) {
                   if (const auto ready = tasks_.finished(e, step.now)) {
                     out.actions.push_back(TaskReady{*ready, false});
                   }
                 },
                 [&](const RegisterTask& c) { out.reply = registerTask(tasks_, c, step.now.boot); },
                 [&](const RemoveTask& c) { out.reply = removeTask(tasks_, c); },
                 [&](const RunCheckNow& c) { findings_.runNow(c, step); },
                 [&](const RunRemedyNow& c) { remedies_.run(c, step); },
                 [&](const PauseRemedy& c) { remedies_.pause(c, step); },
                 [&](const UnpauseRemedy& c) { remedies_.unpause(c, step); },
                 [&](const Approve& c) { out.reply = approve_.give(c, step); },
                 [&](const Unapprove& c) { out.reply = approve_.withdraw(c, step); },
                 [&](const RequestPermit& c) { requestPermit(c, step); },
                 [&](const ReportPermit& c) { out.reply = permits_.report(c, step.now); },
                 [&](const Resume& c) { humans_.resume(c, step); },
                 [&](const EnterDormant& c) { humans_.enterDormant(c, step); },
                 [&](const Reset& c) { humans_.reset(c, step); },
                 [&](const Retry& c) { humans_.retry(c, step); },
                 [&](const SetFlag& c) { humans_.setFlag(c, step); },
                 [&](const AlertsReceived& c) { out.reply = healing_.alerts().hear(c, step); },
                 [&](const Reload& c) { reload(c, step); },
                 [&](const Record& e) {
                   if (e.entry.kind == HistoryKind::kReload && e.entry.event == "refused") {
                     refused_reload_ = RefusedReload{step.now.wall, e.entry.message};
                   }
                   queue_.add(e.entry, step.now);
                   queue_.hurry(step.now);
                 },
                 [&](const Stop&) { stop(step); }};
  std::visit(hears, event);
}

void Engine::Impl::finish(Step& step) {
  healing_.wants().giveBack(step);
  for (HistoryEntry& entry : std::exchange(step.out.remarks, {}))
    queue_.add(std::move(entry), step.now);
  step.out.commit = toCommit(step);
}

void Engine::Impl::settle(const std::string& error, core::Now now, std::span<Output> outs) {
  CHECK(!outs.empty(), "a commit is of a step");
  Step step{now, outs.front()};
  if (error.empty()) {
    journal_.keep(now);
    committed(step);
    for (Output& out : outs) out.reply_stands = true;
  } else {
    journal_.undo(now);
    refused(error, step, outs);
  }
  for (Output& out : outs) out.commit = false;
  finish(step);
}

void Engine::Impl::committed(Step& step) {
  if (humans_.flags().takeKept()) detect(step);
  healing_.committed(step);
  const std::vector<Note> pauses = pauses_.takeKept();
  add(pauses, step);
  if (!pauses.empty()) healing_.wants().pausesChanged(step);
  approve_.committed(step);
  add(permits_.committed(), step);
  humans_.committed(step);
}

void Engine::Impl::refused(const std::string& error, Step& step, std::span<Output> outs) {
  storeDown(error);
  store_.tellFailure(step.out);
  healing_.refused(step);
  humans_.refused();
  const auto denied_permits = permits_.refuseUndone(step.out);
  for (Output& out : outs) {
    if (!out.commit || !out.reply || !out.reply->ok() || out.reply_stands) continue;
    const auto& permit = (*out.reply)->permit;
    const auto denied = permit ? denied_permits.find(permit->id) : denied_permits.end();
    if (denied != denied_permits.end()) {
      out.reply = denied->second;
    } else {
      out.reply = Error{ErrorCode::kUnavailable,
                        "the store is unavailable (" + error + "): nothing was changed"};
    }
  }
}

void Engine::Impl::storeProbed(const std::string& error, core::Now now, Output& out) {
  Step step{now, out};
  if (!error.empty()) {
    storeDown(error);
    store_.tellFailure(out);
  } else if (!store_.up()) {
    store_.answers(out);
    healing_.storeIsBack(step);
  }
  finish(step);
}

void Engine::Impl::storeRoom(const StoreRoom& room, core::Now now, Output& out) {
  Step step{now, out};
  store_.setRoom(room, out);
  finish(step);
}

std::optional<core::BootTime> Engine::Impl::nextWakeup() {
  if (stopping_) {
    return std::nullopt;
  }
  std::optional<core::BootTime> next = earlier(tasks_.nextDue(), healing_.nextWakeup());
  next = earlier(next, pauses_.nextEdge());
  if (store_.up()) {
    next = earlier(next, journal_.due());
    next = earlier(next, pauses_.nextEnd());
    next = earlier(next, approvals_.nextEnd());
    next = earlier(next, permits_.book().nextDeadline());
    next = earlier(next, permits_.book().looks().next());
  }
  if (detecting_) {
    next = earlier(next, detection_.nextDue());
  }
  return next;
}

Snapshot Engine::Impl::snapshot(core::Now now) const {
  Snapshot s;
  s.taken = now;
  s.started = started_;
  s.stopping = stopping_;
  s.store_up = store_.up();
  s.store_error = store_.error();
  s.store_room = store_.room();
  s.features = features_;
  s.refused_reload = refused_reload_;
  healing_.fill(s);
  approve_.fill(s);
  permits_.fill(s);
  s.checks = detection_.checks().views();
  s.check_durations = detection_.checks().durations();
  s.tasks = tasks_.views(now.boot);
  s.task_limit = setup_.task_limit;
  s.full_metrics = setup_.full_metrics;
  s.task_replacements = tasks_.replacements();
  s.task_rejections = tasks_.rejections();
  tally_.fill(s);
  s.detection_interval = setup_.detection.interval;
  s.last_cycle = last_cycle_;
  s.cycles = cycles_;
  return s;
}

void Engine::Impl::storeDown(const std::string& error) {
  store_.fails(error);
  healing_.guards().setStoreUp(false);
}

void Engine::Impl::tick(Step& step) {
  if (stopping_) return;
  if (store_.up()) {
    healing_.recovery().goOn(step);
    pauses_.forgetEnded(step.now);
    approvals_.forgetEnded(step.now);
    permits_.tend(step);
  }
  healing_.tendEpisodes(step);
  for (const BackgroundTasks::Due& due : tasks_.takeDue(step.now.boot)) {
    runTask(due, step);
  }
  detect(step);
  healing_.wakeDue(step);
}

void Engine::Impl::detect(Step& step) {
  const bool enabled = features_.enabled(core::Feature::kAutoDetection);
  if (enabled && !std::exchange(detecting_, enabled)) {
    detection_.begin(step.now.boot);
  }
  detecting_ = enabled;
  if (enabled && !stopping_) {
    detection_.startDue(step.now.boot, step.out.actions);
  }
}

void Engine::Impl::runTask(const BackgroundTasks::Due& due, Step& step) {
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

void Engine::Impl::stop(Step& step) {
  queue_.add({.kind = HistoryKind::kHeald, .event = "stopped"}, step.now);
  queue_.hurry(step.now);
  stopping_ = true;
  tasks_.stop();
  detection_.stop();
  healing_.stop();
}

Engine::Engine(Setup setup, const std::optional<Saved>& saved, core::Now now)
    : impl_(std::make_unique<Impl>(std::move(setup), saved, now)) {}
Engine::~Engine() = default;

Output Engine::step(const Event& event, core::Now now, const Claim& claim) {
  return impl_->step(event, now, claim);
}
Changes Engine::changes(core::Now now) const {
  return impl_->changes(now);
}
Changes Engine::everything(core::Now now) const {
  return impl_->everything(now);
}
void Engine::settle(const std::string& error, core::Now now, Output& out) {
  impl_->settle(error, now, {&out, 1});
}
void Engine::settle(const std::string& error, core::Now now, std::span<Output> outs) {
  impl_->settle(error, now, outs);
}
void Engine::restore(const Saved& saved, core::Now now) {
  impl_->load(saved, now);
}
void Engine::storeProbed(const std::string& error, core::Now now, Output& out) {
  impl_->storeProbed(error, now, out);
}
void Engine::storeRoom(const StoreRoom& room, core::Now now, Output& out) {
  impl_->storeRoom(room, now, out);
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
Snapshot Engine::snapshotAnew(core::Now now) const {
  impl_->shareNothing();
  return impl_->snapshot(now);
}

}  // namespace heald::engine
