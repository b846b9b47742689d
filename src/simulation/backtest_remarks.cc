#include "simulation/backtest_remarks.h"

#include <algorithm>
#include <map>
#include <set>

namespace heald::simulation {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;

template <class Spec>
std::set<std::string> namesIn(const std::vector<Spec>& specs) {
  std::set<std::string> names;
  for (const Spec& spec : specs) names.insert(spec.name);
  return names;
}

std::map<std::string, int> startsByRemedy(const History& history) {
  std::map<std::string, int> starts;
  for (const HistoryEntry& entry : history) {
    const bool started = entry.kind == HistoryKind::kAttempt && entry.event == "started";
    if (started && !entry.remedy.empty()) ++starts[entry.remedy];
  }
  return starts;
}

std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void addChecks(const engine::Setup& setup, const History& then, std::vector<std::string>& remarks) {
  std::set<std::string> recorded;
  for (const auto& [name, changes] : changesOf(then)) recorded.insert(name);
  const std::set<std::string> present = namesIn(setup.checks);
  for (const std::string& name : present) {
    if (!recorded.contains(name)) {
      remarks.push_back("check " + name + " is not in the history: it stays healthy");
    }
  }
  for (const std::string& name : recorded) {
    if (!present.contains(name)) {
      remarks.push_back("check " + name +
                        " is not in the configuration: its incidents start nothing");
    }
  }
}

void addRemedies(const engine::Setup& setup, const History& then, const History& now,
                 std::vector<std::string>& remarks) {
  const auto recorded = startsByRemedy(then);
  const std::set<std::string> present = namesIn(setup.remedies);
  for (const auto& [name, count] : recorded) {
    if (!present.contains(name)) {
      remarks.push_back("remedy " + name + " is not in the configuration: its " +
                        counted(count, "attempt") + " are not made");
    }
  }
  for (const auto& [name, count] : startsByRemedy(now)) {
    if (!recorded.contains(name)) {
      remarks.push_back("remedy " + name + " has no attempt in the history: " +
                        counted(count, "attempt") + " now, taken to fail at once");
    }
  }
}

void addAlerts(const engine::Setup& setup, const History& then, std::vector<std::string>& remarks) {
  std::set<std::string> told;
  for (const HistoryEntry& entry : then) {
    if (entry.kind == HistoryKind::kAlert && entry.event != "rejected") told.insert(entry.remedy);
  }
  for (const auto& spec : setup.remedies) {
    if (!spec.byAlert()) continue;
    if (!told.contains(spec.name)) {
      remarks.push_back("the history has no alert for remedy " + spec.name +
                        ": it is not asked for");
    } else if (!spec.alert.arguments.empty()) {
      remarks.push_back("remedy " + spec.name +
                        " takes arguments from labels, which the history does not keep: its "
                        "alerts may ask for nothing");
    }
  }
}

void addBeginnings(const History& then, std::vector<std::string>& remarks) {
  std::set<std::string> seen;
  for (const HistoryEntry& entry : then) {
    if (entry.kind != HistoryKind::kGovernor || entry.event == "cleared") continue;
    if (seen.insert(entry.governor).second && entry.event == "active") {
      remarks.push_back("governor " + entry.governor +
                        " was dormant when the history begins: now it begins active");
    }
  }
}

// A failed attempt that printed nothing looks the same.
void addOutputs(const engine::Setup& setup, const History& then,
                std::vector<std::string>& remarks) {
  const bool wanted =
      std::any_of(setup.governors.begin(), setup.governors.end(),
                  [](const auto& spec) { return !spec.policy.permanent_open_conditions.empty(); });
  bool failed = false;
  for (const HistoryEntry& entry : then) {
    if (!entry.output.empty()) return;
    failed |=
        entry.kind == HistoryKind::kAttempt && entry.event == "failed" && !entry.remedy.empty();
  }
  if (!wanted || !failed) return;
  remarks.push_back(
      "no entry of the history has an output: unless no remedy printed anything, it was exported "
      "without the token, and permanent_open_conditions do not match what they would have matched");
}

void addLeftOut(const History& then, std::vector<std::string>& remarks) {
  std::map<std::string, std::int64_t> left_out;
  for (const HistoryEntry& entry : then) {
    for (const auto& [key, value] : entry.details) {
      const auto* count = std::get_if<std::int64_t>(&value);
      if (entry.kind == HistoryKind::kCheck && key == "leftOut" && count != nullptr) {
        left_out[entry.check] = std::max(left_out[entry.check], *count);
      }
    }
  }
  for (const auto& [check, count] : left_out) {
    remarks.push_back("check " + check + " flapped, and the history leaves changes out (" +
                      counted(count, "change") + " at one time at most): they are not played");
  }
}

}  // namespace

std::vector<std::string> remarksOn(const engine::Setup& setup, const History& then,
                                   const History& now) {
  std::vector<std::string> remarks;
  addChecks(setup, then, remarks);
  addRemedies(setup, then, now, remarks);
  addAlerts(setup, then, remarks);
  addBeginnings(then, remarks);
  addLeftOut(then, remarks);
  addOutputs(setup, then, remarks);
  return remarks;
}

}  // namespace heald::simulation
