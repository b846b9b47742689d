#include "simulation/facts.h"

#include <algorithm>
#include <numeric>

#include "config/scalars.h"

namespace heald::simulation {
namespace {

template <class View>
const View* named(const engine::SharedList<View>& views, const std::string& name) {
  const auto found =
      std::find_if(views.begin(), views.end(), [&](const View& v) { return v.name == name; });
  return found == views.end() ? nullptr : &*found;
}

std::string text(bool value) {
  return value ? "true" : "false";
}

std::string waitText(const engine::GovernorView& governor, core::Now now) {
  if (!governor.next_attempt_at) return "never";
  const core::Duration wait = std::max(core::Duration{}, *governor.next_attempt_at - now.boot);
  return config::durationText(wait);
}

}  // namespace

Facts governorFacts(const engine::Snapshot& snapshot, const std::string& name) {
  const auto* governor = named(snapshot.governors, name);
  if (governor == nullptr) return {};
  const core::GovernorState& state = governor->state;
  return {{"dormant", text(state.dormant())},
          {"dormant_reason", state.dormant() ? state.dormancy->reason : ""},
          {"breaker", std::string(toString(state.breaker.reads(snapshot.taken.boot)))},
          {"consecutive_failures", std::to_string(state.consecutive_failures)},
          {"next_attempt_in", waitText(*governor, snapshot.taken)},
          {"attempts", std::to_string(state.totals.attempts)},
          {"successes", std::to_string(state.totals.successes)},
          {"failures", std::to_string(state.totals.failures)}};
}

Facts remedyFacts(const engine::Snapshot& snapshot, const std::string& name) {
  const auto* remedy = named(snapshot.remedies, name);
  if (remedy == nullptr) return {};
  const auto& failures = remedy->totals.failures;
  const auto failed = std::accumulate(failures.begin(), failures.end(), std::uint64_t{0});
  return {{"phase", std::string(toString(remedy->phase))},
          {"denied_by",
           remedy->last_denied_by ? std::string(toString(*remedy->last_denied_by)) : "none"},
          {"blocked_by", remedy->blocked_by},
          {"incident_failures", std::to_string(remedy->incident_failures)},
          {"would_attempt", std::to_string(remedy->would_attempt)},
          {"attempts", std::to_string(remedy->totals.attempts)},
          {"successes", std::to_string(remedy->totals.successes)},
          {"failures", std::to_string(failed)}};
}

Facts checkFacts(const engine::Snapshot& snapshot, const std::string& name) {
  const auto* check = named(snapshot.checks, name);
  if (check == nullptr) return {};
  return {{"health", std::string(toString(check->health))},
          {"status", std::string(toString(check->status))}};
}

}  // namespace heald::simulation
