#include "engine/human_commands.h"

#include <algorithm>
#include <utility>

#include "core/plain_text.h"
#include "engine/still_in_the_way.h"

namespace heald::engine {

HumanCommands::Meant HumanCommands::meant(const std::string& name,
                                          const std::function<bool(int)>& chosen) const {
  const Governors& all = healing_.governors();
  const int named = name.empty() ? -1 : all.list().indexOf(name);
  const auto is_child = [&](int index) { return named >= 0 && all.list()[index].parent == named; };
  const auto& listed = all.list().listed();
  Meant meant{name.empty() || std::any_of(listed.begin(), listed.end(), is_child), {}};
  for (const int index : listed) {
    const bool is_meant = name.empty() || index == named || is_child(index);
    if (is_meant && (!meant.several || chosen(index))) {
      meant.governors.push_back(index);
    }
  }
  return meant;
}

template <class Act, class Chosen, class Count>
std::vector<int> HumanCommands::act(const ActionWords& words, const std::string& name,
                                    const std::string& by, const std::string& reason, Step& step,
                                    Act act, Chosen chosen, Count count) {
  const auto [several, targets] = meant(name, chosen);
  if (targets.empty()) {
    step.out.reply =
        several
            ? Error{ErrorCode::kConflict, words.none}
            : Error{ErrorCode::kNotFound,
                    "no governor \"" + name + "\" (there are: " + governors().list().names() + ")"};
    return {};
  }
  std::string done;
  for (const int index : targets) {
    const Result<void> result = governors().propose(index, act);
    if (!result) {
      step.out.reply = Error{result.error().code, "governor \"" + governors().list()[index].name +
                                                      "\": " + result.error().message};
      governors().undo(step.now);
      acts_.withdraw();
      return {};
    }
    acts_.propose(
        {.note = {Note::Level::kInfo,
                  std::string("human action: ") + words.what,
                  {{"governor", governors().list()[index].name}, {"reason", reason}, {"by", by}}},
         .entry = {.kind = HistoryKind::kHuman,
                   .event = words.event,
                   .governor = governors().list()[index].name,
                   .target = governors().list()[index].target,
                   .actor = by,
                   .message = reason},
         .then = [this, index, count, now = step.now.boot] {
           count(governors(), index);
           for (const auto& watched : healing_.roster().watchedBy(index)) {
             tally_.touched(checks_.spec(watched.check).name, now);
           }
         }});
    done += (done.empty() ? "" : ", ") + governors().list()[index].name;
  }
  step.out.reply = Reply{std::string(words.what) + ": " + done};
  return targets;
}

void HumanCommands::resume(const Resume& c, Step& step) {
  act(
      {"resume", "resume", "no governor is dormant"}, c.governor, c.by, c.reason, step,
      [&](core::Governor& g) { return g.resume(c.reason); },
      [&](int index) { return governors()[index].state().dormant(); },
      [](Governors& all, int index) { ++all.figures().at(index).counters.resumes; });
}

void HumanCommands::enterDormant(const EnterDormant& c, Step& step) {
  const core::Now now = step.now;
  act(
      {"dormant", "enter dormant mode", "there is no governor"}, c.governor, c.by, c.reason, step,
      [&](core::Governor& g) { return g.enterDormant(c.reason, now); }, [](int) { return true; },
      [](Governors&, int) {});
}

void HumanCommands::reset(const Reset& c, Step& step) {
  const bool forced = c.force;
  tellWhatIsInTheWay(
      act(
          {"reset", "reset the circuit breaker", "there is no governor"}, c.governor, c.by,
          forced ? "forced" : "", step, [&](core::Governor& g) { return g.reset(forced); },
          [](int) { return true; },
          [forced](Governors& all, int index) {
            ++all.figures().at(index).counters.resets[forced ? 1 : 0];
          }),
      step);
}

void HumanCommands::retry(const Retry& c, Step& step) {
  // The dormant one that is in the way may be another: a target's parent.
  const int named = c.governor.empty() ? -1 : governors().list().indexOf(c.governor);
  const int dormant =
      named >= 0 && parentDormant(governors(), named) ? governors().list()[named].parent : named;
  if (dormant >= 0 && governors()[dormant].state().dormant()) {
    const std::string& name = governors().list()[dormant].name;
    step.out.reply = Error{ErrorCode::kConflict,
                           "governor \"" + name + "\" is dormant (" +
                               governors()[dormant].state().dormancy->reason +
                               "), and only a resume leaves that: healdctl resume " +
                               core::quotedForShell(name) + " --reason \"<what was fixed>\""};
    return;
  }
  retried_ = act(
      {"retry", "retry now", "every governor is dormant: healdctl resume --all --reason TEXT"},
      c.governor, c.by, c.reason, step, [&](core::Governor& g) { return g.retry(c.reason); },
      [&](int index) {
        return !governors()[index].state().dormant() && !parentDormant(governors(), index);
      },
      [](Governors& all, int index) { ++all.figures().at(index).counters.retries; });
  tellWhatIsInTheWay(retried_, step);
}

// With the state as it will be when this is durable.
void HumanCommands::tellWhatIsInTheWay(const std::vector<int>& acted, Step& step) const {
  constexpr std::size_t kMost = 20;
  if (acted.empty()) {
    return;
  }
  const Snapshot after = look_(step.now);
  std::vector<InTheWay>& all = (*step.out.reply)->in_the_way;
  for (std::size_t i = 0; i < acted.size() && all.size() < kMost; ++i) {
    const auto position = static_cast<std::size_t>(healing_.governors().list()[acted[i]].position);
    const auto its = stillInTheWay(after, std::as_const(after.governors)[position], step.now);
    all.insert(all.end(), its.begin(), its.end());
  }
  all.resize(std::min(all.size(), kMost));
  if (!all.empty()) {
    (*step.out.reply)->message += "; still in the way: " + inOneLine(all);
  }
}

void HumanCommands::setFlag(const SetFlag& c, Step& step) {
  const auto set = flags_.propose(c.feature, c.enabled, step.now.wall);
  if (!set) {
    step.out.reply = set.error();
    return;
  }
  const std::string word = c.enabled ? "on" : "off";
  acts_.propose(
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

void HumanCommands::committed(Step& step) {
  const std::vector<HumanActs::Act> acts = acts_.takeKept();
  for (const HumanActs::Act& act : acts) {
    if (act.then) act.then();
  }
  if (std::any_of(acts.begin(), acts.end(), [](const auto& act) { return bool{act.then}; })) {
    healing_.wants().governorsChanged(step);
    for (const int governor : std::exchange(retried_, {})) {
      healing_.byHand().retry(governor, step);
    }
  }
  for (const HumanActs::Act& act : acts) step.out.notes.push_back(act.note);
}

}  // namespace heald::engine
