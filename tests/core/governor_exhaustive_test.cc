// Every sequence of events up to a depth, from a fresh governor and from one on the brink, checked
// after each event against the statements of docs/governor.md. The checks know nothing of the
// implementation but its state.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/governor.h"

namespace heald::core {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

enum class Op {
  kTrigger,
  kTriggerFlagOff,
  kTriggerStoreDown,
  kOldestOk,
  kOldestFails,
  kNewestFails,
  kOldestMatches,
  kWaitLittle,
  kWaitUntilAllowed,
  kRecovered,
  kReset,
  kForcedReset,
  kRetry,
  kResume,
  kEnterDormant,
  kReboot,
};
constexpr Op kOps[] = {Op::kTrigger,       Op::kTriggerFlagOff, Op::kTriggerStoreDown,
                       Op::kOldestOk,      Op::kOldestFails,    Op::kNewestFails,
                       Op::kOldestMatches, Op::kWaitLittle,     Op::kWaitUntilAllowed,
                       Op::kRecovered,     Op::kReset,          Op::kForcedReset,
                       Op::kRetry,         Op::kResume,         Op::kEnterDormant,
                       Op::kReboot};
constexpr const char* kOpNames[] = {"trigger",
                                    "trigger with the flag off",
                                    "trigger with the store down",
                                    "oldest ok",
                                    "oldest fails",
                                    "newest fails",
                                    "oldest matches",
                                    "wait 1s",
                                    "wait until allowed",
                                    "recovered",
                                    "reset",
                                    "reset(force)",
                                    "retry",
                                    "resume",
                                    "enter dormant",
                                    "reboot"};

bool isHuman(Op op) {
  return op == Op::kReset || op == Op::kForcedReset || op == Op::kRetry || op == Op::kResume ||
         op == Op::kEnterDormant;
}

struct World {
  explicit World(GovernorPolicy policy) : governor(std::move(policy)) {}

  Governor governor;
  Duration now = seconds(1000);
  int attempts_since_fresh_start = 0;  // since verified success, sustained recovery or human action
  int admitted_in_generation = 0;
  std::uint64_t generation = 0;
  std::vector<Duration> starts;

  Now at() const { return {BootTime{now}, WallTime{hours(1000) + now}}; }
};

class Explorer {
 public:
  Explorer(GovernorPolicy policy, int depth) : policy_(std::move(policy)), depth_(depth) {}

  void run(World world) { descend(world, 0); }
  long long steps() const { return steps_; }
  long long admitted() const { return admitted_; }
  bool failed() const { return failed_; }

 private:
  void descend(const World& world, int level) {
    if (level == depth_ || failed_) {
      return;
    }
    for (const Op op : kOps) {
      path_.push_back(op);
      World next = world;
      if (apply(next, op)) {
        ++steps_;
        checkStep(world, next, op);
        descend(next, level + 1);
      }
      path_.pop_back();
    }
  }

  // Returns false where the event cannot happen.
  bool apply(World& w, Op op) {
    Governor& g = w.governor;
    const auto& flying = g.state().in_flight;
    switch (op) {
      case Op::kTrigger:
        trigger(w, {});
        return true;
      case Op::kTriggerFlagOff:
        trigger(w, {.feature_enabled = false});
        return true;
      case Op::kTriggerStoreDown:
        trigger(w, {.store_available = false});
        return true;
      case Op::kOldestOk:
        return !flying.empty() && g.result(flying.front().id, true, "", w.at());
      case Op::kOldestFails:
        return !flying.empty() && g.result(flying.front().id, false, "boom", w.at());
      case Op::kNewestFails:
        return flying.size() > 1 && g.result(flying.back().id, false, "boom", w.at());
      case Op::kOldestMatches:
        return !flying.empty() && g.result(flying.front().id, false, "Unauthorized!", w.at());
      case Op::kWaitLittle:
        w.now += seconds(1);
        return true;
      case Op::kWaitUntilAllowed: {
        const auto next = g.nextAllowedAt();
        if (!next || next->time_since_epoch() <= w.now) {
          return false;
        }
        w.now = next->time_since_epoch();
        return true;
      }
      case Op::kRecovered:
        g.recovered();
        return true;
      case Op::kReset:
        return g.reset(false).ok();
      case Op::kForcedReset:
        return g.reset(true).ok();
      case Op::kRetry:
        return g.retry("fixed").ok();
      case Op::kResume:
        return g.resume("fixed").ok();
      case Op::kEnterDormant:
        return g.enterDormant("stop", w.at()).ok();
      case Op::kReboot: {
        GovernorState state = g.state();
        rebase(state, {"a", w.at()}, {"b", {BootTime{w.now}, w.at().wall}});
        g.setState(state);
        return true;
      }
    }
    return false;
  }

