#include "simulation/actors.h"

#include <algorithm>

namespace heald::simulation {
namespace {

template <class Item>
const Item* entryOf(const std::vector<std::pair<std::string, Item>>& entries,
                    const std::string& name) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == entries.end() ? nullptr : &found->second;
}

bool isFor(const Outcome& outcome, int step, core::Duration now) {
  return (!outcome.step || *outcome.step == step + 1) && (!outcome.from || *outcome.from <= now) &&
         (!outcome.until || now < *outcome.until);
}

// It will never be chosen again: its time is over, or the next one does for all that it is for.
bool isOver(const std::vector<Outcome>& all, const std::vector<int>& used, std::size_t i,
            core::Duration now) {
  if (all[i].until && *all[i].until <= now) return true;
  return used[i] >= all[i].times.value_or(1) && i + 1 < all.size() &&
         all[i].step == all[i + 1].step && all[i].from == all[i + 1].from &&
         all[i].until == all[i + 1].until;
}

// The last change that is not in the future.
const CheckChange* changeAt(const std::vector<CheckChange>* changes, core::Duration now) {
  if (changes == nullptr) return nullptr;
  const auto future = std::upper_bound(changes->begin(), changes->end(), now,
                                       [](auto t, const CheckChange& c) { return t < c.at; });
  return future == changes->begin() ? nullptr : &*(future - 1);
}

}  // namespace

Actors::Actors(const Scenario& scenario, const engine::Setup& setup) {
  for (const engine::CheckSpec& spec : setup.checks) {
    checks_.push_back({entryOf(scenario.checks, spec.name), std::nullopt});
  }
  for (const engine::RemedySpec& spec : setup.remedies) {
    Remedy remedy;
    remedy.outcomes = entryOf(scenario.remedies, spec.name);
    if (remedy.outcomes != nullptr) remedy.used.resize(remedy.outcomes->size());
    const auto check = std::find_if(setup.checks.begin(), setup.checks.end(),
                                    [&](const auto& c) { return c.name == spec.check; });
    if (check != setup.checks.end()) remedy.check = static_cast<int>(check - setup.checks.begin());
    remedies_.push_back(std::move(remedy));
  }
}

Actors::Found Actors::look(int index, core::Duration now) const {
  const Check& check = checks_[static_cast<std::size_t>(index)];
  const CheckChange* change = changeAt(check.changes, now);
  Found found;
  if (change != nullptr) found = {change->status, change->message, change->takes};
  const auto& healed = check.healed;
  const bool holds = healed && healed->from <= now && (!healed->until || now < *healed->until) &&
                     (change == nullptr || change->at <= healed->from);
  if (holds) found = {core::CheckStatus::kOk, "ok", found.takes};
  return found;
}

const Outcome* Actors::next(Remedy& remedy, int step, core::Duration now) {
  if (remedy.outcomes == nullptr) return nullptr;
  const std::vector<Outcome>& all = *remedy.outcomes;
  const Outcome* chosen = nullptr;
  while (remedy.first < all.size() && isOver(all, remedy.used, remedy.first, now)) ++remedy.first;
  for (std::size_t i = remedy.first; i < all.size(); ++i) {
    if (all[i].from && now < *all[i].from) break;
    if (!isFor(all[i], step, now)) continue;
    chosen = &all[i];
    if (remedy.used[i] < all[i].times.value_or(1)) {
      ++remedy.used[i];
      break;
    }
  }
  return chosen;
}

Outcome Actors::act(int index, int step, core::Duration now) {
  Remedy& remedy = remedies_[static_cast<std::size_t>(index)];
  const Outcome* chosen = next(remedy, step, now);
  const Outcome outcome = chosen == nullptr ? Outcome{} : *chosen;
  if (outcome.heals_after && remedy.check >= 0) {
    Healed healed{now + outcome.takes, now + outcome.takes + *outcome.heals_after, std::nullopt};
    if (outcome.relapses_after) healed.until = healed.from + *outcome.relapses_after;
    checks_[static_cast<std::size_t>(remedy.check)].healed = healed;
  }
  return outcome;
}

void Actors::interrupt(core::Duration now) {
  for (Check& check : checks_) {
    if (check.healed && now < check.healed->action_ends) check.healed.reset();
  }
}

}  // namespace heald::simulation
