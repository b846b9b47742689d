#include "simulation/backtest.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"
#include "engine/detection.h"
#include "simulation/backtest_remarks.h"
#include "simulation/player.h"
#include "simulation/replay.h"

namespace heald::simulation {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;

// Before the first entry every check is found healthy once, as heald does in its first seconds; at
// least so long.
constexpr core::Duration kBefore = std::chrono::minutes(1);
// Times are recorded in milliseconds; what was last then may be last a moment later.
constexpr core::Duration kAfter = std::chrono::seconds(1);

// With `begin` at `origin`.
History onTimeline(const std::vector<HistoryEntry>& entries, core::WallTime begin,
                   core::Duration origin) {
  History history = entries;
  core::Duration latest{};
  for (HistoryEntry& entry : history) {
    latest = std::max(latest, entry.at - begin + origin);
    entry.at = core::WallTime(latest);
  }
  return history;
}

// When a check runs: at first, and then again and again.
struct Grid {
  core::Duration first{};
  core::Duration interval{};
};

std::optional<Grid> gridOf(const std::string& check, const engine::Detection& detection) {
  const int index = detection.checks().indexOf(check);
  if (index < 0) return std::nullopt;
  return Grid{detection.plan().spread(static_cast<std::size_t>(index)),
              detection.checks().spec(index).interval};
}

// kBefore, and so much more that the check of the first incident runs at the moments at which its
// results were recorded.
core::Duration leadOf(const std::vector<HistoryEntry>& entries,
                      const engine::Detection& detection) {
  for (const HistoryEntry& entry : onTimeline(entries, entries.front().at, kBefore)) {
    if (entry.kind != HistoryKind::kCheck || entry.event != "unhealthy") continue;
    const auto grid = gridOf(entry.check, detection);
    if (!grid) continue;
    const core::Duration behind = (timeOf(entry) - grid->first) % grid->interval;
    return kBefore + (grid->interval - behind) % grid->interval;
  }
  return kBefore;
}

// What a history has recorded is debounced.
engine::Setup withoutDebouncing(engine::Setup setup) {
  for (engine::CheckSpec& spec : setup.checks) spec.unhealthy_after = spec.healthy_after = 1;
  return setup;
}

bool starts(const HistoryEntry& entry) {
  return entry.kind == HistoryKind::kAttempt && entry.event == "started";
}

// When the attempts for each check started.
using Starts = std::map<std::string, std::vector<core::Duration>>;

Starts startsIn(const History& history) {
  Starts all;
  for (const HistoryEntry& entry : history) {
    if (starts(entry)) all[entry.check].push_back(timeOf(entry));
  }
  return all;
}

std::size_t attemptsIn(const Incident& incident, const Starts& starts) {
  const auto found = starts.find(incident.check);
  if (found == starts.end()) return 0;
  const auto& moments = found->second;
  const auto first = std::lower_bound(moments.begin(), moments.end(), incident.from);
  const auto last =
      incident.until ? std::lower_bound(first, moments.end(), *incident.until) : moments.end();
  return static_cast<std::size_t>(last - first);
}

class Comparison {
 public:
  Comparison(const engine::Setup& setup, const std::vector<HistoryEntry>& entries)
      : setup_(setup),
        detection_(setup.detection, setup.checks),
        begin_(entries.front().at),
        lead_(leadOf(entries, detection_)),
        then_(onTimeline(entries, begin_, lead_)) {}

  Backtest run() {
    Scenario scenario = replayOf(then_, setup_);
    scenario.run_for = timeOf(then_.back()) + kAfter;
    const Record record = play(withoutDebouncing(setup_), scenario);
    now_ = onTimeline(record.history, record.began, {});
    Backtest result{begin_, wallOf(timeOf(then_.back())), then_.size(), {}, {}, {}};
    result.governors = governors();
    result.incidents = incidents();
    result.remarks = remarksOn(setup_, then_, now_);
    addRefusals(record, result.remarks);
    return result;
  }