  void trigger(World& w, const Gates& gates) {
    const GovernorState before = w.governor.state();
    const Verdict asked = w.governor.ask(gates, BootTime{w.now});
    expect(w.governor.state() == before, "asking changes nothing");
    const auto decision = w.governor.trigger(gates, "remedy", w.at());
    expect(decision.verdict == asked, "trigger answers what ask said");
    expect(decision.ticket.has_value() == asked.allowed(), "a ticket exactly when allowed");
    if (decision.ticket) {
      admitted(w, before, gates);
    }
  }

  // Statement 1, spelled out without the implementation's guards.
  void admitted(World& w, const GovernorState& before, const Gates& gates) {
    ++admitted_;
    const BootTime now{w.now};
    expect(gates.feature_enabled, "no attempt with its flag off");
    expect(gates.store_available, "no attempt without the store");
    expect(!before.dormant(), "no attempt while DORMANT");
    expect(before.breaker.state != BreakerState::kPermanentOpen, "none while PERMANENT_OPEN");
    expect(before.breaker.state != BreakerState::kOpen || now >= before.breaker.open_until,
           "none while OPEN before its deadline");
    expect(before.consecutive_failures == 0 || now >= before.next_allowed_at, "none in backoff");
    expect(static_cast<int>(before.in_flight.size()) < policy_.max_in_flight, "none over C");
    ++w.attempts_since_fresh_start;
    expect(w.attempts_since_fresh_start <= attemptBound(policy_), "5: it stops");
    w.starts.push_back(w.now);
    for (const BudgetPolicy& budget : policy_.budgets) {
      const auto inside = [&](Duration start) { return w.now - start < budget.per; };
      expect(std::count_if(w.starts.begin(), w.starts.end(), inside) <= budget.attempts,
             "5: no window exceeds its budget");
    }
    const CircuitBreaker& breaker = w.governor.state().breaker;
    if (breaker.state == BreakerState::kHalfOpen) {
      w.admitted_in_generation =
          breaker.generation == w.generation ? w.admitted_in_generation + 1 : 1;
      w.generation = breaker.generation;
      expect(w.admitted_in_generation <= policy_.breaker.half_open_max_attempts,
             "4: at most H trials in a generation");
    }
  }

  void checkStep(const World& old_world, World& w, Op op) {
    const GovernorState& before = old_world.governor.state();
    const GovernorState& after = w.governor.state();
    expect(inconsistency(after).empty(), "2: the state is one that can be");
    expect(!before.dormant() || after.dormant() || op == Op::kResume,
           "3: only a human resume leaves DORMANT");
    expect(before.breaker.state != BreakerState::kPermanentOpen ||
               after.breaker.state == BreakerState::kPermanentOpen || op == Op::kForcedReset ||
               op == Op::kResume,
           "3: only a human leaves PERMANENT_OPEN");
    checkGenerations(before, after);
    checkTotals(before, after);
    expect(after.epoch == before.epoch + (isHuman(op) ? 1 : 0), "an epoch at every human action");
    checkResult(before, after, op);
    noteFreshStart(before, after, w, op);
    checkNotStuck(w);
  }

  void checkGenerations(const GovernorState& before, const GovernorState& after) {
    const bool changed = before.breaker.state != after.breaker.state;
    expect(!changed || after.breaker.generation > before.breaker.generation,
           "a generation at every change of the breaker");
    expect(after.breaker.generation >= before.breaker.generation, "generations only grow");
  }

  void checkTotals(const GovernorState& before, const GovernorState& after) {
    expect(after.totals.attempts >= before.totals.attempts &&
               after.totals.successes >= before.totals.successes &&
               after.totals.failures >= before.totals.failures,
           "totals never decrease");
    expect(after.totals.attempts ==
               after.totals.successes + after.totals.failures + after.in_flight.size(),
           "9: every attempt is counted exactly once");
  }

  // Statement 7.
  void checkResult(const GovernorState& before, const GovernorState& after, Op op) {
    const bool result = op == Op::kOldestOk || op == Op::kOldestFails || op == Op::kOldestMatches ||
                        op == Op::kNewestFails;
    if (!result) {
      return;
    }
    const Ticket& ticket =
        op == Op::kNewestFails ? before.in_flight.back() : before.in_flight.front();
    if (ticket.epoch != before.epoch || before.dormant()) {
      GovernorState expected = after;
      expected.totals = before.totals;
      expected.in_flight = before.in_flight;
      expect(expected == before, "7: an old epoch changes nothing but totals");
    }
    if (op == Op::kOldestOk && ticket.generation != before.breaker.generation) {
      expect(after.breaker == before.breaker, "7: a late success never closes a breaker");
    }
  }

