// What humans and embedding programs ask of the engine. Each command is answered; a human action
// takes effect when it is durable.
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/engine_impl.h"
#include "engine/remedy_names.h"
#include "engine/still_in_the_way.h"

namespace heald::engine {
namespace {

// `all` is what is answered: the first answer, with the words of the others.
template <class Answer>
void add(std::optional<Answer>& all, const Answer& one) {
  if (all) {
    all->message += "; " + one.message;
  } else {
    all = one;
  }
}

}  // namespace

void Engine::Impl::on(const RegisterTask& command, Step& step) {
  if (isBuiltIn(command.id)) {
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

void Engine::Impl::on(const RemoveTask& command, Step& step) {
  if (isBuiltIn(command.id)) {
    step.out.reply = Error{ErrorCode::kConflict, "background task \"" + command.id +
                                                     "\" is heald's own: switch its feature off"};
    return;
  }
  const auto removed = tasks_.remove(command.id);
  step.out.reply = removed ? Result<Reply>(Reply{"removed"}) : Result<Reply>(removed.error());
}

void Engine::Impl::on(const RunCheckNow& command, Step& step) {
  const int check = detection_.indexOf(command.check);
  if (check < 0) {
    step.out.reply = Error{ErrorCode::kNotFound,
                           "no check \"" + command.check + "\" (there are: " + checkNames() + ")"};
    return;
  }
  detection_.requestByHuman(check, step.out.actions);
  step.out.remarks.push_back({.kind = HistoryKind::kHuman,
                              .event = "run_check",
                              .check = command.check,
                              .actor = command.by});
  step.out.reply = Reply{"check \"" + command.check + "\" is run now"};
}

// One answer for all that the name stands for: they did it when one did.
template <class Command, class One>
void Engine::Impl::forEachNamed(const Command& command, Step& step, One one) {
  const std::vector<std::string> names = remediesNamed(setup_, command.remedy);
  if (names.size() < 2) {
    one(command, step);
    return;
  }
  std::optional<Reply> done;
  std::optional<Error> refused;
  for (const std::string& name : names) {
    Command each = command;
    each.remedy = name;
    one(each, step);
    if (step.out.reply->ok()) {
      add(done, **step.out.reply);
    } else {
      add(refused, step.out.reply->error());
    }
  }
  step.out.reply = done ? Result<Reply>(*done) : Result<Reply>(*refused);
}

void Engine::Impl::on(const RunRemedyNow& command, Step& step) {
  forEachNamed(command, step, [this](const RunRemedyNow& each, Step& s) {
    s.out.reply = healing_.runNow(each, s);
    if (healing_.indexOf(each.remedy) < 0) {
      return;
    }
    if (s.out.reply->ok()) tallyTouched(each.remedy, s.now.boot);
    s.out.remarks.push_back(
        {.kind = HistoryKind::kHuman,
         .event = "run_remedy",
         .remedy = each.remedy,
         .actor = each.by,
         .message = s.out.reply->ok() ? (*s.out.reply)->message : s.out.reply->error().message});
  });
}

void Engine::Impl::on(const PauseRemedy& command, Step& step) {
  forEachNamed(command, step, [this](const PauseRemedy& each, Step& s) {
    const bool unknown = !each.remedy.empty() && healing_.indexOf(each.remedy) < 0;
    s.out.reply =
        unknown ? Result<Reply>(healing_.noRemedy(each.remedy)) : pauses_.pause(each, s.now);
    if (s.out.reply->ok()) tallyTouched(each.remedy, s.now.boot);
  });
}

void Engine::Impl::on(const UnpauseRemedy& command, Step& step) {
  forEachNamed(command, step, [this](const UnpauseRemedy& each, Step& s) {
    // One that was taken out of the configuration meanwhile can be unpaused as well.
    const bool known =
        each.remedy.empty() || healing_.indexOf(each.remedy) >= 0 || pauses_.knows(each.remedy);
    s.out.reply =
        known ? pauses_.unpause(each, s.now) : Result<Reply>(healing_.noRemedy(each.remedy));
  });
}

void Engine::Impl::on(const RequestPermit& command, Step& step) {
  if (stopping_) {
    step.out.reply = Error{ErrorCode::kShutdown, "heald is stopping"};
    return;
  }
  const Permits::Surroundings at{healing_.gates(false), setup_.healing.observe,
                                 pauses_.ofAll(step.now.boot)};
  step.out.reply = permits_.request(command, at, step.now, step.out);
}

void Engine::Impl::on(const ReportPermit& command, Step& step) {
  step.out.reply = permits_.report(command, step.now);
}

std::string Engine::Impl::checkNames() const {
  std::string names;
  for (std::size_t i = 0; i < detection_.size() && i < 20; ++i) {
    names += (i == 0 ? "" : ", ") + detection_.spec(static_cast<int>(i)).name;
  }
  return names;
}

template <class Act, class Chosen, class Count>
std::vector<int> Engine::Impl::human(const Deed& deed, const std::string& name,
                                     const std::string& by, const std::string& reason, Step& step,
                                     Act act, Chosen chosen, Count count) {
  // A name that has targets stands for all of them, and for itself.
  const int named = name.empty() ? -1 : governors().indexOf(name);
  const auto is_child = [&](int index) { return governors().parent(index) == named; };
  const auto& listed = governors().listed();
  const bool several =
      name.empty() || (named >= 0 && std::any_of(listed.begin(), listed.end(), is_child));
  std::vector<int> targets;
  for (const int index : listed) {
    const bool meant = name.empty() || index == named || (named >= 0 && is_child(index));
    if (meant && (!several || chosen(index))) {
      targets.push_back(index);
    }
  }
  if (targets.empty()) {
    step.out.reply =
        several ? Error{ErrorCode::kConflict, deed.none}
                : Error{ErrorCode::kNotFound,
                        "no governor \"" + name + "\" (there are: " + governors().names() + ")"};
    return {};
  }
  std::string done;
  for (const int index : targets) {
    const Result<void> result = governors().propose(index, act);
    if (!result) {
      step.out.reply = Error{result.error().code, "governor \"" + governors().name(index) +
                                                      "\": " + result.error().message};
      governors().undo(step.now);
      human_.withdraw();
      return {};
    }
    human_.propose(
        {.note = {Note::Level::kInfo,
                  std::string("human action: ") + deed.what,
                  {{"governor", governors().name(index)}, {"reason", reason}, {"by", by}}},
         .entry = {.kind = HistoryKind::kHuman,
                   .event = deed.event,
                   .governor = governors().name(index),
                   .target = governors().target(index),
                   .actor = by,
                   .message = reason},
         .then = [this, index, count, now = step.now.boot] {
           count(governors(), index);
           for (const std::string& check : healing_.checksUnder(index)) {
             tally_.touched(check, now);
           }
         }});
    done += (done.empty() ? "" : ", ") + governors().name(index);
  }
  step.out.reply = Reply{std::string(deed.what) + ": " + done};
  return targets;
}

void Engine::Impl::on(const Resume& c, Step& step) {
  human(
      {"resume", "resume", "no governor is dormant"}, c.governor, c.by, c.reason, step,
      [&](core::Governor& g) { return g.resume(c.reason); },
      [&](int index) { return governors()[index].state().dormant(); },
      [](Governors& all, int index) { all.countResume(index); });
}

void Engine::Impl::on(const EnterDormant& c, Step& step) {
  const core::Now now = step.now;
  human(
      {"dormant", "enter dormant mode", "there is no governor"}, c.governor, c.by, c.reason, step,
      [&](core::Governor& g) { return g.enterDormant(c.reason, now); }, [](int) { return true; },
      [](Governors&, int) {});
}

void Engine::Impl::on(const Reset& c, Step& step) {
  const bool forced = c.force;
  tellWhatIsInTheWay(
      human(
          {"reset", "reset the circuit breaker", "there is no governor"}, c.governor, c.by,
          forced ? "forced" : "", step, [&](core::Governor& g) { return g.reset(forced); },
          [](int) { return true; },
          [forced](Governors& all, int index) { all.countReset(index, forced); }),
      step);
}

void Engine::Impl::on(const Retry& c, Step& step) {
  // The dormant one that is in the way may be another: a target's parent.
  const int named = c.governor.empty() ? -1 : governors().indexOf(c.governor);
  const int dormant =
      named >= 0 && governors().parentDormant(named) ? governors().parent(named) : named;
  if (dormant >= 0 && governors()[dormant].state().dormant()) {
    const std::string& name = governors().name(dormant);
    step.out.reply =
        Error{ErrorCode::kConflict, "governor \"" + name + "\" is dormant (" +
                                        governors()[dormant].state().dormancy->reason +
                                        "), and only a resume leaves that: healdctl resume " +
                                        name + " --reason \"<what was fixed>\""};
    return;
  }
  retried_ = human(
      {"retry", "retry now", "every governor is dormant: healdctl resume --all --reason TEXT"},
      c.governor, c.by, c.reason, step, [&](core::Governor& g) { return g.retry(c.reason); },
      [&](int index) {
        return !governors()[index].state().dormant() && !governors().parentDormant(index);
      },
      [](Governors& all, int index) { all.countRetry(index); });
  tellWhatIsInTheWay(retried_, step);
}

// With the state as it will be when this is durable.
void Engine::Impl::tellWhatIsInTheWay(const std::vector<int>& acted, Step& step) {
  constexpr std::size_t kMost = 20;
  if (acted.empty()) {
    return;
  }
  const Snapshot after = snapshot(step.now);
  std::vector<InTheWay>& all = (*step.out.reply)->in_the_way;
  for (std::size_t i = 0; i < acted.size() && all.size() < kMost; ++i) {
    const auto position = static_cast<std::size_t>(governors().position(acted[i]));
    const auto its = stillInTheWay(after, std::as_const(after.governors)[position], step.now);
    all.insert(all.end(), its.begin(), its.end());
  }
  all.resize(std::min(all.size(), kMost));
  if (!all.empty()) {
    (*step.out.reply)->message += "; still in the way: " + inOneLine(all);
  }
}

void Engine::Impl::on(const SetFlag& c, Step& step) {
  const auto set = flags_.propose(c.feature, c.enabled, step.now.wall);
  if (!set) {
    step.out.reply = set.error();
    return;
  }
  const std::string word = c.enabled ? "on" : "off";
  human_.propose(
      {.note = {Note::Level::kInfo,
                "human action: flag switched " + word,
                {{"flag", std::string(toString(c.feature))}, {"reason", c.reason}, {"by", c.by}}},
       .entry = {.kind = HistoryKind::kFlag,
                 .event = word,
                 .actor = c.by,
                 .message = c.reason,
                 .details = {{"flag", std::string(toString(c.feature))}}},
       .then = nullptr});
  step.out.reply = Reply{std::string(toString(c.feature)) + " is " + word};
}

void Engine::Impl::on(const AlertsReceived& command, Step& step) {
  if (stopping_) {
    step.out.reply = Error{ErrorCode::kShutdown, "heald is stopping"};
    return;
  }
  step.out.reply = healing_.hear(command, step);
}

void Engine::Impl::on(const Reload& command, Step& step) {
  if (stopping_) {
    step.out.reply = Error{ErrorCode::kShutdown, "heald is stopping"};
    return;
  }
  dropTallies(*command.setup, step.now.boot);
  setup_ = *command.setup;
  refused_reload_.reset();
  features_.reconfigure(setup_.features);
  detection_.reconfigure(setup_.detection, setup_.checks, step.out.actions);
  showTallies();
  pauses_.useWindows(setup_.windows);
  const bool windows_changed = pauses_.followWindows(step.now, step.out);
  healing_.reconfigure(setup_, step);
  permits_.fleetsChanged();
  if (windows_changed) {
    healing_.pausesChanged(step);
  }
  tasks_.setLimit(setup_.task_limit);
  tasks_.reschedule(kDetectionTask, setup_.detection.interval, step.now.boot);
  tasks_.reschedule(kPreventiveTask, setup_.healing.preventive_interval, step.now.boot);
  tasks_.reschedule(kProcessTask, setup_.process_monitoring_interval, step.now.boot);
  detection_.begin(step.now.boot);
  detection_.beginCycle(step.now.boot);
  detecting_ = features_.enabled(core::Feature::kAutoDetection);
  detect(step);
  step.out.notes.push_back({Note::Level::kInfo,
                            "configuration reloaded",
                            {{"by", command.by},
                             {"checks", std::to_string(setup_.checks.size())},
                             {"remedies", std::to_string(setup_.remedies.size())},
                             {"governors", std::to_string(setup_.governors.size())}}});
  const auto count = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
  step.out.remarks.push_back({.kind = HistoryKind::kReload,
                              .event = "reloaded",
                              .actor = command.by,
                              .details = {{"checks", count(setup_.checks)},
                                          {"remedies", count(setup_.remedies)},
                                          {"governors", count(setup_.governors)}}});
  step.out.reply = Reply{"configuration reloaded"};
  step.out.reply_stands = true;  // it is in force; what it ended is counted when the store takes it
}

Reply Engine::Impl::again(const KeptAnswer& answer, const Claim& claim) const {
  if (answer.request != claim.request) {
    Reply other{"this key was used for another request"};
    other.repeat = Repeat::kOther;
    return other;
  }
  Reply same{answer.message};
  same.repeat = Repeat::kSame;
  same.permit = permits_.find(answer.permit);
  return same;
}

}  // namespace heald::engine
