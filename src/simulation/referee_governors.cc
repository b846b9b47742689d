// What may become of a governor.
#include <algorithm>

#include "core/text.h"
#include "simulation/referee.h"

namespace heald::simulation {

using core::GovernorState;

namespace {

bool has(const GovernorState& state, std::uint64_t ticket) {
  return std::any_of(state.in_flight.begin(), state.in_flight.end(),
                     [&](const core::Ticket& t) { return t.id == ticket; });
}

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

}  // namespace

Referee::Governor& Referee::governor(const std::string& name) {
  const auto [entry, is_new] = governors_.try_emplace(name);
  if (is_new) {
    entry->second.parent =
        name.find('@') == std::string::npos ? "" : name.substr(0, name.find('@'));
  }
  const std::string& configured = entry->second.parent.empty() ? name : entry->second.parent;
  for (const engine::GovernorSpec& spec : setup_.governors) {
    if (spec.name == configured && is_new) entry->second.model.policy = spec.policy;
  }
  return entry->second;
}

// Whether the event at hand is a human action on this governor.
bool Referee::humanMeans(const std::string& name) const {
  const auto means = [&](const std::string& named) {
    return named.empty() || named == name || named == name.substr(0, name.find('@'));
  };
  if (event_ == nullptr || settled_) return false;
  if (const auto* resume = std::get_if<engine::Resume>(event_)) return means(resume->governor);
  if (const auto* dormant = std::get_if<engine::EnterDormant>(event_)) {
    return means(dormant->governor);
  }
  if (const auto* reset = std::get_if<engine::Reset>(event_)) return means(reset->governor);
  if (const auto* retry = std::get_if<engine::Retry>(event_)) return means(retry->governor);
  return false;
}

void Referee::applyHuman(GovernorModel& model, const std::string& name) const {
  if (!humanMeans(name)) return;
  const auto* reset = std::get_if<engine::Reset>(event_);
  if (std::holds_alternative<engine::Resume>(*event_) && model.dormant) model.resume();
  if (std::holds_alternative<engine::EnterDormant>(*event_)) model.enterDormant();
  if (std::holds_alternative<engine::Retry>(*event_) && !model.dormant) model.retry();
  const bool permanent = model.breaker == core::BreakerState::kPermanentOpen;
  if (reset != nullptr && (reset->force || !permanent)) model.reset();
}

// "" when the model and the state are the same.
std::string Referee::difference(const GovernorModel& m, const GovernorState& s) const {
  const core::CircuitBreaker& b = s.breaker;
  const auto time_of = [&](core::BootTime t) { return at_.time + (t - at_.now.boot); };
  const auto later = [&](Duration t) { return std::max(t, at_.time); };
  if (m.dormant != s.dormant()) return s.dormant() ? "it is dormant" : "it is not dormant";
  if (m.breaker != b.state) return "its breaker is " + std::string(toString(b.state));
  if (m.cf != s.consecutive_failures) {
    return "its consecutive failures are " + std::to_string(s.consecutive_failures) + ", not " +
           std::to_string(m.cf);
  }
  if (m.bf != b.failures) return "its breaker's failures are " + std::to_string(b.failures);
  if (m.cf > 0 && later(m.allowed) != later(time_of(s.next_allowed_at))) {
    return "its backoff ends at " + core::toText(time_of(s.next_allowed_at)) + ", not " +
           core::toText(m.allowed);
  }
  if (m.breaker == core::BreakerState::kOpen &&
      later(m.open_until) != later(time_of(b.open_until))) {
    return "it is OPEN until " + core::toText(time_of(b.open_until)) + ", not " +
           core::toText(m.open_until);
  }
  if (m.admitted != b.half_open_admitted || m.succeeded != b.half_open_succeeded) {
    return "its trials are counted otherwise";
  }
  if (m.epoch != s.epoch) return "its epoch is " + number(s.epoch);
  if (m.generation != b.generation) return "its generation is " + number(b.generation);
  if (m.totals != s.totals) return "its totals are counted otherwise";
  const auto same_ticket = [](const GovernorModel::Ticket& a, const core::Ticket& t) {
    return a.id == t.id && a.epoch == t.epoch && a.generation == t.generation;
  };
  if (!std::equal(m.in_flight.begin(), m.in_flight.end(), s.in_flight.begin(), s.in_flight.end(),
                  same_ticket)) {
    return "other attempts are in flight";
  }
  const auto same_start = [&](Duration a, core::BootTime t) { return a == time_of(t); };
  return std::equal(m.starts.begin(), m.starts.end(), s.starts.begin(), s.starts.end(), same_start)
             ? ""
             : "its budgets count other starts";
}

bool Referee::sustained(const std::string& name) const {
  const Governor& governor = governors_.at(name);
  if (governor.last_result &&
      at_.time - *governor.last_result < governor.model.policy.reset_after) {
    return false;
  }
  bool any = false;
  for (const engine::RemedySpec& spec : setup_.remedies) {
    const std::string configured = name.substr(0, name.find('@'));
    if (spec.governor != configured) continue;
    any = true;
    const bool of_a_target = configured != name;
    if (of_a_target || spec.byAlert() || spec.check.empty()) continue;
    const Check* of = check(spec.check);
    const auto since = of == nullptr ? std::nullopt : healedSince(*of, spec);
    if (!since || at_.time - *since < governors_.at(name).model.policy.reset_after) return false;
  }
  return any;
}

// The attempts that the state says have ended, and how the history of the same commit tells it.
// That has to agree with the counts, and with what was seen; an end that it does not tell is a
// failure.
std::vector<std::pair<std::uint64_t, bool>> Referee::resultsIn(const std::string& name,
                                                               const GovernorModel& before,
                                                               const GovernorState& state) const {
  std::vector<std::pair<std::uint64_t, bool>> results;
  for (const GovernorModel::Ticket& ticket : before.in_flight) {
    if (has(state, ticket.id)) continue;
    const auto told = told_ends_.find({name, ticket.id});
    results.emplace_back(ticket.id, told != told_ends_.end() && told->second);
  }
  return results;
}

// Whether a success among the results cleared the counts, be it that a failure followed at once.
bool Referee::healed(const std::string& name, const GovernorModel& before,
                     const GovernorState& state) const {
  auto results = resultsIn(name, before, state);
  for (int order = 0; order < 2; ++order) {
    GovernorModel counted = before;
    bool cleared = false;
    for (const auto& [ticket, ok] : results) {
      counted.result(ticket, ok, false, at_.time);
      cleared |= ok && counted.cf == 0;
    }
    if (cleared && counted.cf == state.consecutive_failures) return true;
    std::reverse(results.begin(), results.end());
  }
  return false;
}

// Whether what may have happened in one commit leads, this way, from the model to the state.
bool Referee::explains(GovernorModel m, const std::string& name, const GovernorState& state,
                       const Way& way) const {
  auto ended = resultsIn(name, m, state);
  if (way.newest_first) std::reverse(ended.begin(), ended.end());
  const std::size_t early = way.one_first && !ended.empty() ? 1
                            : way.results_first             ? ended.size()
                                                            : 0;
  const auto results = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      const auto& [ticket, ok] = ended[i];
      const auto attempt = attempts_.find({name, ticket});
      const bool for_good = attempt != attempts_.end() && matched(attempt->second);
      m.result(ticket, ok, !ok && for_good, at_.time);
    }
  };
  const auto exhaust = [&] {
    const bool may = !m.dormant && !m.budgetLeft(at_.time);
    if (may) m.exhausted();
    return may;
  };
  if (way.exhausted && way.exhausted_first && !exhaust()) return false;
  results(0, early);
  for (const core::Ticket& ticket : state.in_flight) {
    if (ticket.id > m.totals.attempts && m.objection(at_.time).empty()) m.admit(at_.time);
  }
  results(early, ended.size());
  if (way.recovered) m.recovered();
  if (way.exhausted && !way.exhausted_first && !exhaust()) return false;
  return difference(m, state).empty();
}

