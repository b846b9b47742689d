#include "ctl/bound_command.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "app/builtin.h"
#include "core/plain_text.h"
#include "core/text.h"
#include "ctl/error_json.h"
#include "ctl/table.h"
#include "proof/bound.h"

namespace heald::ctl {
namespace {

using Json = nlohmann::ordered_json;

struct Line {
  std::string name;
  proof::Bound bound;       // of one state
  std::size_t targets = 0;  // so many targets at most, each with a state of its own
  // Remedies whose attempts succeed when their action ended well (verify: none), and what limits
  // them then.
  std::vector<std::string> unverified = {};
  std::vector<core::BudgetPolicy> budgets = {};
  std::shared_ptr<const engine::Fleet> fleet = nullptr;
  int most_lost = 0;  // of its members
};
using Bounds = std::vector<Line>;

// A list of targets is the limit where there is one.
std::size_t targetsOf(const engine::Setup& setup, const std::string& governor) {
  std::size_t most = 0;
  for (const engine::RemedySpec& remedy : setup.remedies) {
    const engine::AlertPolicy& alert = remedy.alert;
    if (remedy.governor != governor || alert.target.empty()) continue;
    const auto limit = static_cast<std::size_t>(alert.max_targets);
    most += alert.targets.empty() ? limit : std::min(limit, alert.targets.size());
  }
  return most;
}

std::vector<std::string> unverifiedOf(const engine::Setup& setup, const std::string& governor) {
  std::vector<std::string> names;
  for (const engine::RemedySpec& remedy : setup.remedies) {
    if (remedy.governor == governor && remedy.byAlert() &&
        remedy.verify.within == core::Duration::zero()) {
      names.push_back(remedy.name);
    }
  }
  return names;
}

// With the last one that makes it dormant, all others that may be under way can be lost as well.
int mostLost(const core::GovernorPolicy& policy) {
  return std::min(policy.max_consecutive_failures, policy.breaker.permanent_open_threshold) +
         policy.max_in_flight - 1;
}

// Governors with the same policy are explored once.
Bounds boundsOf(const engine::Setup& setup, bool progress, std::ostream& err) {
  std::vector<std::pair<core::GovernorPolicy, proof::Bound>> known;
  Bounds bounds;
  for (const engine::GovernorSpec& spec : setup.governors) {
    const auto same = [&](const auto& entry) { return entry.first == spec.policy; };
    auto found = std::find_if(known.begin(), known.end(), same);
    if (found == known.end()) {
      if (progress) err << "exploring " << spec.name << " …\n";
      known.emplace_back(spec.policy, proof::boundOf(spec.policy));
      found = known.end() - 1;
    }
    bounds.push_back({spec.name, found->second, targetsOf(setup, spec.name),
                      unverifiedOf(setup, spec.name), spec.policy.budgets, spec.fleet,
                      mostLost(spec.policy)});
  }
  return bounds;
}

std::string grouped(std::size_t number) {
  std::string text = std::to_string(number);
  for (int i = static_cast<int>(text.size()) - 3; i > 0; i -= 3) {
    text.insert(static_cast<std::size_t>(i), ",");
  }
  return text;
}

// "1,895 s"; with a part of a second, in the usual form.
std::string secondsText(core::Duration duration) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
  return whole == duration ? grouped(static_cast<std::size_t>(whole.count())) + " s"
                           : core::toText(duration);
}

std::string confirmation(const proof::Bound& bound) {
  const proof::Exploration& e = bound.exploration;
  if (e.violation) {
    return "VIOLATED: " + e.violation->statement;
  }
  const std::string seen =
      grouped(e.states) + " states, " + grouped(e.transitions) + " transitions";
  if (!e.complete) {
    return "derived only: too large to explore (gave up after " + seen + ")";
  }
  return (bound.confirmed ? "" : "NOT CONFIRMED by ") + seen;
}

std::string targetsText(std::size_t targets) {
  return "each of up to " + grouped(targets) + (targets == 1 ? " target" : " targets");
}

std::string attemptsText(const Line& line) {
  const proof::Bound& bound = line.bound;
  const bool fewer = bound.explored && bound.exploration.most_attempts < bound.attempts;
  return std::to_string(bound.attempts) +
         (fewer ? " (" + std::to_string(bound.exploration.most_attempts) + " reached)" : "") +
         (line.targets > 0 ? " for " + targetsText(line.targets) : "");
}

// What the bound means where nobody looks whether an attempt helped.
std::string unverifiedText(const Line& line) {
  std::string names;
  for (const std::string& name : line.unverified) names += (names.empty() ? "" : ", ") + name;
  std::string limits;
  for (const core::BudgetPolicy& budget : line.budgets) {
    limits += (limits.empty() ? "" : ", ") + std::to_string(budget.attempts) + " per " +
              core::toText(budget.per);
  }
  return line.name + ": nobody looks whether an attempt of " + names +
         " helped (verify: none). An action that ends well is a success, also where the alert goes "
         "on: only actions that fail count towards the bound, and what stops the others is " +
         (limits.empty() ? "nothing, as it has no budgets" : "a budget (" + limits + ")") + "\n";
}

std::string fleetText(const Line& line) {
  return line.name + ": a fleet of " + grouped(line.fleet->members.size()) + " members, " +
         grouped(static_cast<std::size_t>(line.fleet->limit())) +
         " at once: the attempts are those of all members together, and at most " +
         grouped(static_cast<std::size_t>(line.most_lost)) +
         " members are lost before a human must act, whatever the others report\n";
}

std::string table(const Bounds& bounds) {
  Table table({"GOVERNOR", "MOST ATTEMPTS", "OVER AT LEAST", "ALWAYS FAILING", "CONFIRMED BY"});
  for (const Line& line : bounds) {
    const proof::Bound& bound = line.bound;
    const proof::Starts& failing = bound.always_failing.starts;
    table.add({{line.name, Colour::kStrong},
               {attemptsText(line)},
               {bound.least ? secondsText(*bound.least) : "unknown"},
               {std::to_string(failing.size()) + " over " + secondsText(failing.back())},
               {confirmation(bound), bound.confirmed ? Colour::kPlain : Colour::kBad}});
  }
  std::string text = table.text(false);
  for (const Line& line : bounds) {
    if (line.targets == 0) continue;
    text += "\n" + line.name + ": each target is counted by itself, and --max judges one target: " +
            grouped(static_cast<std::size_t>(line.bound.attempts) * line.targets) +
            " attempts at most for all of them\n";
  }
  for (const Line& line : bounds) {
    if (!line.unverified.empty()) text += "\n" + unverifiedText(line);
    if (line.fleet != nullptr) text += "\n" + fleetText(line);
  }
  return text;
}

double secondsOf(core::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Json startsOf(const proof::Starts& starts) {
  Json list = Json::array();
  for (const core::Duration start : starts) {
    list.push_back(secondsOf(start));
  }
  return list;
}

Json explorationOf(const proof::Bound& bound) {
  const proof::Exploration& e = bound.exploration;
  Json json{{"complete", e.complete},
            {"states", e.states},
            {"transitions", e.transitions},
            {"mostAttempts", e.most_attempts},
            {"confirmed", bound.confirmed}};
  if (e.violation) {
    json["violated"] = {{"statement", e.violation->statement}, {"by", e.violation->story()}};
  }
  return json;
}

Json jsonOf(const Line& line) {
  const proof::Bound& bound = line.bound;
  const std::size_t states = std::max<std::size_t>(line.targets, 1);
  Json fleet;
  if (line.fleet != nullptr) {
    fleet = {{"members", line.fleet->members.size()},
             {"atOnce", line.fleet->limit()},
             {"maxLost", line.most_lost}};
  }
  return {{"name", line.name},
          {"fleet", std::move(fleet)},
          {"maxAttempts", bound.attempts},
          {"maxTargets", line.targets > 0 ? Json(line.targets) : Json(nullptr)},
          {"maxAttemptsOfAllTargets", static_cast<std::size_t>(bound.attempts) * states},
          {"unverifiedRemedies", line.unverified},
          {"leastSeconds", bound.least ? Json(secondsOf(*bound.least)) : Json(nullptr)},
          {"alwaysFailing",
           {{"attempts", bound.always_failing.starts.size()},
            {"startsSeconds", startsOf(bound.always_failing.starts)},
            {"endsWith", bound.always_failing.reason}}},
          {"exploration", explorationOf(bound)}};
}

std::string json(const Bounds& bounds, const std::vector<std::string>& problems) {
  Json list = Json::array();
  for (const Line& line : bounds) list.push_back(jsonOf(line));
  const Json all = {{"ok", problems.empty()}, {"governors", list}, {"problems", problems}};
  return core::escapedLines(all.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

// Every reason to refuse, a sentence each.
std::vector<std::string> judge(const Bounds& bounds, const BoundOptions& options) {
  std::vector<std::string> problems;
  for (const Line& line : bounds) {
    const auto& [name, bound, targets, unverified, budgets, fleet, most_lost] = line;
    const std::string governor = "governor \"" + name + "\"";
    if (options.max && bound.attempts > *options.max) {
      problems.push_back(governor + " may make " + std::to_string(bound.attempts) +
                         " attempts before a human must act" +
                         (targets > 0 ? ", for " + targetsText(targets) : "") +
                         ", more than --max " + std::to_string(*options.max));
    }
    if (const auto& violation = bound.exploration.violation) {
      problems.push_back(governor + " does not keep \"" + violation->statement +
                         "\": " + violation->story());
    } else if (bound.exploration.complete && !bound.confirmed) {
      problems.push_back(governor + ": exploration does not confirm its bound");
    }
  }
  return problems;
}

}  // namespace

ExitCode showBounds(const BoundOptions& options, const Lookup& environment, std::ostream& out,
                    std::ostream& err) {
  const auto read = config::readConfigFile(options.file, app::builtinKinds(), environment);
  std::vector<std::string> mistakes;
  for (const config::Problem& problem : read.problems) mistakes.push_back(toString(problem));
  for (const std::string& mistake : mistakes) err << mistake << "\n";
  if (!read.ok()) {
    if (options.as_json) out << errorJson(options.file + " has mistakes", mistakes);
    return ExitCode::kBadFile;
  }
  const Bounds bounds = boundsOf(read.config.setup, options.progress, err);
  const std::vector<std::string> problems = judge(bounds, options);
  out << (options.as_json ? json(bounds, problems) : table(bounds));
  for (const std::string& problem : problems) err << "healdctl: " << problem << "\n";
  return problems.empty() ? ExitCode::kOk : ExitCode::kRefused;
}

}  // namespace heald::ctl