 private:
  core::WallTime wallOf(core::Duration at) const { return begin_ + (at - lead_); }

  // By governor, with its targets.
  std::map<std::string, Tally> tallies(const History& history) const {
    std::map<std::string, Tally> all;
    for (const HistoryEntry& entry : history) {
      Tally& tally = all[familyOf(entry)];
      if (starts(entry)) ++tally.attempts;
      if (entry.kind != HistoryKind::kGovernor || entry.event != "dormant") continue;
      ++tally.dormant;
      if (!tally.first_dormant) tally.first_dormant = wallOf(timeOf(entry));
    }
    return all;
  }

  std::vector<GovernorCompared> governors() const {
    std::vector<GovernorCompared> all;
    auto then = tallies(then_);
    auto now = tallies(now_);
    std::set<std::string> known = {""};
    for (const auto& spec : setup_.governors) {
      all.push_back({spec.name, then[spec.name], now[spec.name]});
      known.insert(spec.name);
    }
    for (const HistoryEntry& entry : then_) {
      const std::string name = familyOf(entry);
      if (known.insert(name).second) all.push_back({name, then[name], std::nullopt});
    }
    return all;
  }

  std::vector<IncidentCompared> incidents() const {
    std::vector<IncidentCompared> all;
    const Starts then = startsIn(then_);
    const Starts now = startsIn(now_);
    for (const Incident& incident : incidentsOf(then_)) {
      IncidentCompared compared{incident.check, wallOf(std::max(incident.from, lead_)),
                                std::nullopt, attemptsIn(incident, then), std::nullopt};
      if (incident.until) compared.until = wallOf(*incident.until);
      if (detection_.checks().indexOf(incident.check) >= 0)
        compared.now = attemptsIn(incident, now);
      all.push_back(std::move(compared));
    }
    return all;
  }

  // A run by hand is recorded with its answer.
  std::set<std::pair<core::Duration, std::string>> refusedThen() const {
    std::set<std::pair<core::Duration, std::string>> refused;
    for (const HistoryEntry& then : then_) {
      if (then.kind == HistoryKind::kHuman && then.event == "run_remedy" &&
          then.message.find(" is wanted; ") == std::string::npos) {
        refused.emplace(timeOf(then), "run remedy " + then.remedy);
      }
    }
    return refused;
  }

  void addRefusals(const Record& record, std::vector<std::string>& remarks) const {
    const auto refused_then = refusedThen();
    for (const Entry& entry : record.entries) {
      if (!entry.scripted || entry.level == engine::Note::Level::kInfo) continue;
      if (refused_then.contains({entry.at, entry.message})) continue;
      remarks.push_back(core::toIso8601(wallOf(entry.at)) + " " + entry.message +
                        ": not applicable now: " + fieldOf(entry.fields, "answer"));
    }
  }

  const engine::Setup& setup_;
  const engine::Detection detection_;
  core::WallTime begin_;
  core::Duration lead_;  // of the timeline, before the first entry
  History then_;
  History now_;
};

}  // namespace

Backtest backtest(const engine::Setup& setup, const std::vector<HistoryEntry>& entries) {
  return Comparison(setup, entries).run();
}

const std::vector<std::string>& backtestAssumptions() {
  static const std::vector<std::string> kAssumptions = {
      "heald runs all the time, and begins with closed breakers and no failures",
      "a check is what the history says it was, debounced already: unhealthy_after and "
      "healthy_after are not looked at",
      "a check runs when its result changed then, when a human ran it, and else at its interval, "
      "counted from its incidents, and takes no time: what waits for a run may come up to an "
      "interval earlier or later than then",
      "the n-th attempt of a remedy in an incident does what the n-th recorded one did, after the "
      "last one the last again; without any it fails at once",
      "an attempt that is recorded as a success heals its check; otherwise an incident ends when "
      "it ended then",
      "Alertmanager tells of an alert that fires again a second after each human action, flag and "
      "pause, and every 12 hours",
  };
  return kAssumptions;
}

}  // namespace heald::simulation
