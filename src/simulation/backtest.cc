#include "simulation/backtest.h"

#include <algorithm>

#include "core/text.h"
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

std::optional<Grid> gridOf(const std::string& check, const engine::Setup& setup) {
  const auto count = static_cast<long>(setup.checks.size());
  for (long i = 0; i < count; ++i) {
    const engine::CheckSpec& spec = setup.checks[static_cast<std::size_t>(i)];
    if (spec.name != check) continue;
    const auto interval = spec.follows_cycle ? setup.detection.interval : spec.interval;
    return Grid{std::min<core::Duration>(interval, std::chrono::seconds(5)) * i / count, interval};
  }
  return std::nullopt;
}

// kBefore, and so much more that the check of the first incident runs at the moments at which its
// results were recorded.
core::Duration leadOf(const std::vector<HistoryEntry>& entries, const engine::Setup& setup) {
  for (const HistoryEntry& entry : onTimeline(entries, entries.front().at, kBefore)) {
    if (entry.kind != HistoryKind::kCheck || entry.event != "unhealthy") continue;
    const auto grid = gridOf(entry.check, setup);
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

template <class Specs>
bool has(const Specs& specs, const std::string& name) {
  return std::any_of(specs.begin(), specs.end(),
                     [&](const auto& spec) { return spec.name == name; });
}

// "restart" for "restart@db1".
std::string family(const HistoryEntry& entry) {
  const std::string suffix = "@" + entry.target;
  return !entry.target.empty() && entry.governor.ends_with(suffix)
             ? entry.governor.substr(0, entry.governor.size() - suffix.size())
             : entry.governor;
}

class Comparison {
 public:
  Comparison(const engine::Setup& setup, const std::vector<HistoryEntry>& entries)
      : setup_(setup),
        begin_(entries.front().at),
        lead_(leadOf(entries, setup)),
        then_(onTimeline(entries, begin_, lead_)) {}

  Backtest run() {
    Scenario scenario = replayOf(then_, setup_);
    scenario.run_for = timeOf(then_.back()) + kAfter;
    const Record record = play(withoutDebouncing(setup_), scenario);
    now_ = onTimeline(record.history, record.began, {});
    Backtest result{begin_, wallOf(timeOf(then_.back())), then_.size(), {}, {}, {}};
    result.governors = governors();
    for (const Incident& incident : incidentsOf(then_)) result.incidents.push_back(of(incident));
    result.remarks = remarksOn(setup_, then_, now_);
    addRefusals(record, result.remarks);
    return result;
  }

 private:
  core::WallTime wallOf(core::Duration at) const { return begin_ + (at - lead_); }

  Tally tally(const History& history, const std::string& governor) const {
    Tally tally;
    for (const HistoryEntry& entry : history) {
      if (family(entry) != governor) continue;
      if (starts(entry)) ++tally.attempts;
      if (entry.kind != HistoryKind::kGovernor || entry.event != "dormant") continue;
      ++tally.dormant;
      if (!tally.first_dormant) tally.first_dormant = wallOf(timeOf(entry));
    }
    return tally;
  }

  std::vector<GovernorCompared> governors() const {
    std::vector<GovernorCompared> all;
    for (const auto& spec : setup_.governors) {
      all.push_back({spec.name, tally(then_, spec.name), tally(now_, spec.name)});
    }
    for (const HistoryEntry& entry : then_) {
      const std::string name = family(entry);
      const bool known = std::any_of(all.begin(), all.end(),
                                     [&](const auto& one) { return one.governor == name; });
      if (!name.empty() && !known) all.push_back({name, tally(then_, name), std::nullopt});
    }
    return all;
  }

  std::size_t attemptsIn(const Incident& incident, const History& history) const {
    return static_cast<std::size_t>(
        std::count_if(history.begin(), history.end(), [&](const HistoryEntry& entry) {
          return starts(entry) && entry.check == incident.check && incident.holds(timeOf(entry));
        }));
  }

  IncidentCompared of(const Incident& incident) const {
    IncidentCompared compared{incident.check, wallOf(std::max(incident.from, lead_)), std::nullopt,
                              attemptsIn(incident, then_), std::nullopt};
    if (incident.until) compared.until = wallOf(*incident.until);
    if (has(setup_.checks, incident.check)) compared.now = attemptsIn(incident, now_);
    return compared;
  }

  // A run by hand is recorded with its answer.
  bool refusedThen(const Entry& entry) const {
    return std::any_of(then_.begin(), then_.end(), [&](const HistoryEntry& then) {
      return then.kind == HistoryKind::kHuman && then.event == "run_remedy" &&
             timeOf(then) == entry.at && entry.message == "run remedy " + then.remedy &&
             then.message.find(" is wanted; ") == std::string::npos;
    });
  }

  void addRefusals(const Record& record, std::vector<std::string>& remarks) const {
    for (const Entry& entry : record.entries) {
      if (!entry.scripted || entry.level == engine::Note::Level::kInfo) continue;
      if (refusedThen(entry)) continue;
      remarks.push_back(core::toIso8601(wallOf(entry.at)) + " " + entry.message +
                        ": not applicable now: " + fieldOf(entry.fields, "answer"));
    }
  }

  const engine::Setup& setup_;
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
  };
  return kAssumptions;
}

}  // namespace heald::simulation
