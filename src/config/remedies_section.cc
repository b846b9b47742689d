#include <algorithm>
#include <set>
#include <utility>

#include "config/alert_section.h"
#include "config/names.h"
#include "config/scalars.h"
#include "config/sections.h"
#include "config/wording.h"

namespace heald::config {
namespace {

// Prometheus, Alertmanager's group_interval and the way here: five minutes are common.
constexpr core::Duration kAlertWithin = std::chrono::minutes(10);
void readOn(Fields& fields, core::AnswersTo& on) {
  std::vector<std::string> states = {"critical"};
  fields.texts("on", states, {}, "the states of the check that it answers to: warning, critical");
  if (fields.has("on") && !fields.has("check")) {
    fields.fail("on", "names states of a check (give it check: NAME, or remove it)");
  }
  on = {false, false};
  for (const std::string& state : states) {
    bool* meant = state == "warning" ? &on.warning : state == "critical" ? &on.critical : nullptr;
    if (meant == nullptr) {
      fields.fail("on", config::quoted(state) + " is no state that a remedy can answer to " +
                            suggestion(state, {"warning", "critical"}));
    } else if (std::exchange(*meant, true)) {
      fields.fail("on", "names " + config::quoted(state) + " twice (once is enough)");
    }
  }
}

// What a remedy is, before there is one of it for each check that asks.
struct Draft {
  engine::RemedySpec spec;
  std::vector<std::string> checks;
  ConfiguredRemedy beside;
};

void readWhen(Fields& fields, const Names& checks, Draft& draft) {
  fields.oneOrMore("check", draft.checks, "the check that asks for it, or a list of them");
  readOn(fields, draft.spec.on);
  readAlert(fields, draft.spec.alert);
  if (fields.has("check") && fields.has("alert")) {
    fields.fail("alert", "stands beside check (a remedy is asked for by one of them)");
  } else if (!fields.has("check") && !fields.has("alert")) {
    fields.fail("", "names nothing (example: when: {check: NAME})");
  }
  std::set<std::string> named;
  for (const std::string& check : draft.checks) {
    if (!checks.contains(check) && check.find(',') != std::string::npos) {
      fields.fail("check", quoted(check) + " is one text (several checks are a list: [a, b])");
    } else if (!checks.contains(check)) {
      fields.unknownName("check", "checks", check, missing("check", check, checks));
    } else if (!named.insert(check).second) {
      fields.fail("check", "names " + quoted(check) + " twice (once is enough)");
    }
  }
}

void readAlertVerify(Fields& fields, engine::VerifyPolicy& verify) {
  fields.duration("within", verify.within, {.zero_allowed = true},
                  "how long after the action ended the alert has to be resolved; 0: the action's "
                  "own end decides");
  if (fields.has("after")) {
    core::Duration ignored{};
    fields.duration("after", ignored, {.zero_allowed = true}, "");
    fields.fail("after", "is for checks (an alert is watched from the end of the action on)");
  }
}

struct Actions {
  std::vector<int> after;  // so many failures
  std::vector<bool> approval;
  std::vector<KindPart> parts;
};

void readStep(Fields& fields, const std::vector<Kind>& kinds, bool approval, Actions& actions) {
  std::vector<int>& after = actions.after;
  const bool first = after.empty();
  int failures = first ? 0 : after.back() + 1;
  fields.integer("after_failures", failures, {.required = !first, .min = 0, .max = 1000},
                 "failures of this incident after which this step takes over; 0 for the first");
  if (first && failures != 0) {
    fields.fail("after_failures", "the first step begins at once (remove the key)");
  } else if (!first && failures <= after.back()) {
    fields.fail("after_failures", std::to_string(failures) + " is not above the " +
                                      std::to_string(after.back()) +
                                      " of the step before (steps ascend)");
  }
  actions.approval.push_back(readApproval(fields, approval,
                                          "required: each attempt of this step waits until a human "
                                          "approves it; without, as the remedy"));
  fields.exactlyOne("kind of remedy", namesOf(kinds));
  KindPart part;
  part.place = fields.place("");
  readKind(fields, kinds, part);
  after.push_back(std::max(failures, first ? 0 : after.back()));
  actions.parts.push_back(std::move(part));
}

std::vector<KindPart> readActions(Fields& fields, const std::vector<Kind>& kinds,
                                  engine::RemedySpec& spec) {
  const bool approval = readApproval(fields, false,
                                     "required: each attempt, or of an escalation each of its "
                                     "steps, waits until a human approves it");
  std::vector<std::string> choice = namesOf(kinds);
  choice.emplace_back("steps");
  fields.exactlyOne("kind of remedy", choice);
  KindPart single;
  single.place = fields.place("");
  readKind(fields, kinds, single);
  Actions actions;
  fields.sections("steps", {}, "escalation: the next step after so many failures",
                  [&](Fields& step) { readStep(step, kinds, approval, actions); });
  if (actions.parts.empty()) {
    if (approval) spec.approval = {true};
    return {single};
  }
  spec.steps = std::move(actions.after);
  spec.approval = std::move(actions.approval);
  if (!spec.needsApproval()) spec.approval.clear();
  return std::move(actions.parts);
}

// `name` comes with the remedy's own, which needs no entry.
void readGovernorName(Fields& fields, const Governors& governors, std::string& name) {
  const std::string own = name;
  fields.text("governor", name, {.check = nameFault},
              "the governor it runs under; without, its own, named after itself");
  const bool exists = name == own || name == kMainGovernor || governors.entries.contains(name);
  if (!fields.has("governor") || !nameFault(name).empty() || exists) return;
  Names known = {{kMainGovernor, 0}};
  for (const auto& [other, entry] : governors.entries) known.emplace(other, known.size());
  fields.unknownName("governor", "governors", name, missing("governor", name, known));
}

void readMode(Fields& fields, bool& observe) {
  std::string mode = "enforce";
  fields.text("mode", mode, {.one_of = {"enforce", "observe"}},
              "observe decides, counts and logs this remedy, and does nothing");
  observe = mode == "observe";
}

void readPermit(Fields& fields, const Kind& kind, Draft& draft) {
  if (!kind.read) return;
  fields.section(
      "permit", false,
      "the fleet of another heald, which is asked for a permit before each attempt",
      [&](Fields& permit) { draft.beside.permit = partAs<PermitPart>(kind.read(permit)); });
  if (draft.beside.permit != nullptr) draft.spec.permit = draft.beside.permit->asks();
}

// A permit that ends before its attempt is one that was not reported: its member is lost.
void requirePermitLasts(Fields& fields, const Draft& draft) {
  if (draft.beside.permit == nullptr) return;
  const core::Duration least = draft.spec.verify.after + draft.spec.verify.within;
  if (draft.beside.permit->deadline() <= least) {
    fields.fail("permit", "has a deadline that is too short: verification alone may take " +
                              durationText(least));
  }
}

// Whether the labels could be read.
bool readRemedy(Fields& fields, const Kind& permit, const Governors& governors, const Names& checks,
                Draft& draft) {
  engine::RemedySpec& spec = draft.spec;
  const bool asked = fields.section("when", false, "what asks for it",
                                    [&](Fields& when) { readWhen(when, checks, draft); });
  const bool labels = readTargets(fields, spec.alert);
  fields.boolean("preventive", spec.preventive,
                 "runs on the task self-healing-preventive, without being asked for");
  if (spec.preventive && fields.has("when") && spec.byAlert()) {
    fields.fail("preventive", "is for remedies without alerts (make it two remedies)");
  } else if (spec.preventive && draft.checks.size() > 1) {
    fields.fail("preventive", "is for remedies of one check at most (make it two remedies)");
  }
  if (!asked && !fields.has("when") && !spec.preventive) {
    fields.missing("when", "never runs (give it when: {check: NAME}, or preventive: true)");
  }
  spec.governor = spec.name;
  readGovernorName(fields, governors, spec.governor);
  readPermit(fields, permit, draft);
  readMode(fields, spec.observe);
  readMetricLabels(fields, spec.metric_labels);
  if (spec.byAlert()) {
    spec.verify = {core::Duration{}, kAlertWithin};
  }
  bool none = false;
  const bool verified = fields.sectionOr(
      "verify", "none", none,
      "success is: the check is healthy again, or the alert resolved; none (of alerts): that the "
      "action ended well",
      [&](Fields& verify) {
        spec.byAlert() ? readAlertVerify(verify, spec.verify)
                       : readVerify(verify, "the action ended", spec.verify);
      });
  if (none && spec.byAlert()) {
    spec.verify.within = {};
  } else if (none && fields.has("when")) {
    fields.fail("verify",
                "cannot be none: a check can always be looked at (none is for remedies that alerts "
                "ask for)");
  }
  requirePermitLasts(fields, draft);
  if ((verified || none) && !fields.has("when")) {
    fields.fail("verify", "has no check to look at (give the remedy when: {check: NAME})");
  }
  return labels;
}

void requireChecks(const Governors& governors, const Config& config) {
  Names checks;
  for (const auto& check : config.setup.checks) checks.emplace(check.name, checks.size());
  for (const auto& [name, entry] : governors.entries) {
    if (!entry.verify || entry.verify->check.empty() || checks.contains(entry.verify->check)) {
      continue;
    }
    entry.at_check(entry.verify->check, missing("check", entry.verify->check, checks));
  }
}

// The governors that are used, each with its policy. An entry that serves nobody is a mistake: its
// limits would silently not hold.
void listGovernors(const Governors& governors, Config& config) {
  engine::Setup& setup = config.setup;
  std::map<std::string, engine::GovernorSpec> used = {
      {kMainGovernor, {kMainGovernor, governors.defaults}}};
  Names remedies;
  for (const engine::RemedySpec& remedy : setup.remedies) {
    used.emplace(remedy.governor, engine::GovernorSpec{remedy.governor, governors.defaults});
    // Of "fix@queue", which is one for several checks, the name in the file.
    remedies.emplace(remedy.name.substr(0, remedy.name.find('@')), remedies.size());
  }
  for (const auto& [name, entry] : governors.entries) {
    if (const auto place = used.find(name); place != used.end() && entry.fleet != nullptr) {
      entry.report(
          "limits a fleet, and so permits of its members alone (give the remedies of this heald "
          "another governor)");
    } else if (place != used.end()) {
      place->second.policy = entry.policy;
      place->second.approval = entry.approval;
      place->second.verify = entry.verify;
    } else if (remedies.contains(name)) {
      entry.report("is the name of a remedy that runs under another governor (use another name)");
    } else {
      used.emplace(name, engine::GovernorSpec{name, entry.policy, entry.fleet, entry.approval,
                                              entry.verify});
    }
  }
  requireChecks(governors, config);
  for (auto& [name, spec] : used) setup.governors.push_back(std::move(spec));
  for (engine::RemedySpec& remedy : setup.remedies) {
    const auto entry = governors.entries.find(remedy.governor);
    if (entry != governors.entries.end() && entry->second.approval) {
      remedy.approval.assign(remedy.steps.size(), true);
    }
  }
  for (const auto& [name, entry] : governors.entries) config.governor_places[name] = entry.place;
}

std::string kindOf(const std::vector<KindPart>& actions) {
  const auto other = [&](const KindPart& action) { return action.kind != actions.front().kind; };
  return std::any_of(actions.begin(), actions.end(), other) ? "mixed" : actions.front().kind;
}

// What its check is labelled with says of whom the remedy is, too.
void completeLabels(engine::RemedySpec& spec, const Names& places, const Config& config) {
  if (const auto place = places.find(spec.check); place != places.end()) {
    const engine::CheckSpec& check = config.setup.checks[place->second];
    spec.metric_labels = completed(spec.metric_labels, check.metric_labels);
  }
}

// One for each check that asks, so that the one that asked is the one that verifies, also after a
// restart: it is in the name of the attempt. They share a governor, and so are one remedy.
void add(Draft draft, const Names& checks, Config& config) {
  engine::RemedySpec& spec = draft.spec;
  spec.kind = kindOf(draft.beside.steps);
  if (draft.checks.size() < 2) {
    if (!draft.checks.empty()) spec.check = draft.checks.front();
    completeLabels(spec, checks, config);
    config.remedies.add(spec, std::move(draft.beside));
    config.setup.remedies.push_back(std::move(spec));
    return;
  }
  const std::string name = spec.name;
  for (const std::string& check : draft.checks) {
    spec.name = name + "@" + check;
    spec.check = check;
    config.setup.remedies.push_back(spec);
    completeLabels(config.setup.remedies.back(), checks, config);
    config.remedies.add(spec, draft.beside);
  }
}

}  // namespace

void readRemedies(Fields& top, const std::vector<Kind>& kinds, const Kind& permit,
                  const Governors& governors, Config& config) {
  Names checks;
  for (const auto& check : config.setup.checks) checks.emplace(check.name, checks.size());
  top.defaults("remedy_defaults", "what remedies leave out; options of a kind are for that kind",
               [&](Fields& fields) {
                 Draft draft;
                 readRemedy(fields, permit, governors, checks, draft);
                 readActions(fields, kinds, draft.spec);
               });
  TakenNames names;
  std::size_t item = 0;
  top.sections("remedies", {.empty_allowed = true}, "what may be tried", [&](Fields& fields) {
    Draft draft;
    draft.beside.item = item++;
    readName(fields, draft.spec.name, names, "its name, unique among the remedies");
    fields.items("for_each", kForEachHelp);
    const bool labels = readRemedy(fields, permit, governors, checks, draft);
    draft.beside.steps = readActions(fields, kinds, draft.spec);
    refuseIgnoredTarget(fields, draft.spec.alert, config.setup.alertmanager);
    if (labels) requireDeclared(fields, draft.spec, draft.beside.steps);
    add(std::move(draft), checks, config);
  });
  listGovernors(governors, config);
}

}  // namespace heald::config