bool Referee::explainedSomehow(const GovernorModel& before, const std::string& name,
                               const GovernorState& state) const {
  const bool may_recover = sustained(name) && state.in_flight.empty();
  for (unsigned bits = 0; bits < 64; ++bits) {
    const auto bit = [&](unsigned n) { return (bits >> n & 1u) != 0; };
    const Way way{!bit(0), bit(3), bit(1), bit(2), bit(4), bit(5)};
    if (way.recovered && !may_recover) continue;
    if (explains(before, name, state, way)) return true;
  }
  return false;
}

// A durable change: by the event at hand, or by nothing that may be.
void Referee::judge(const std::string& name, const GovernorState& state, bool durable) {
  Governor& g = governor(name);
  if (g.unseen) {  // its deadlines are not known before it is
    if (durable) keep(name, state);
    return;
  }
  GovernorModel after = g.model;
  applyHuman(after, name);
  if (!explainedSomehow(after, name, state)) {
    GovernorModel guess = after;
    std::string ended;
    for (const auto& [ticket, ok] : resultsIn(name, after, state)) {
      guess.result(ticket, ok, false, at_.time);
      ended += ", attempt " + std::to_string(ticket) + (ok ? " succeeded" : " failed");
    }
    fail("governor " + name + " changes as no event explains: " + difference(guess, state) + ended);
    return;
  }
  int admissions = 0;
  for (const core::Ticket& ticket : state.in_flight) {
    if (ticket.id <= g.model.totals.attempts) continue;
    const std::string why = objection(name, ticket.remedy);
    if (!why.empty()) fail("governor " + name + " lets an attempt through although " + why);
    ++admissions;
  }
  for (const auto& [ticket, ok] : resultsIn(name, g.model, state)) {
    const auto attempt = attempts_.find({name, ticket});
    if (attempt == attempts_.end()) continue;
    if (!mayEnd(attempt->first, attempt->second, ok)) {
      fail("attempt " + std::to_string(ticket) + " of governor " + name + " is said to have " +
           (ok ? "succeeded" : "failed") + ", and it has not");
    }
    if (durable) ended(attempt->second, ok);
  }
  if (!durable) return;
  // A failure may count and be cleared at one moment.
  GovernorModel counted = after;
  for (const auto& [ticket, ok] : resultsIn(name, after, state)) {
    counted.result(ticket, ok, false, at_.time);
  }
  const bool cleared = state.consecutive_failures == 0 && (g.model.cf > 0 || counted.cf > 0);
  const bool fresh_start = cleared || healed(name, after, state) || after.epoch != g.model.epoch;
  dormancies_ += state.dormant() && !g.model.dormant ? 1 : 0;
  if (!resultsIn(name, g.model, state).empty()) g.last_result = at_.time;
  g.since_fresh_start = fresh_start ? 0 : g.since_fresh_start + admissions;
  keep(name, state);
  if (g.since_fresh_start > g.model.bound()) {
    fail("governor " + name + " has made " + std::to_string(g.since_fresh_start) +
         " attempts since the last fresh start; its bound is " + std::to_string(g.model.bound()));
  }
}

