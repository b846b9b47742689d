// What people do, what Alertmanager sends, and what happens to the machine.
#include <algorithm>

#include "config/scalars.h"
#include "config/wording.h"
#include "core/text.h"
#include "engine/alert_identity.h"
#include "engine/approvals.h"
#include "engine/remedy_names.h"
#include "simulation/scenario_sections.h"

namespace heald::simulation {
namespace {

using config::Fields;

constexpr const char* kScenario = "scenario";

// The keys of an entry of `operator`; which one is there says what is done.
struct OperatorAction {
  std::optional<std::string> resume, dormant, reset, retry, flag, pause, unpause, run_check,
      run_remedy, approve, unapprove;
  std::string reason = "scenario";
  std::string set = "off";
  bool force = false;
  std::optional<core::Duration> lasts;
  bool permit = false;
  std::string target;
  std::optional<int> step;
};

struct Known {
  config::Names governors, remedies, checks;
};

// "all" stands for every one of them.
std::string orAll(const std::string& name) {
  return name == "all" ? "" : name;
}

void requireOrAll(Fields& fields, const char* key, const char* noun,
                  const std::optional<std::string>& name, const config::Names& names) {
  if (name && *name != "all") requireName(fields, key, noun, *name, names);
}

void describeGovernorActions(Fields& fields, OperatorAction& action, const Known& known) {
  fields.text("resume", action.resume, {}, "leave dormant mode: a governor, or all");
  fields.text("dormant", action.dormant, {}, "enter dormant mode: a governor, or all");
  fields.text("reset", action.reset, {}, "close the breaker of a governor");
  fields.text("retry", action.retry, {}, "end backoff and the OPEN wait of a governor");
  fields.boolean("force", action.force, "reset: also out of PERMANENT_OPEN");
  fields.text("reason", action.reason, {}, "why");
  requireOrAll(fields, "resume", "governor", action.resume, known.governors);
  requireOrAll(fields, "dormant", "governor", action.dormant, known.governors);
  requireOrAll(fields, "reset", "governor", action.reset, known.governors);
  requireOrAll(fields, "retry", "governor", action.retry, known.governors);
}

void describeOtherActions(Fields& fields, OperatorAction& action, const Known& known) {
  std::vector<std::string> flags;
  for (const core::Feature feature : core::kFeatures) flags.emplace_back(toString(feature));
  fields.text("flag", action.flag, {.one_of = flags}, "move a kill switch");
  fields.text("set", action.set, {.one_of = {"on", "off"}}, "flag: where to");
  fields.text("pause", action.pause, {}, "pause a remedy, or all");
  fields.duration("for", action.lasts, {.required = action.pause.has_value()},
                  "pause: how long; approve: for how long it may be used (30m)");
  fields.text("unpause", action.unpause, {}, "end the pause of a remedy, or all");
  fields.text("run_check", action.run_check, {}, "run a check now");
  fields.text("run_remedy", action.run_remedy, {},
              "request a remedy run now (its governor may refuse)");
  requireOrAll(fields, "pause", "remedy", action.pause, known.remedies);
  requireOrAll(fields, "unpause", "remedy", action.unpause, known.remedies);
  if (action.run_check) requireName(fields, "run_check", "check", *action.run_check, known.checks);
  if (action.run_remedy) {
    requireName(fields, "run_remedy", "remedy", *action.run_remedy, known.remedies);
  }
}

template <class Specs>
auto* named(const std::string& name, const Specs& specs) {
  const auto spec =
      std::find_if(specs.begin(), specs.end(), [&](const auto& one) { return one.name == name; });
  return spec == specs.end() ? nullptr : &*spec;
}

void requireStep(Fields& fields, const char* key, const OperatorAction& action,
                 const engine::RemedySpec& remedy) {
  std::string needing;
  int count = 0;
  for (int step = 0; step < static_cast<int>(remedy.steps.size()); ++step) {
    if (!remedy.needsApproval(step)) continue;
    needing += (count++ == 0 ? "" : ", ") + std::to_string(step + 1);
  }
  if (action.step && !remedy.needsApproval(*action.step - 1)) {
    fields.fail("step", "needs no approval, or is none of the remedy \"" + remedy.name +
                            "\" (its steps that need one: " + needing + ")");
  } else if (action.approve && !action.step && count > 1) {
    fields.fail(key, "needs a step: several of the remedy \"" + remedy.name +
                         "\" need an approval (step: one of " + needing + ")");
  }
}

void requireApprovableRemedy(Fields& fields, const char* key, const std::string& name,
                             const OperatorAction& action, const engine::Setup& setup) {
  const auto* remedy = named(name, setup.remedies);
  if (remedy == nullptr) {
    const std::vector<std::string> several = engine::remediesNamed(setup, name);
    if (several.size() > 1) {
      return fields.fail(key, "\"" + name + "\" is a remedy of several checks: name one of " +
                                  config::joined(several));
    }
    if (named(name, setup.governors) == nullptr) {
      return requireName(fields, key, "remedy", name, namesOf(setup.remedies));
    }
    return fields.fail(
        key, "\"" + name + "\" is a governor, and no remedy (for a permit of it: permit: true)");
  }
  if (!remedy->needsApproval()) {
    return fields.fail(
        key, "the remedy \"" + name + "\" asks for no approval (it has no approval: required)");
  }
  const bool has_targets = !remedy->alert.target.empty();
  if (has_targets && action.target.empty()) {
    fields.fail(key, "needs a target: the remedy \"" + name + "\" has one for each value of " +
                         remedy->alert.target);
  } else if (!has_targets && !action.target.empty()) {
    fields.fail("target", "is none: the remedy \"" + name + "\" has no targets");
  }
  requireStep(fields, key, action, *remedy);
}

void requireApprovablePermit(Fields& fields, const char* key, const std::string& name,
                             const OperatorAction& action, const engine::Setup& setup) {
  const auto* governor = named(name, setup.governors);
  if (governor == nullptr) {
    return requireName(fields, key, "governor", name, namesOf(setup.governors));
  }
  if (!governor->approval) {
    return fields.fail(key, "a permit of the governor \"" + name +
                                "\" asks for no approval (it has no approval: required)");
  }
  if (action.step) fields.fail("step", "is of a remedy: a permit has no steps");
  const auto* fleet = governor->fleet.get();
  if (fleet == nullptr && !action.target.empty()) {
    fields.fail("target", "is of a fleet, and the governor \"" + name + "\" has none");
  } else if (fleet != nullptr && action.target.empty()) {
    fields.fail(key,
                "limits a fleet (say whose permit it is: target: " + fleet->members.front() + ")");
  } else if (fleet != nullptr && !fleet->has(action.target)) {
    fields.fail("target", "\"" + action.target + "\" is no declared member of the fleet");
  }
}

void describeApprovals(Fields& fields, OperatorAction& action, const engine::Setup& setup) {
  fields.text("approve", action.approve, {},
              "let one attempt of a remedy start that waits for approval, or will");
  fields.text("unapprove", action.unapprove, {}, "take that back");
  fields.boolean("permit", action.permit,
                 "approve, unapprove: the name is a governor, and one permit of it is meant");
  fields.text("target", action.target, {},
              "approve, unapprove: which target, or member of a fleet");
  fields.integer("step", action.step, {.min = 1},
                 "approve, unapprove: which step of an escalation");
  const auto require = [&](const char* key, const std::optional<std::string>& name) {
    if (!name) return;
    (action.permit ? requireApprovablePermit : requireApprovableRemedy)(fields, key, *name, action,
                                                                        setup);
  };
  require("approve", action.approve);
  require("unapprove", action.unapprove);
  using engine::Approvals;
  const core::Duration lasts = action.lasts.value_or(Approvals::kUsual);
  if (action.approve && (lasts < Approvals::kShortest || lasts > Approvals::kLongest)) {
    fields.fail("for", "an approval is for " + core::toText(Approvals::kShortest) + " to " +
                           core::toText(Approvals::kLongest));
  }
}

// "failover@db1 step 2", "reboots@node-17 (permit)"
std::string whatIsApproved(const std::string& name, const OperatorAction& d) {
  return name + (d.target.empty() ? "" : "@" + d.target) +
         (d.step ? " step " + std::to_string(*d.step) : "") + (d.permit ? " (permit)" : "");
}

TimedEvent eventOf(core::Duration at, const OperatorAction& d) {
  if (d.resume) {
    return {at, "resume " + *d.resume, engine::Resume{orAll(*d.resume), d.reason, kScenario}};
  }
  if (d.dormant) {
    return {at, "dormant " + *d.dormant,
            engine::EnterDormant{orAll(*d.dormant), d.reason, kScenario}};
  }
  if (d.reset) {
    return {at, "reset " + *d.reset + (d.force ? " --force" : ""),
            engine::Reset{orAll(*d.reset), d.force, kScenario}};
  }
  if (d.retry) {
    return {at, "retry " + *d.retry, engine::Retry{orAll(*d.retry), d.reason, kScenario}};
  }
  if (d.flag) {
    const auto feature = core::featureNamed(*d.flag).value_or(core::Feature::kAutoHealing);
    return {at, "flag " + *d.flag + " " + d.set,
            engine::SetFlag{feature, d.set == "on", d.reason, kScenario}};
  }
  if (d.pause) {
    const core::Duration lasts = d.lasts.value_or(core::Duration{});
    return {at, "pause " + *d.pause + " for " + core::toText(lasts),
            engine::PauseRemedy{orAll(*d.pause), lasts, d.reason, kScenario}};
  }
  if (d.unpause) {
    return {at, "unpause " + *d.unpause, engine::UnpauseRemedy{orAll(*d.unpause), kScenario}};
  }
  if (d.approve) {
    return {at, "approve " + whatIsApproved(*d.approve, d),
            engine::Approve{*d.approve, d.permit, d.target, d.step,
                            d.lasts.value_or(engine::Approvals::kUsual), d.reason, kScenario}};
  }
  if (d.unapprove) {
    return {at, "unapprove " + whatIsApproved(*d.unapprove, d),
            engine::Unapprove{*d.unapprove, d.permit, d.target, d.step, kScenario}};
  }
  if (d.run_check) {
    return {at, "run check " + *d.run_check, engine::RunCheckNow{*d.run_check, kScenario}};
  }
  return {at, "run remedy " + d.run_remedy.value_or(""),
          engine::RunRemedyNow{d.run_remedy.value_or(""), kScenario}};
}

// "{alertname: Down, instance: db1}"
std::string text(const engine::Labels& labels) {
  std::string all;
  for (const auto& [key, value] : labels) all += (all.empty() ? "" : ", ") + key + ": " + value;
  return "{" + all + "}";
}

// `started` and `ended` only tell episodes apart: they need not be on the wall clock.
engine::AlertsReceived notification(const engine::Labels& labels, core::Duration started,
                                    std::optional<core::Duration> ended = {}) {
  engine::Alert alert{engine::fingerprintOf(labels), core::WallTime(started), !ended, labels};
  if (ended) alert.ends_at = core::WallTime(*ended);
  return {{std::move(alert)}, kScenario};
}

// Whom the fleet would not know, or where there is none, is a mistake of the scenario.
void requireMember(Fields& f, const engine::Setup& setup, const engine::RequestPermit& asked) {
  const auto spec =
      std::find_if(setup.governors.begin(), setup.governors.end(),
                   [&](const engine::GovernorSpec& g) { return g.name == asked.governor; });
  if (spec == setup.governors.end()) return;
  if (spec->fleet == nullptr && !asked.member.empty()) {
    f.fail("member", "is of a fleet, and the governor \"" + asked.governor + "\" has none");
  } else if (spec->fleet != nullptr && !spec->fleet->has(asked.member)) {
    f.fail(
        asked.member.empty() ? "governor" : "member",
        asked.member.empty()
            ? "limits a fleet (say which member asks: member: " + spec->fleet->members.front() + ")"
            : "\"" + asked.member + "\" is no declared member of the fleet");
  }
}

}  // namespace

config::Names namesOf(const std::vector<engine::GovernorSpec>& governors) {
  config::Names names;
  for (const auto& governor : governors) names.emplace(governor.name, names.size());
  return names;
}
config::Names namesOf(const std::vector<engine::RemedySpec>& remedies) {
  config::Names names;
  for (const auto& remedy : remedies) names.emplace(remedy.name, names.size());
  return names;
}
config::Names namesOf(const std::vector<engine::CheckSpec>& checks) {
  config::Names names;
  for (const auto& check : checks) names.emplace(check.name, names.size());
  return names;
}

void requireName(Fields& fields, const char* key, const char* noun, const std::string& name,
                 const config::Names& names) {
  const std::string untargeted = name.substr(0, name.find('@'));
  if (!names.contains(name) && !names.contains(untargeted)) {
    fields.fail(key, config::missing(noun, name, names));
  }
}

core::Duration readMoment(Fields& fields, const Scenario& scenario) {
  core::Duration at{};
  fields.duration("at", at, {.required = true, .zero_allowed = true},
                  "when, counted from the start");
  requireWithin(fields, "at", at, scenario);
  return at;
}

void requireWithin(Fields& fields, const char* key, core::Duration at, const Scenario& scenario) {
  if (at <= scenario.run_for) return;
  fields.fail(key, config::durationText(at) + " is after run_for, when the scenario has ended (" +
                       config::durationText(scenario.run_for) + " at the latest)");
}

void readOperator(Fields& top, const engine::Setup& setup, Scenario& scenario) {
  const Known known{namesOf(setup.governors), namesOf(setup.remedies), namesOf(setup.checks)};
  top.sections("operator", {.empty_allowed = true}, "what humans do", [&](Fields& fields) {
    OperatorAction action;
    const core::Duration at = readMoment(fields, scenario);
    fields.exactlyOne("action", {"resume", "dormant", "reset", "retry", "flag", "pause", "unpause",
                                 "run_check", "run_remedy", "approve", "unapprove"});
    describeGovernorActions(fields, action, known);
    describeOtherActions(fields, action, known);
    describeApprovals(fields, action, setup);
    scenario.events.push_back(eventOf(at, action));
  });
}

void readAlerts(Fields& top, Scenario& scenario) {
  top.sections("alerts", {.empty_allowed = true}, "what Alertmanager sends", [&](Fields& fields) {
    engine::Labels labels;
    std::optional<core::Duration> resolved;
    const core::Duration at = readMoment(fields, scenario);
    fields.textMap("labels", labels, "the labels of the alert");
    fields.duration("resolved_at", resolved, {}, "when it is resolved; without: it fires on");
    if (labels.empty()) fields.fail("labels", "are needed (example: {alertname: DiskFull})");
    if (resolved && *resolved < at) fields.fail("resolved_at", "is before at");
    if (resolved) requireWithin(fields, "resolved_at", *resolved, scenario);
    const std::string name = labels.empty() ? "" : labels.front().second;
    scenario.events.push_back(
        {at, "alert " + name + " fires", notification(labels, at), text(labels)});
    if (resolved) {
      scenario.events.push_back({*resolved, "alert " + name + " is resolved",
                                 notification(labels, at, resolved), text(labels)});
    }
  });
}

void readPermits(Fields& top, const engine::Setup& setup, Scenario& scenario) {
  const config::Names governors = namesOf(setup.governors);
  top.sections("permits", {.empty_allowed = true}, "attempts that others make", [&](Fields& f) {
    PermitAsked asked;
    asked.at = readMoment(f, scenario);
    asked.request = {"", std::chrono::minutes(10), "scenario", kScenario};
    f.text("governor", asked.request.governor, {.required = true}, "who is asked");
    f.duration("deadline", asked.request.deadline, {}, "until when its end has to be reported");
    f.text("reports", asked.reports, {.one_of = {"ok", "failed"}}, "how it ends; without: never");
    f.duration("after", asked.after, {.zero_allowed = true}, "how long it takes");
    f.text("error", asked.error, {.empty_allowed = true}, "the error that is reported");
    f.text("member", asked.request.member, {},
           "of a governor of a fleet, and needed there: who makes the attempt");
    requireName(f, "governor", "governor", asked.request.governor, governors);
    requireMember(f, setup, asked.request);
    scenario.permits.push_back(std::move(asked));
  });
}

void readFaults(Fields& top, Scenario& scenario) {
  struct Named {
    const char* key;
    Fault::Kind kind;
    const char* help;
  };
  static constexpr Named kNamed[] = {
      {"crash", Fault::Kind::kCrash, "heald is killed, and starts again after so long"},
      {"reboot", Fault::Kind::kReboot, "the machine is down for so long"},
      {"suspend", Fault::Kind::kSuspend, "the machine sleeps for so long"},
      {"store_down", Fault::Kind::kStoreDown, "no commit succeeds for so long"},
      {"clock_forward", Fault::Kind::kClockForward, "the wall clock is set forward by so much"},
      {"clock_back", Fault::Kind::kClockBack, "the wall clock is set back by so much"}};
  top.sections("faults", {.empty_allowed = true}, "what goes wrong", [&](Fields& fields) {
    Fault fault;
    fault.at = readMoment(fields, scenario);
    std::vector<std::string> keys;
    for (const Named& named : kNamed) {
      std::optional<core::Duration> lasts;
      fields.duration(named.key, lasts, {.zero_allowed = true}, named.help);
      if (lasts) fault = {fault.at, named.kind, *lasts};
      keys.emplace_back(named.key);
    }
    fields.exactlyOne("fault", keys);
    scenario.faults.push_back(fault);
  });
}

}  // namespace heald::simulation
