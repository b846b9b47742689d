#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/governor.h"
#include "proof/event.h"
#include "proof/situation.h"

namespace heald::proof {

// A statement of docs/governor.md that does not hold, and the shortest way there.
struct Violation {
  std::string statement;
  std::vector<Event> path;  // from a fresh governor

  // "an attempt is wanted, an attempt fails, a tick passes (12 times), …"
  std::string story() const;
};

struct Exploration {
  std::size_t states = 0;
  std::size_t transitions = 0;
  std::size_t admissions = 0;  // transitions with which an attempt starts
  bool complete = false;       // no state is left out, and no statement is violated
  int most_attempts = 0;       // since the counts were cleared or a human acted, in any state
  std::optional<Violation> violation;
};

struct ExplorerOptions {
  // Budgets are counted exactly, to the tick: for small windows only. Otherwise every trigger may
  // find one used up, which takes in all that exact budgets can do and more.
  bool exact_budgets = false;
  std::size_t max_states = 1'000'000;
  // Changes what the governor has done, for tests that plant a fault; the state before it first.
  using Fault = std::function<void(Event, const core::GovernorState&, core::GovernorState&)>;
  Fault fault = nullptr;
};

// Explores every state that a governor under one policy can reach, breadth-first from a fresh one,
// with every event in every state: attempts and their results, human actions, flags, a store that
// is down, crashes and boots. It drives the production governor and holds all its statements on
// every step. Pure; not thread-safe.
class Explorer {
 public:
  Explorer(core::GovernorPolicy policy, ExplorerOptions options = {});

  // Ends at the first violation, or when there are more than max_states.
  Exploration run();

  // After a complete run(): how long after the first of them the n-th attempt can start at the
  // earliest, at index n - 1, when neither are the counts cleared nor does a human act meanwhile.
  std::vector<core::Duration> earliestStarts();

  core::Duration tick() const { return scale_.tick(); }

 private:
  struct Origin {
    std::uint32_t parent;
    Event event;
  };

  void expand(std::uint32_t index);
  std::optional<Situation> apply(const Situation& from, Event event);
  bool happen(const Situation& from, Event event, struct Transition& step);
  core::GovernorState stateFor(const Situation& from, Event event) const;
  void fill(const Situation& from, const Transition& step, Situation& to) const;
  void note(const char* statement, Event event);
  void reach(Situation situation, Event event);
  std::vector<Event> pathTo(std::uint32_t index) const;

  core::GovernorPolicy policy_;
  ExplorerOptions options_;
  Scale scale_;
  core::Governor governor_;
  std::string matching_;  // an error that matches; empty: nothing does
  std::unordered_map<Situation, std::uint32_t, SituationHash> indices_;
  std::vector<const Situation*> reached_;  // keys of indices_, which stay where they are
  std::vector<Origin> origins_;
  std::uint32_t present_ = 0;  // the one that is expanded
  bool fresh_start_ = false;   // the last step was one
  bool admitted_ = false;      // an attempt started with the last step
  Exploration result_;
};

}  // namespace heald::proof