// Only what would decide as a new one does.
void Referee::forgotten(const std::string& name, bool durable) {
  const auto known = governors_.find(name);
  if (known == governors_.end()) return;
  const GovernorModel& m = known->second.model;
  const bool started = !known->second.unseen && m.anyStartCounts(at_.time);
  if (known->second.parent.empty() || m.dormant || m.breaker != core::BreakerState::kClosed ||
      m.bf > 0 || m.cf > 0 || !m.in_flight.empty() || started) {
    fail("governor " + name + " is forgotten, and there is something to remember");
  }
  if (durable) governors_.erase(known);
}

// It is on disk now.
void Referee::keep(const std::string& name, const GovernorState& state) {
  rememberTickets(name, state);
  adopt(name, state);
  Governor& g = governor(name);
  g.saved = g.model;
  g.saved_wall_set = at_.wall_set;
  g.saved_boot = at_.boot;
  g.set_forward = {};
}

void Referee::rewritten(bool surely) {
  for (auto& [name, g] : governors_) {
    if (g.saved_boot != at_.boot) {
      g.set_forward += std::max(Duration{}, booted_.wall_set - g.saved_wall_set);
    }
    // Not known: the earlier of the two, which allows for more.
    g.saved_wall_set =
        surely ? at_.wall_set : std::min({at_.wall_set, booted_.wall_set, g.saved_wall_set});
    if (surely) g.saved_boot = at_.boot;
  }
  for (auto& [name, pause] : pauses_) {
    pause.wall_set = surely ? at_.wall_set : std::min(at_.wall_set, pause.wall_set);
    if (surely) pause.boot = at_.boot;
  }
}

