#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "core/invariant.h"
#include "engine/engine_impl.h"

namespace heald::engine {
namespace {

using std::chrono::seconds;

core::Feature featureOf(const std::string& task) {
  return task == kDetectionTask    ? core::Feature::kAutoDetection
         : task == kPreventiveTask ? core::Feature::kPreventiveHealing
                                   : core::Feature::kProcessMonitoring;
}

void add(const std::vector<Note>& notes, Step& step) {
  step.out.notes.insert(step.out.notes.end(), notes.begin(), notes.end());
}

}  // namespace

// What the history tells of first comes first: why, then what.
std::vector<Book*> Engine::Impl::booksOf(Impl& self) {
  std::vector<Book*> books = {&self.queue_, &self.human_, &self.pauses_};
  for (Book* book : self.healing_.books()) books.push_back(book);
  books.insert(books.end(), {&self.permits_, &self.answers_, &self.flags_, &self.tally_});
  return books;
}

Engine::Impl::Impl(Setup setup, const std::optional<Saved>& saved, core::Now now)
    : setup_(std::move(setup)),
      started_(now),
      features_(setup_.features),
      detection_(setup_.detection, setup_.checks),
      healing_(setup_, detection_, features_, pauses_),
      permits_(healing_.governors()),
      tasks_(setup_.task_limit, [this](const std::string& id) {
        return !isBuiltIn(id) || features_.enabled(featureOf(id));
      }) {
  pauses_.useWindows(setup_.windows);
  if (saved) {
    load(*saved, now);
  } else {
    storeDown("state unreadable");
    for (std::size_t i = 0; i < governors().size(); ++i) {
      governors().loadUnreadable(static_cast<int>(i), "", now);
    }
  }
  showTallies();
  registerBuiltIn(kDetectionTask, setup_.detection.interval, now, seconds(0));
  registerBuiltIn(kPreventiveTask, setup_.healing.preventive_interval, now,
                  setup_.healing.preventive_interval);
  registerBuiltIn(kProcessTask, setup_.process_monitoring_interval, now, seconds(0));
  detection_.begin(now.boot);
}

Output Engine::Impl::step(const Event& event, core::Now now, const Claim& claim) {
  Output out;
  Step step{now, out};
  if (pauses_.followWindows(now, out)) {
    healing_.pausesChanged(step);
  }
  if (const KeptAnswer* known = answers_.find(claim.key)) {
    out.reply = again(*known, claim);
    out.reply_stands = !answers_.pending(claim.key);
    finish(step);
    return out;
  }
  std::visit([&](const auto& e) { on(e, step); }, event);
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
  if (!out.commit) {
    journal_.stand(now);
  }
  return out;
}

void Engine::Impl::finish(Step& step) {
  for (HistoryEntry& entry : std::exchange(step.out.remarks, {})) {
    queue_.add(std::move(entry), step.now);
  }
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
  if (flags_.takeKept()) {
    detect(step);
  }
  healing_.committed(step);
  const std::vector<Note> pauses = pauses_.takeKept();
  add(pauses, step);
  if (!pauses.empty()) {
    healing_.pausesChanged(step);
  }
  add(permits_.takeKept(), step);
  const std::vector<HumanActs::Act> acts = human_.takeKept();
  for (const HumanActs::Act& act : acts) {
    if (act.then) act.then();
  }
  if (std::any_of(acts.begin(), acts.end(), [](const auto& act) { return bool{act.then}; })) {
    healing_.governorsChanged(step);
    for (const int governor : std::exchange(retried_, {})) {
      healing_.byHand().retry(governor, step);
    }
  }
  for (const HumanActs::Act& act : acts) step.out.notes.push_back(act.note);
}

void Engine::Impl::refused(const std::string& error, Step& step, std::span<Output> outs) {
  storeDown(error);
  store_.tellFailure(step.out);
  healing_.refused(step);
  retried_.clear();
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
  std::optional<core::BootTime> next = tasks_.nextDue();
  const auto consider = [&](std::optional<core::BootTime> due) {
    if (due && (!next || *due < *next)) {
      next = due;
    }
  };
  consider(healing_.nextWakeup());
  consider(pauses_.nextEdge());
  if (store_.up()) {
    consider(journal_.due());
    consider(pauses_.nextEnd());
    consider(permits_.nextDeadline());
  }
  if (detecting_) {
    consider(detection_.nextDue());
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
  permits_.fill(s);
  s.checks = detection_.views();
  s.check_durations = detection_.durations();
  s.tasks = tasks_.views(now.boot);
  s.task_limit = setup_.task_limit;
  s.full_metrics = setup_.full_metrics;
  s.task_replacements = tasks_.replacements();
  s.task_rejections = tasks_.rejections();
  s.incidents = tally_.incidents();
  s.times_to_heal = tally_.timesToHeal();
  s.human_actions = tally_.humanActions();
  s.detection_interval = setup_.detection.interval;
  s.last_cycle = last_cycle_;
  s.cycles = cycles_;
  return s;
}

void Engine::Impl::registerBuiltIn(const char* id, core::Duration period, core::Now now,
                                   core::Duration first_after) {
  (void)tasks_.add({id, TaskKind::kInterval, period, true, true}, now.boot, first_after);
}

void Engine::Impl::storeDown(const std::string& error) {
  store_.fails(error);
  healing_.guards().setStoreUp(false);
}

void Engine::Impl::on(const Tick&, Step& step) {
  if (stopping_) {
    return;
  }
  if (store_.up()) {
    healing_.recovery().goOn(step);
    pauses_.forgetEnded(step.now);
    permits_.expireDue(step.now);
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

void Engine::Impl::on(const CheckFinished& event, Step& step) {
  const Detection::Finding finding = detection_.finish(event, step.now, step.out.actions);
  const int check = finding.check;
  if (check < 0) {
    return;
  }
  if (finding.was != finding.is) {
    noteHealth(check, event, step);
  }
  if (finding.told && !stopping_) {  // a stop cancels what runs
    noteUnknown(finding, event, step);
    tellHealth(*finding.told, check, event, step);
  }
  if (finding.was != finding.is) {
    tallyHealth(check, step);
    healing_.checks().healthChanged(check, finding.was, step);
  }
  healing_.checks().finished(check, event.run, step);
  if (finding.raises && !stopping_) {
    healing_.checks().raise(check, EventSource::kCheck, step);
  }
  healing_.checks().considerSustainedHealth(check, step);
  detect(step);
}

void Engine::Impl::on(const TaskFinished& event, Step& step) {
  if (const auto ready = tasks_.finished(event, step.now)) {
    step.out.actions.push_back(TaskReady{*ready, false});
  }
}

void Engine::Impl::on(const Record& record, Step& step) {
  if (record.entry.kind == HistoryKind::kReload && record.entry.event == "refused") {
    refused_reload_ = RefusedReload{step.now.wall, record.entry.message};
  }
  queue_.add(record.entry, step.now);
  queue_.hurry(step.now);
}

void Engine::Impl::on(const Stop&, Step& step) {
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
  impl_->restore(saved, now);
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
