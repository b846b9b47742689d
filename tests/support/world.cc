#include "support/world.h"

#include <algorithm>
#include <stdexcept>

namespace heald::test {

using engine::Output;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

constexpr World::Duration kBootedBefore = seconds(10'000);

template <class View>
View named(const std::vector<View>& views, const std::string& name) {
  for (const View& view : views) {
    if (view.name == name) {
      return view;
    }
  }
  throw std::runtime_error("no view named " + name);
}

}  // namespace

core::Now World::now() const {
  return {core::BootTime(kBootedBefore + now_), core::WallTime(hours(490'000) + now_)};
}

void World::boot(const engine::Saved& saved) {
  pending_.clear();
  engine_ = std::make_unique<engine::Engine>(setup, saved, now());
}

void World::crash() {
  engine::Saved saved;
  saved.governors.assign(saved_governors_.begin(), saved_governors_.end());
  saved.remedies.assign(saved_remedies_.begin(), saved_remedies_.end());
  saved.flags.assign(saved_flags_.begin(), saved_flags_.end());
  saved.pauses.assign(saved_pauses_.begin(), saved_pauses_.end());
  for (const auto& [id, permit] : saved_permits_) {
    saved.permits.push_back(permit);
  }
  saved.episodes.assign(saved_episodes_.begin(), saved_episodes_.end());
  boot(saved);
}

std::string World::commit(const engine::Changes& changes) {
  if (!store_error.empty()) {
    store_down_ = true;
    return store_error;
  }
  ++commits;
  for (const auto& [name, state] : changes.governors) {
    saved_governors_[name] = state;
  }
  for (const auto& [name, totals] : changes.remedies) {
    saved_remedies_[name] = totals;
  }
  for (const auto& [feature, layers] : changes.flags) {
    saved_flags_[feature] = layers;
  }
  for (const auto& [remedy, pause] : changes.pauses) {
    saved_pauses_.erase(remedy);
    if (pause) {
      saved_pauses_.emplace(remedy, *pause);
    }
  }
  for (const auto& [id, permit] : changes.permits) {
    saved_permits_.erase(id);
    if (permit) {
      saved_permits_.emplace(id, *permit);
    }
  }
  for (const auto& [key, episode] : changes.episodes) {
    saved_episodes_.erase(key);
    if (episode) {
      saved_episodes_.emplace(key, *episode);
    }
  }
  return "";
}

void World::schedule(Duration at, engine::Event event) {
  pending_.push_back({at, ++order_, std::move(event)});
}

Output World::reload(engine::Setup next) {
  setup = std::move(next);
  return send(engine::Reload{std::make_shared<const engine::Setup>(setup), "a test"});
}

Output World::send(const engine::Event& event) {
  Output out = engine::drive(*engine_, event, now(), [this](const auto& c) { return commit(c); });
  handle(out);
  return out;
}

void World::probe() {
  Output out;
  store_down_ = !store_error.empty();
  engine_->storeProbed(store_error, now(), out);
  engine::settleAll(*engine_, now(), out, [this](const auto& c) { return commit(c); });
  handle(out);
  next_probe_ = now_ + seconds(1);
}

void World::handle(Output out) {
  notes.insert(notes.end(), out.notes.begin(), out.notes.end());
  for (const engine::Action& action : out.actions) {
    if (const auto* check = std::get_if<engine::StartCheck>(&action)) {
      const std::string& name = setup.checks[static_cast<std::size_t>(check->check)].name;
      check_runs.emplace_back(name, now_);
      const auto script = checks.find(name);
      const auto status = script == checks.end() ? core::CheckStatus::kOk : script->second();
      schedule(now_ + check_takes, engine::CheckFinished{check->check, check->run, status,
                                                         messages[name], check_takes});
    } else if (const auto* start = std::get_if<engine::StartAction>(&action)) {
      const std::string& name = setup.remedies[static_cast<std::size_t>(start->remedy)].name;
      starts.push_back({name, now_, start->step, start->attempt, start->reason, start->labels});
      const auto script = remedies.find(name);
      const Act act = script == remedies.end() ? Act{} : script->second(*start);
      schedule(now_ + act.takes,
               engine::ActionFinished{
                   start->run, act.outcome,
                   act.outcome == engine::ActionOutcome::kOk ? "" : "exit code 1", act.output});
    } else if (const auto* cancel = std::get_if<engine::CancelAction>(&action)) {
      cancelled.push_back(cancel->run);
    } else if (const auto* gone = std::get_if<engine::CancelCheck>(&action)) {
      cancelled_checks.push_back(gone->run);
    } else if (const auto* task = std::get_if<engine::RunTask>(&action)) {
      task_runs.emplace_back(task->id, now_);
      const Duration takes = task_takes[task->id];
      schedule(now_ + takes, engine::TaskFinished{task->id, task->install, true, takes});
    } else if (const auto* installed = std::get_if<engine::TaskReady>(&action)) {
      ready.emplace_back(installed->install, installed->superseded);
    }
  }
}

void World::runUntil(Duration end) {
  for (;;) {
    std::optional<Duration> next;
    const auto consider = [&](Duration at) { next = next ? std::min(*next, at) : at; };
    const auto first = std::min_element(pending_.begin(), pending_.end(), [](auto& a, auto& b) {
      return a.at != b.at ? a.at < b.at : a.order < b.order;
    });
    if (first != pending_.end()) {
      consider(first->at);
    }
    if (const auto wakeup = engine_->nextWakeup()) {
      consider(std::max(now_, wakeup->time_since_epoch() - kBootedBefore));
    }
    if (store_down_) {
      consider(std::max(now_, next_probe_));
    }
    if (!next || *next > end) {
      break;
    }
    now_ = std::max(now_, *next);
    if (first != pending_.end() && first->at <= now_) {
      const engine::Event event = first->event;
      pending_.erase(first);
      send(event);
    } else if (store_down_ && next_probe_ <= now_) {
      probe();
    } else {
      send(engine::Tick{});
    }
  }
  now_ = std::max(now_, end);
}

engine::GovernorView World::governor(const std::string& name) const {
  return named(snapshot().governors, name);
}
engine::RemedyView World::remedy(const std::string& name) const {
  return named(snapshot().remedies, name);
}
engine::CheckView World::check(const std::string& name) const {
  return named(snapshot().checks, name);
}

bool World::noted(const std::string& message) const {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const engine::Note& n) { return n.message.find(message) == 0; });
}

std::vector<long> startsInSeconds(const World& world) {
  std::vector<long> seconds_of;
  for (const World::Start& start : world.starts) {
    seconds_of.push_back(std::chrono::duration_cast<seconds>(start.at).count());
  }
  return seconds_of;
}

}  // namespace heald::test