// Tickets that are new have to start now; those that are gone have ended.
void Referee::rememberTickets(const std::string& name, const GovernorState& state) {
  for (auto it = attempts_.lower_bound({name, 0});
       it != attempts_.end() && it->first.first == name;) {
    it = has(state, it->first.second) ? std::next(it) : attempts_.erase(it);
  }
  for (const core::Ticket& ticket : state.in_flight) {
    const Key key{name, ticket.id};
    if (attempts_.contains(key)) continue;
    Attempt attempt;
    attempt.remedy = ticket.remedy;
    attempt.permit = event_ != nullptr && std::holds_alternative<engine::RequestPermit>(*event_);
    if (!attempt.permit) admitted_.push_back(key);
    attempts_.emplace(key, std::move(attempt));
  }
}

// On another boot of the machine a deadline is what remained by the wall clock. By as much as that
// was set forward meanwhile it may be shorter, and by no more.
void Referee::holdDeadlines(const std::string& name, const GovernorState& state) {
  const Governor& g = governors_.at(name);
  const GovernorModel& m = g.saved;
  const auto time_of = [&](core::BootTime t) { return at_.time + (t - at_.now.boot); };
  const Duration given = g.set_forward + std::max(Duration{}, booted_.wall_set - g.saved_wall_set);
  const auto shorter = [&](Duration now_ends, Duration ended) {
    return std::max(now_ends, at_.time) < std::max(ended - given, at_.time);
  };
  if (m.cf > 0 && shorter(time_of(state.next_allowed_at), m.allowed)) {
    fail("the backoff of governor " + name + " became shorter by a reboot");
  }
  if (m.breaker == core::BreakerState::kOpen &&
      shorter(time_of(state.breaker.open_until), m.open_until)) {
    fail("governor " + name + " is OPEN for less by a reboot");
  }
  for (std::size_t i = 0; i < m.starts.size() && i < state.starts.size(); ++i) {
    if (time_of(state.starts[i]) < m.starts[i] - given) {
      fail("a budget of governor " + name + " forgets earlier by a reboot" +
           std::to_string((time_of(state.starts[i]) - m.starts[i]).count()) + " given " +
           std::to_string(given.count()) + " i " + std::to_string(i) + " of " +
           std::to_string(m.starts.size()) + "/" + std::to_string(state.starts.size()) + " boot " +
           std::to_string(g.saved_boot) + " booted " + std::to_string(booted_.boot));
    }
  }
}

// The state is what is on disk; the model takes it over, in true time.
void Referee::adopt(const std::string& name, const GovernorState& state) {
  Governor& g = governor(name);
  GovernorModel& m = g.model;
  g.unseen = false;
  const auto time_of = [&](core::BootTime t) { return at_.time + (t - at_.now.boot); };
  m.dormant = state.dormant();
  m.breaker = state.breaker.state;
  m.cf = state.consecutive_failures;
  m.bf = state.breaker.failures;
  m.allowed = time_of(state.next_allowed_at);
  m.open_until = time_of(state.breaker.open_until);
  m.admitted = state.breaker.half_open_admitted;
  m.succeeded = state.breaker.half_open_succeeded;
  m.epoch = state.epoch;
  m.generation = state.breaker.generation;
  m.totals = state.totals;
  m.starts.clear();
  for (const core::BootTime start : state.starts) m.starts.push_back(time_of(start));
  m.in_flight.clear();
  for (const core::Ticket& ticket : state.in_flight) {
    m.in_flight.push_back({ticket.id, ticket.epoch, ticket.generation});
  }
}

}  // namespace heald::simulation
