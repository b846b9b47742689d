#include "proof/explorer.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "proof/oracle.h"
#include "proof/statements.h"

namespace heald::proof {

using core::Duration;
using core::GovernorState;

namespace {

constexpr const char* kError = "exit code 1";

std::string matchingText(const core::GovernorPolicy& policy) {
  for (const std::string& condition : policy.permanent_open_conditions) {
    if (!condition.empty()) {
      return "the service says: " + condition + ".";
    }
  }
  return "";
}

core::Now laterThan(core::Now now, Duration boot, Duration wall) {
  return {now.boot + boot, now.wall + wall};
}

// Another boot has a clock of its own, which has run for a little.
core::Now afterBoot(core::Now before, Duration wall) {
  return {before.boot - std::chrono::hours(1) + std::chrono::seconds(7), before.wall + wall};
}

}  // namespace

std::string Violation::story() const {
  std::string story;
  for (std::size_t i = 0; i < path.size();) {
    std::size_t j = i;
    while (j < path.size() && path[j] == path[i]) {
      ++j;
    }
    story += (story.empty() ? "" : ", ") + std::string(toString(path[i]));
    story += j - i > 1 ? " (" + std::to_string(j - i) + " times)" : "";
    i = j;
  }
  return story;
}

Explorer::Explorer(core::GovernorPolicy policy, ExplorerOptions options)
    : policy_(std::move(policy)),
      options_(std::move(options)),
      scale_(policy_, tickOf(policy_, options_.exact_budgets), options_.exact_budgets),
      governor_(policy_),
      matching_(matchingText(policy_)) {}

Exploration Explorer::run() {
  reach({}, Event::kTick);
  for (; present_ < reached_.size() && !result_.violation; ++present_) {
    if (reached_.size() > options_.max_states) {
      break;
    }
    expand(present_);
  }
  result_.states = reached_.size();
  result_.complete = present_ == reached_.size() && !result_.violation;
  return result_;
}

void Explorer::expand(std::uint32_t index) {
  const Situation from = *reached_[index];
  governor_.setState(scale_.state(from));
  if (const char* statement = stuck(governor_, Scale::now().boot)) {
    result_.violation = Violation{statement, pathTo(index)};
    return;
  }
  for (std::size_t i = 0; i < kEventCount && !result_.violation; ++i) {
    const Event event = static_cast<Event>(i);
    if (auto to = apply(from, event)) {
      ++result_.transitions;
      result_.admissions += admitted_ ? 1 : 0;
      result_.most_attempts = std::max(result_.most_attempts, to->since_fresh_start);
      reach(std::move(*to), event);
    }
  }
}

std::optional<Situation> Explorer::apply(const Situation& from, Event event) {
  const GovernorState before = stateFor(from, event);
  governor_.setState(before);
  GovernorState after;
  Transition step{policy_, event, before, after, Scale::now(), Scale::now(), {}, {}, {}, true};
  if (!happen(from, event, step)) {
    return std::nullopt;
  }
  after = governor_.state();
  if (event == Event::kCrash) {
    core::rebase(after, {"this", step.at}, {"this", step.later});
  } else if (isBoot(event)) {
    core::rebase(after, {"this", step.at}, {"another", step.later});
  }
  if (options_.fault) {
    options_.fault(event, before, after);
  }
  admitted_ = step.ticket.has_value();
  fresh_start_ = isFreshStart(step);
  Situation to = scale_.situation(after, step.later.boot);
  fill(from, step, to);
  const char* statement = violationOf(step);
  note(statement ? statement : violationOf(policy_, scale_.tick(), to), event);
  return to;
}

GovernorState Explorer::stateFor(const Situation& from, Event event) const {
  GovernorState state = scale_.state(from);
  if (event == Event::kTriggerBudgetUsedUp && !policy_.budgets.empty()) {
    state.starts.assign(static_cast<std::size_t>(policy_.budgets.front().attempts),
                        Scale::now().boot);
  }
  return state;
}

// Lets the governor know of the event; false when it cannot happen.
bool Explorer::happen(const Situation& from, Event event, Transition& step) {
  if (const auto flight = resultOf(event)) {
    const std::uint64_t ticket = Scale::ticket(from, *flight);
    const bool matches = event == Event::kPresentMatches || event == Event::kLateMatches ||
                         event == Event::kOutdatedMatches;
    if (ticket == 0 || (matches && matching_.empty())) {
      return false;
    }
    step.accepted =
        governor_.result(ticket, isOk(event), matches ? matching_ : std::string(kError), step.at);
    return true;
  }
  if (isTrigger(event)) {
    if (event == Event::kTriggerBudgetUsedUp &&
        (options_.exact_budgets || policy_.budgets.empty())) {
      return false;
    }
    step.asked = governor_.ask(gatesOf(event), step.at.boot);
    const auto decision = governor_.trigger(gatesOf(event), "remedy", step.at);
    step.answered = decision.verdict;
    step.ticket = decision.ticket;
    return true;
  }
  switch (event) {
    case Event::kTick:
      step.later = laterThan(step.at, scale_.tick(), scale_.tick());
      return true;
    case Event::kUnknownTicket:
      step.accepted = governor_.result(1, false, kError, step.at);
      return true;
    case Event::kRecovered:
      step.accepted = governor_.recovered();
      return true;
    case Event::kReset:
    case Event::kForcedReset:
      step.accepted = governor_.reset(event == Event::kForcedReset).ok();
      return true;
    case Event::kRetry:
      step.accepted = governor_.retry("the disk is replaced").ok();
      return true;
    case Event::kRetryBlank:
      step.accepted = governor_.retry(" ").ok();
      return true;
    case Event::kResume:
      step.accepted = governor_.resume("found and fixed").ok();
      return true;
    case Event::kResumeBlank:
      step.accepted = governor_.resume(" \t").ok();
      return true;
    case Event::kEnterDormant:
      step.accepted = governor_.enterDormant("maintenance", step.at).ok();
      return true;
    case Event::kEnterDormantBlank:
      step.accepted = governor_.enterDormant("", step.at).ok();
      return true;
    case Event::kReboot:
      step.later = afterBoot(step.at, Duration{});
      return true;
    case Event::kRebootLater:
      step.later = afterBoot(step.at, scale_.tick());
      return true;
    case Event::kRebootBackwards:
      step.later = afterBoot(step.at, -std::chrono::hours(1));
      return true;
    default:
      return true;
  }
}

// The facts about the path.
void Explorer::fill(const Situation& from, const Transition& step, Situation& to) const {
  const core::CircuitBreaker& breaker = step.after.breaker;
  const bool same = breaker.generation == step.before.breaker.generation;
  to.trials = (same ? from.trials : 0) +
              (admitted_ && breaker.state == core::BreakerState::kHalfOpen ? 1 : 0);
  // A retry leaves the counts, and with them only what they leave of the bound.
  to.since_fresh_start = !fresh_start_ ? from.since_fresh_start + (admitted_ ? 1 : 0)
                         : step.event == Event::kRetry ? spentBy(policy_, step.after)
                                                       : 0;
  if (!options_.exact_budgets || step.event == Event::kResume) {
    return;
  }
  const std::uint32_t older = step.later.wall > step.at.wall ? 1 : 0;
  for (const std::uint32_t age : from.counted_ages) {
    to.counted_ages.push_back(age + older);
  }
  if (admitted_) {
    to.counted_ages.push_back(0);
  }
  scale_.forget(to.counted_ages);
}

void Explorer::note(const char* statement, Event event) {
  if (statement == nullptr || result_.violation) {
    return;
  }
  result_.violation = Violation{statement, pathTo(present_)};
  result_.violation->path.push_back(event);
}

void Explorer::reach(Situation situation, Event event) {
  const auto [entry, is_new] =
      indices_.try_emplace(std::move(situation), static_cast<std::uint32_t>(reached_.size()));
  if (is_new) {
    reached_.push_back(&entry->first);
    origins_.push_back({present_, event});
  }
}

std::vector<Event> Explorer::pathTo(std::uint32_t index) const {
  std::vector<Event> path;
  for (; index != 0; index = origins_[index].parent) {
    path.push_back(origins_[index].event);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<Duration> Explorer::earliestStarts() {
  std::vector<std::int64_t> ticks(reached_.size(), -1);  // since the first attempt's start
  std::deque<std::pair<std::uint32_t, std::int64_t>> due;
  std::vector<Duration> earliest(static_cast<std::size_t>(result_.most_attempts), Duration{-1});
  const auto visit = [&](const Situation& to, std::int64_t at, bool later) {
    const std::uint32_t index = indices_.at(to);
    later ? due.emplace_back(index, at) : due.emplace_front(index, at);
  };
  for (const Situation* from : reached_) {
    if (from->since_fresh_start == 0) {
      const auto to = apply(*from, Event::kTrigger);
      if (to && admitted_) {
        visit(*to, 0, true);
      }
    }
  }
  while (!due.empty()) {
    const auto [index, at] = due.front();
    due.pop_front();
    if (std::exchange(ticks[index], at) >= 0) {
      ticks[index] = std::min(ticks[index], at);
      continue;
    }
    const Situation from = *reached_[index];
    Duration& first = earliest[static_cast<std::size_t>(from.since_fresh_start) - 1];
    first = first < Duration{} ? at * scale_.tick() : std::min(first, at * scale_.tick());
    for (const Event event :
         {Event::kTrigger, Event::kPresentOk, Event::kPresentFails, Event::kLateOk,
          Event::kLateFails, Event::kOutdatedOk, Event::kTick}) {
      const auto to = apply(from, event);
      if (to && !fresh_start_) {
        visit(*to, at + (event == Event::kTick ? 1 : 0), event == Event::kTick);
      }
    }
  }
  return earliest;
}

}  // namespace heald::proof