  void noteFreshStart(const GovernorState& before, const GovernorState& after, World& w, Op op) {
    const bool success = op == Op::kOldestOk && !before.dormant() &&
                         after.consecutive_failures == 0 &&
                         before.in_flight.front().epoch == before.epoch &&
                         before.in_flight.front().generation == before.breaker.generation &&
                         after.breaker.state == BreakerState::kClosed;
    const bool recovery = op == Op::kRecovered && after != before;
    if (success || recovery || isHuman(op)) {
      w.attempts_since_fresh_start = 0;
    }
    if (op == Op::kResume) {
      w.starts.clear();
    }
  }

  // Statement 6.
  void checkNotStuck(const World& w) {
    const GovernorState& state = w.governor.state();
    if (state.dormant() || !state.in_flight.empty()) {
      return;
    }
    const auto next = w.governor.nextAllowedAt();
    expect(next.has_value(), "6: active means that time alone admits again");
    if (!next) {
      return;
    }
    const Verdict verdict = w.governor.ask({}, std::max(BootTime{w.now}, *next));
    expect(verdict.allowed() || verdict.denied_by == Guard::kBudget,
           "6: it admits once time has passed, or its budget makes it dormant");
  }

  void expect(bool holds, const char* statement) {
    if (holds || failed_) {
      return;
    }
    failed_ = true;
    std::string story;
    for (const Op op : path_) {
      story += std::string(story.empty() ? "" : ", ") + kOpNames[static_cast<int>(op)];
    }
    ADD_FAILURE() << "violated: " << statement << "\nby: " << story;
  }

  GovernorPolicy policy_;
  int depth_;
  std::vector<Op> path_;
  long long steps_ = 0;
  long long admitted_ = 0;
  bool failed_ = false;
};

GovernorPolicy smallPolicy(int n, int t, int p, int h, int c, bool budgets) {
  GovernorPolicy policy;
  policy.max_consecutive_failures = n;
  policy.breaker = {t, seconds(4), h, p};
  policy.max_in_flight = c;
  policy.backoff = {seconds(1), seconds(4)};
  policy.budgets.clear();
  if (budgets) {
    policy.budgets = {{2, seconds(3)}, {3, seconds(30)}};
  }
  return policy;
}

TEST(GovernorExhaustive, EverySequenceOfEventsKeepsEveryStatement) {
  long long steps = 0;
  long long admitted = 0;
  int variants = 0;
  for (const int h : {1, 2}) {
    for (const int c : {1, 2}) {
      for (const auto& [n, p] : {std::pair(2, 3), std::pair(3, 2), std::pair(2, 2)}) {
        for (const bool budgets : {false, true}) {
          const GovernorPolicy policy = smallPolicy(n, 1, p, h, c, budgets);
          Explorer explorer(policy, 5);
          explorer.run(World(policy));
          ASSERT_FALSE(explorer.failed())
              << "N=" << n << " P=" << p << " H=" << h << " C=" << c << " budgets=" << budgets;
          steps += explorer.steps();
          admitted += explorer.admitted();
          ++variants;
        }
      }
    }
  }
  RecordProperty("steps", std::to_string(steps));
  EXPECT_GT(steps, 1'000'000) << "over " << variants << " variants";
  EXPECT_GT(admitted, 10'000) << "an exploration in which nothing starts proves nothing";
}

// Depth five from a fresh governor does not reach the end of the default policy; a few failures
// before it do.
TEST(GovernorExhaustive, OnTheBrinkOfEveryThresholdOfTheDefaultsToo) {
  for (int failures = 1; failures <= 10; ++failures) {
    World world(GovernorPolicy{});
    for (int i = 0; i < failures; ++i) {
      world.now = std::max(world.now, world.governor.nextAllowedAt()->time_since_epoch());
      const auto ticket = world.governor.trigger({}, "remedy", world.at()).ticket;
      ASSERT_TRUE(ticket);
      world.starts.push_back(world.now);
      ++world.attempts_since_fresh_start;
      world.governor.result(ticket->id, false, "boom", world.at());
    }
    Explorer explorer({}, 4);
    explorer.run(world);
    ASSERT_FALSE(explorer.failed()) << "after " << failures << " failures";
  }
}

}  // namespace
}  // namespace heald::core
